package report

import (
	"fmt"

	"wsstorm/stats"
)

// opening tells how long it took until the connections were open.
func opening(r *stats.Result) []string {
	c := r.Connections
	var items []string
	if c.AllOpenS > 0 {
		what, most := Count(c.Requested)+" open", ""
		if n := int64(len(r.Cycles)); n > 1 { // never all of them at the same time
			what, most = fmt.Sprintf("%s open in each of %s", Count(c.Requested/n), plural(n, "cycle")), " at most"
		}
		items = append(items, what+" after "+Duration(seconds(c.AllOpenS))+most)
	}
	for _, part := range []struct {
		percent string
		s       float64
	}{{"50%", c.Open50S}, {"99%", c.Open99S}} {
		if part.s > 0 && c.Requested > 1 {
			items = append(items, part.percent+" after "+Duration(seconds(part.s)))
		}
	}
	return items
}

// retransmitted tells the connections that were late because their SYN was not
// answered at first, by the time that this took, which is known by heart to
// whoever has seen it before: 1 s, 3 s, 7 s.
func retransmitted(r *stats.Result) []string {
	var items []string
	for i, s := range r.SYNs {
		connects := Count(s.Connections)
		if i == 0 {
			connects = plural(s.Connections, "connect")
		}
		items = append(items, fmt.Sprintf("%s took about %.0f s", connects, min(s.ConnectMeanS, 1e6)))
	}
	return items
}

const whyRetransmitted = "Their SYN was dropped and sent again: the server's accept queue was full " +
	"(its backlog, net.core.somaxconn), or packets are lost on the way."

// opening tells both, and what the second means.
func (t *text) opening() {
	t.row("opening", opening(t.r)...)
	if items := retransmitted(t.r); len(items) > 0 {
		t.row("SYN sent again", items...)
		t.paragraph(plain, "·", whyRetransmitted)
	}
}
