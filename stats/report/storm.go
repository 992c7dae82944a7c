package report

import (
	"fmt"
	"slices"
	"time"

	"wsstorm/stats"
)

// closing tells how the connections went that the client closed.
func closing(r *stats.Result) []string {
	c := r.Closing
	if c == nil {
		return nil
	}
	what, most := Count(c.Connections)+" closed", ""
	if n := int64(len(r.Cycles)); n > 1 { // never all of them at the same time
		what, most = what+" in "+plural(n, "cycle")+", each time", " at most"
	}
	if c.WithinS > 0 {
		what += " over " + Duration(seconds(c.WithinS))
	} else {
		what += " at once"
	}
	switch {
	case c.AtS >= window(r):
		what += " at the end"
	case c.WithinS > 0:
		what += " from " + since(seconds(c.AtS)) + " on"
	default:
		what += " at " + since(seconds(c.AtS))
	}
	items := []string{what}
	if c.Connections > c.NeverClosed && c.LastGoneS > 0 {
		items = append(items, "the last one gone after "+Duration(seconds(c.LastGoneS))+most)
	}
	return some(items, c.NeverClosed, "never closed by the server")
}

// window returns the length of the window that the beginning of r's Closing is told
// in: of a sum, that of the shortest part.
func window(r *stats.Result) float64 {
	length := r.WindowS
	for _, p := range slices.Concat(r.Merged, r.Cycles) {
		length = min(length, p.WindowS)
	}
	return length
}

// churn tells the coming and going of connections whose lifetime is over.
func churn(r *stats.Result) []string {
	c := r.Connections
	if c.Departed == 0 {
		return nil
	}
	left := Count(c.Departed) + " left at the end of their lifetime"
	// Connections come and go from the beginning of the warmup on.
	length := 0.0
	for _, i := range r.Intervals {
		if i.Phase == "warmup" || i.Phase == "measure" {
			length += i.LengthS
		}
	}
	if length > 0 {
		left += " (" + Rate(float64(c.Departed)/length) + ")"
	}
	came := c.Reopened
	if r.Recovery != nil {
		came -= r.Recovery.Recovered // in place of others, that were lost
	}
	return []string{left, Count(came) + " came in their place"}
}

// recovery tells how lost connections came back.
func recovery(r *stats.Result) []string {
	v := r.Recovery
	if v == nil {
		return nil
	}
	items := []string{Count(v.Lost) + " lost", Count(v.Recovered) + " back"}
	for _, part := range []struct {
		name string
		ns   int64
	}{{"half", v.HalfNS}, {"99%", v.NinetyNineNS}, {"all", v.AllNS}} {
		if part.ns > 0 {
			items = append(items, part.name+" within "+Duration(time.Duration(part.ns)))
		}
	}
	return items
}

// attempts tells what it took to come back, and whether all tried at once.
func attempts(r *stats.Result) []string {
	v := r.Recovery
	if v == nil || v.Attempts == 0 {
		return nil
	}
	items := some([]string{plural(v.Attempts, "attempt")}, v.Failed, "failed")
	if v.MostAttempts > 1 {
		items = append(items, "up to "+Count(v.MostAttempts)+" for one connection")
	}
	if h := v.Herd; h != nil {
		items = append(items, fmt.Sprintf("%s of them in the busiest tenth of %s",
			Percent(h.BusiestTenth), Duration(seconds(h.BinS*float64(len(h.Attempts))))))
		if h.Synchronized {
			items = append(items, "the herd is synchronized")
		} else {
			items = append(items, "the herd is spread")
		}
	}
	return items
}

// storm tells how connections went, and how they came back.
func (t *text) storm() {
	t.row("closing", closing(t.r)...)
	t.row("churn", churn(t.r)...)
	t.row("recovery", recovery(t.r)...)
	t.row("", attempts(t.r)...)
}
