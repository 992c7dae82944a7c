package report

import (
	"fmt"
	"slices"
	"time"

	"wsstorm/stats"
)

// client tells what the load generator itself needed, where anything of that is
// known.
func (t *text) client() {
	checks := []string{"cpu", "gc", "scheduler", "steal", "throttling"}
	rows := clientRows(t.r)
	if len(rows) == 0 && !slices.ContainsFunc(t.r.Verdict.Findings, func(f stats.Finding) bool { return slices.Contains(checks, f.Check) }) {
		return
	}
	t.title("Client")
	for _, r := range rows {
		t.row(r.label, r.items...)
	}
	t.findings(checks...)
}

// A clientRow is a label and what is to be said of it.
type clientRow struct {
	label string
	items []string
}

func clientRows(r *stats.Result) []clientRow {
	c := r.Client
	var rows []clientRow
	row := func(label string, items ...string) { rows = append(rows, clientRow{label, items}) }
	if cpu := c.CPUUserS + c.CPUSystemS; cpu > 0 && r.WindowS > 0 {
		busy := cpu / r.WindowS
		items := []string{fmt.Sprintf("%.2f cores", busy)}
		if c.Cores > 0 {
			items[0] = fmt.Sprintf("%.2f of %.3g cores (%s)", busy, c.Cores, Percent(busy/c.Cores))
		}
		if c.BusiestThreadS > 0 {
			items = append(items, "busiest thread "+Percent(c.BusiestThreadS/r.WindowS))
		}
		if c.CPUPerMessageNS > 0 {
			items = append(items, Duration(nanoseconds(c.CPUPerMessageNS))+" per message")
		}
		row("cpu", items...)
	}
	var withheld []string
	if c.Steal > 0 {
		withheld = append(withheld, Percent(c.Steal)+" of the machine's CPU time by its hypervisor")
	}
	if c.ThrottledS > 0 {
		withheld = append(withheld, Duration(seconds(c.ThrottledS))+" by a CPU quota")
	}
	if len(withheld) > 0 {
		row("withheld", withheld...)
	}
	if c.MaxRSSBytes > 0 {
		row("memory", Bytes(float64(c.MaxRSSBytes))+" at most")
	}
	if c.GC.Cycles > 0 {
		row("gc", plural(c.GC.Cycles, "cycle"), "longest pause "+Duration(time.Duration(c.GC.PauseMaxNS)))
	}
	if q := c.SchedLatency; q != nil {
		var items []string
		if stats.P99.Printable(q.Count) {
			items = append(items, "p99 "+Duration(time.Duration(q.P99NS)))
		}
		if stats.P999.Printable(q.Count) {
			items = append(items, "p99.9 "+Duration(time.Duration(q.P999NS)))
		}
		row("scheduler", append(items, "max "+Duration(time.Duration(q.MaxNS))+" until a goroutine runs")...)
	}
	return rows
}
