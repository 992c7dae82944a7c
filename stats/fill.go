package stats

import (
	"cmp"
	"slices"
)

// Fill writes into r what the shards have recorded since the run began: Schema,
// Connections (all but Requested), Messages, Bytes, Compression, Latency,
// Sizes, Errors, Closes and Intervals. The caller sets the rest, WindowS
// before the call, since rates are made with it. What was recorded after the
// last Tick is in the totals, and in no interval.
func (c *Collector) Fill(r *Result) {
	c.sweep()
	n := &c.counters

	r.Schema = Schema
	r.Connections.Opened = n.Opened
	r.Connections.Failed = n.Failed
	r.Connections.Closed = n.Closed
	r.Connections.PeerClosed = n.PeerClosed
	r.Connections.Dropped = n.Dropped
	r.Connections.StillOpen = n.StillOpen

	var all MessageCounters
	for i := range n.Sizes {
		all.add(&n.Sizes[i])
	}
	r.Messages = all.messages(r.WindowS)
	r.Bytes = Bytes{Sent: n.BytesSent, Received: n.BytesReceived}
	r.Compression = nil
	if n.Deflate != (Compression{}) {
		deflate := n.Deflate
		r.Compression = &deflate
	}

	c.fillLatency(r)
	c.fillSizes(r)

	r.Errors = make(map[string]Errors)
	for class := range NumClasses {
		if c.errors[class] > 0 {
			r.Errors[class.String()] = Errors{Count: c.errors[class], Example: c.examples[class]}
		}
	}
	r.Closes = make([]CloseCount, 0, len(c.closes))
	for codes, n := range c.closes {
		r.Closes = append(r.Closes, CloseCount{Sent: int(codes.sent), Received: int(codes.received), Count: n})
	}
	slices.SortFunc(r.Closes, func(a, b CloseCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Sent, b.Sent), cmp.Compare(a.Received, b.Received))
	})
	r.Intervals = append([]Interval{}, c.intervals...)
}

// fillLatency sums up every metric that has a value.
func (c *Collector) fillLatency(r *Result) {
	r.Latency = make(map[string]*Latency)
	rtt := newHistogram()
	var clamped int64
	for i := range c.sizes {
		if h := c.totals[i]; h != nil {
			rtt.merge(h)
		}
		clamped += c.clamped[i]
	}
	if rtt.total > 0 {
		r.Latency[RTT.String()] = newLatency(rtt.export(), clamped)
	}
	for m := RTT + 1; m < NumMetrics; m++ {
		if l := c.latency(slot(len(c.sizes), m)); l != nil {
			r.Latency[m.String()] = l
		}
	}
}

// fillSizes breaks messages and RTT down by size, where there are several.
func (c *Collector) fillSizes(r *Result) {
	r.Sizes = nil
	if len(c.sizes) < 2 {
		return
	}
	for i, bytes := range c.sizes {
		r.Sizes = append(r.Sizes, Size{
			Bytes:    bytes,
			Messages: c.counters.Sizes[i].messages(r.WindowS),
			RTT:      c.latency(i),
		})
	}
}

// latency sums up one slot; nil where it holds nothing.
func (c *Collector) latency(slot int) *Latency {
	if c.totals[slot] == nil {
		return nil
	}
	return newLatency(c.totals[slot].export(), c.clamped[slot])
}
