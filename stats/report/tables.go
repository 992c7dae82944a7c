package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"wsstorm/stats"
)

// The columns of the tables: a name, a count, and for latencies five times.
const (
	countWidth = 12
	timeWidth  = 10
)

var timeColumns = [...]stats.Quantile{stats.P50, stats.P90, stats.P99, stats.P999}

// heading begins a table of latencies.
func (t *text) heading(title, count string) {
	t.columns(pad(title, indent+labelWidth)+padLeft(count, countWidth), timeColumns[:])
}

// columns begins a table that has quantiles and the maximum at its end.
func (t *text) columns(line string, quantiles []stats.Quantile) {
	for _, q := range quantiles {
		line += padLeft("p"+q.String(), timeWidth)
	}
	t.line(plain, "")
	t.line(bold, line+padLeft("max", timeWidth))
}

// times writes one row of such a table; l may be nil where there is no value.
func (t *text) times(name string, count int64, l *stats.Latency) {
	t.values(strings.Repeat(" ", indent)+pad(name, labelWidth)+padLeft(ShortCount(count), countWidth), timeColumns[:], l)
}

// values completes a row with the quantiles and the maximum of l.
func (t *text) values(line string, quantiles []stats.Quantile, l *stats.Latency) {
	for _, q := range quantiles {
		value := "–"
		if l != nil {
			ns, known := l.Quantile(q)
			switch {
			case known && q.Firm(l.Total()):
				value = Duration(time.Duration(ns))
			case known:
				value = "~" + Duration(time.Duration(ns))
			case l.Unknown(q):
				value, t.censored = "?", true
			}
		}
		t.marked = t.marked || strings.HasPrefix(value, "~") || value == "–"
		line += padLeft(" "+value, timeWidth)
	}
	greatest := "–"
	if l != nil {
		greatest = Duration(time.Duration(l.MaxNS))
	}
	t.line(plain, line+padLeft(" "+greatest, timeWidth))
}

// The order in which latencies are told: deliveries or replies, then a connection's life.
var latencyOrder = [...]stats.Metric{
	stats.Delivery, stats.Skew, stats.RTT, stats.Service, stats.Lag, stats.Queue, stats.Ping, stats.Idle,
	stats.Open, stats.DNS, stats.Connect, stats.TLS, stats.Upgrade, stats.Close, stats.OpenAfter, stats.RecoveryTime,
}

// latencies tells what took how long.
func (t *text) latencies() {
	t.parts()
	t.metrics()
	t.sizes()
	t.stages()
	t.groups()
	if t.marked {
		t.line(plain, "  –: fewer than 10 values lie beyond the quantile; ~: fewer than 100")
	}
	if t.censored {
		t.line(plain, "  ?: unknown, since more were lost, or given up, than lie beyond the quantile")
	}
	t.findings("lag", "behind", "queue", "clamped", "drift")
}

// metrics tells every latency that has values.
func (t *text) metrics() {
	if len(t.r.Latency) == 0 {
		return
	}
	t.heading("Latency", "count")
	// In a closed loop a message is due when it is sent.
	closed := t.r.Load.InFlight > 0 && t.r.Latency[stats.RTT.String()] != nil
	for _, m := range latencyOrder {
		l := t.r.Latency[m.String()]
		name := m.String()
		switch {
		case l == nil, closed && m == stats.Service, m == stats.OpenAfter: // a row tells it
			continue
		case closed && m == stats.RTT:
			name = "rtt = service"
		}
		t.times(name, l.Count, l)
	}
}

// sizes tells the headline of each size, where there are several.
func (t *text) sizes() {
	if len(t.r.Sizes) < 2 {
		return
	}
	title := "rtt by size, B"
	if t.r.Broadcast != nil {
		title = "delivery, B" // the other has no room
	}
	t.heading(title, "received")
	for _, s := range t.r.Sizes {
		t.times(clean(s.Bytes), s.Messages.Received, s.RTT)
		t.row("", trouble(s.Messages)...)
	}
}

// errors tells the failures by class, in the order of a connection's life.
func (t *text) errors() {
	if len(t.r.Errors) == 0 {
		return
	}
	t.line(plain, "")
	t.line(bold, pad("Errors", indent+labelWidth)+padLeft("count", countWidth)+"  example")
	room := t.width - indent - labelWidth - countWidth - 2
	for _, class := range slices.SortedFunc(maps.Keys(t.r.Errors), byClass) {
		e := t.r.Errors[class]
		t.line(plain, strings.Repeat(" ", indent)+pad(clean(class), labelWidth)+padLeft(ShortCount(e.Count), countWidth)+
			"  "+cutMiddle(clean(e.Example), room))
	}
}

func byClass(a, b string) int {
	return cmp.Or(cmp.Compare(classOrder(a), classOrder(b)), cmp.Compare(a, b))
}

func classOrder(name string) stats.Class {
	for c := range stats.NumClasses {
		if c.String() == name {
			return c
		}
	}
	return stats.NumClasses
}

// maxCloses is how many pairs of close codes are told one by one.
const maxCloses = 8

// closes tells the close codes that went each way, where they differ.
func (t *text) closes() {
	closes := t.r.Closes
	if len(closes) < 2 {
		return
	}
	t.line(plain, "")
	t.line(bold, pad("Close codes", indent+labelWidth)+padLeft("count", countWidth)+"  sent      received")
	for i, c := range closes {
		if i == maxCloses {
			rest := connectionsOf(closes[i:])
			t.line(plain, fmt.Sprintf("%s  %s more pairs", padLeft(ShortCount(rest), indent+labelWidth+countWidth), Count(int64(len(closes)-i))))
			break
		}
		t.line(plain, fmt.Sprintf("%s  %s%s", padLeft(ShortCount(c.Count), indent+labelWidth+countWidth), pad(closeCode(c.Sent), 10), closeCode(c.Received)))
	}
}

// connectionsOf returns how many connections these pairs are of.
func connectionsOf(closes []stats.CloseCount) int64 {
	var n int64
	for _, c := range closes {
		n += c.Count
	}
	return n
}

// closeCode returns a close code in words where it stands for the lack of one.
func closeCode(code int) string {
	switch code {
	case 0:
		return "none"
	case 1005: // RFC 6455, Section 7.4.1
		return "no code"
	}
	return strconv.Itoa(code)
}
