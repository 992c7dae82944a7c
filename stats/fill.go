package stats

import (
	"cmp"
	"slices"
)

// Fill writes into r what the shards have recorded since the run began: Schema,
// Connections (all but Requested), Recovery, Messages, Broadcast (all but
// Publishers and Subscribers), Bytes, Compression, Latency, Sizes, Stages, Groups, Errors,
// Closes and Intervals. The caller sets the rest, WindowS
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
	r.Connections.Lost = c.lost
	r.SYNs = n.retransmitted()
	r.Connections.Reattempts = n.Reattempts
	r.Connections.Reopened = n.Reopened
	r.Connections.Regained = n.Regained
	r.Connections.Departed = n.Departed
	r.Connections.ClosedFIN = n.ClosedFIN
	r.Connections.ClosedRST = n.ClosedRST
	r.Connections.Vanished = n.Vanished
	r.Connections.LeftOpen = n.LeftOpen

	r.Messages = c.messages(c.all(), r.WindowS)
	r.Broadcast = c.broadcast(r)
	r.Bytes = Bytes{Sent: n.BytesSent, Received: n.BytesReceived}
	r.Compression = nil
	if n.Deflate != (Compression{}) {
		deflate := n.Deflate
		r.Compression = &deflate
	}

	c.fillLatency(r)
	r.Recovery = c.recovery(r)
	c.fillSizes(r)
	c.fillStages(r)
	c.fillGroups(r)

	r.Errors = make(map[string]Errors)
	for class := range NumClasses {
		if c.errors[class] > 0 {
			r.Errors[class.String()] = Errors{Count: c.errors[class], Example: c.examples[class]}
		}
	}
	r.Closes = closeCounts(c.closes)
	r.Intervals = append([]Interval{}, c.intervals...)
}

// closeCounts returns counts as the document has them, the most frequent first.
func closeCounts(counts map[closeCodes]int64) []CloseCount {
	closes := make([]CloseCount, 0, len(counts))
	for codes, n := range counts {
		closes = append(closes, CloseCount{Sent: int(codes.sent), Received: int(codes.received), Count: n})
	}
	slices.SortFunc(closes, func(a, b CloseCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Sent, b.Sent), cmp.Compare(a.Received, b.Received))
	})
	return closes
}

// fillLatency sums up every metric that has a value.
func (c *Collector) fillLatency(r *Result) {
	r.Latency = make(map[string]*Latency)
	for m := RTT + 1; m < NumMetrics; m++ {
		lost := int64(0)
		switch m {
		case Service:
			lost = r.Messages.Lost
		case Skew:
			lost = c.counters.Incomplete
		default:
			lost = c.counters.Overdue[m]
		}
		if l := c.latency(some{first: slot(c.parts, m), step: 1, n: 1}, lost); l != nil {
			r.Latency[m.String()] = l
		}
	}
	if l := c.latency(c.all(), r.Messages.Unanswered()); l != nil {
		r.Latency[c.headline.String()] = l
	}
}

// fillSizes breaks messages and the headline down by size, where there are several.
func (c *Collector) fillSizes(r *Result) {
	r.Sizes = nil
	if len(c.sizes) < 2 {
		return
	}
	for i, bytes := range c.sizes {
		s := some{first: i, step: len(c.sizes), n: c.parts / len(c.sizes), total: true}
		m := c.messages(s, r.WindowS)
		r.Sizes = append(r.Sizes, Size{Bytes: bytes, Messages: m, RTT: c.latency(s, m.Unanswered())})
	}
}

// fillStages breaks messages and the headline down by stage, where the load changed.
func (c *Collector) fillStages(r *Result) {
	r.Stages = nil
	if len(c.stages) == 0 || len(c.stages) == 1 && c.stages[0].constant() {
		return
	}
	r.Stages = stagesWithin(c.stages, r.WindowS)
	for i := range r.Stages {
		stage := &r.Stages[i]
		s := some{first: i * len(c.sizes), step: 1, n: len(c.sizes)}
		stage.Messages = c.messages(s, stage.ToS-stage.FromS)
		stage.RTT = c.latency(s, stage.Messages.Unanswered())
	}
}

// some is slots that are summed up: n of them, every step-th from first on. A
// total leaves out the slots of groups aside.
type some struct {
	first, step, n int
	total          bool
}

// all is the slots of the headline that count into the totals.
func (c *Collector) all() some { return some{first: 0, step: 1, n: c.parts, total: true} }

func (s some) slots(yield func(int) bool) {
	for i := range s.n {
		if !yield(s.first + i*s.step) {
			return
		}
	}
}

// messages sums up the counts of some slots, over a time in seconds.
func (c *Collector) messages(s some, lengthS float64) Messages {
	var sum MessageCounters
	for i := range s.slots {
		if !s.total || !c.aside[i] {
			sum.add(&c.counters.Sizes[i])
		}
	}
	return sum.messages(lengthS)
}

// latency sums up the histograms of some slots, and so many values that are greater
// than all in them; nil where they hold nothing.
func (c *Collector) latency(s some, lost int64) *Latency {
	sum, clamped := newHistogram(), int64(0)
	for i := range s.slots {
		if s.total && c.aside[i] {
			continue
		}
		if h := c.totals[i]; h != nil {
			sum.merge(h)
		}
		clamped += c.clamped[i]
	}
	if sum.total == 0 {
		return nil
	}
	return sumUp(sum.export(), sum.moments(), clamped, lost)
}
