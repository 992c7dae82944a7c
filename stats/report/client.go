package report

import (
	"fmt"
	"time"

	"wsstorm/stats"
)

// client tells what the load generator itself needed.
func (t *text) client() {
	c := t.r.Client
	if c == (stats.Client{}) {
		return
	}
	t.title("Client")
	if cpu := c.CPUUserS + c.CPUSystemS; cpu > 0 && t.r.WindowS > 0 {
		busy := cpu / t.r.WindowS
		items := []string{fmt.Sprintf("%.2f cores", busy)}
		if c.Cores > 0 {
			items[0] = fmt.Sprintf("%.2f of %.3g cores (%s)", busy, c.Cores, Percent(busy/c.Cores))
		}
		if c.BusiestThreadS > 0 {
			items = append(items, "busiest thread "+Percent(c.BusiestThreadS/t.r.WindowS))
		}
		if c.CPUPerMessageNS > 0 {
			items = append(items, Duration(nanoseconds(c.CPUPerMessageNS))+" per message")
		}
		t.row("cpu", items...)
	}
	var withheld []string
	if c.Steal > 0 {
		withheld = append(withheld, Percent(c.Steal)+" of the machine's CPU time by its hypervisor")
	}
	if c.ThrottledS > 0 {
		withheld = append(withheld, Duration(seconds(c.ThrottledS))+" by a CPU quota")
	}
	t.row("withheld", withheld...)
	if c.MaxRSSBytes > 0 {
		t.row("memory", Bytes(float64(c.MaxRSSBytes))+" at most")
	}
	if c.GC.Cycles > 0 {
		t.row("gc", plural(c.GC.Cycles, "cycle"), "longest pause "+Duration(time.Duration(c.GC.PauseMaxNS)))
	}
	if q := c.SchedLatency; q != nil {
		var items []string
		if stats.P99.Printable(q.Count) {
			items = append(items, "p99 "+Duration(time.Duration(q.P99NS)))
		}
		if stats.P999.Printable(q.Count) {
			items = append(items, "p99.9 "+Duration(time.Duration(q.P999NS)))
		}
		t.row("scheduler", append(items, "max "+Duration(time.Duration(q.MaxNS))+" until a goroutine runs")...)
	}
	t.findings("cpu", "gc", "scheduler", "steal", "throttling")
}
