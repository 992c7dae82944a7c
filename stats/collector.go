package stats

import "time"

// A Collector gathers what the shards of a run have recorded. Its methods are
// called by one goroutine at a time; the owners of the shards go on recording
// meanwhile.
type Collector struct {
	shards []*Shard
	sizes  []string
	stages []StageInfo
	groups []Group
	parts  int    // slots for the headline: sizes of one stage or group, then those of the next
	aside  []bool // of these: in no total

	headline Metric // RTT, or Delivery

	// One per slot of a shard, nil until there is something to hold. A shard's
	// full histogram changes places with the spare one, is merged and cleared,
	// and so becomes the spare for the next shard: one more set of histograms
	// than there are shards is enough.
	spares, full []*histogram
	totals       []*histogram
	second       *histogram // the headline since the last Tick

	// Of all shards, as last seen.
	clamped   []int64 // per slot
	counters  Counters
	lost      int64 // connections, before the close phase
	errors    [NumClasses]int64
	examples  [NumClasses]string
	closes    map[closeCodes]int64
	intervals []Interval

	// What this process had used at the last Tick, and where that is asked.
	used Usage
	read func() Usage
}

// NewCollector returns a Collector of shards that were all made for the product
// of stages and sizes: entry stage×len(sizes) + size of their lists counts the
// messages of that size that were due in that stage. A size is written as it
// shall appear in Size.Bytes. No stages, for a load that stays the same, count
// as one. The slices are the Collector's from now on.
func NewCollector(shards []*Shard, sizes []string, stages []StageInfo) *Collector {
	c := newCollector(shards, sizes, len(stages))
	c.stages = stages
	return c
}

// newCollector returns a Collector of shards made for that many stages or groups.
func newCollector(shards []*Shard, sizes []string, rows int) *Collector {
	parts := len(sizes) * max(1, rows)
	n := slots(parts)
	return &Collector{
		shards:   shards,
		sizes:    sizes,
		parts:    parts,
		aside:    make([]bool, parts),
		spares:   make([]*histogram, n),
		full:     make([]*histogram, n),
		totals:   make([]*histogram, n),
		second:   newHistogram(),
		clamped:  make([]int64, n),
		counters: Counters{Sizes: make([]MessageCounters, parts)},
		closes:   make(map[closeCodes]int64),
		used:     ReadUsage(),
		read:     ReadUsage,
	}
}

// CountDeliveries says that the run is a broadcast, before the first Tick: its
// headline is Delivery, and a message is received once by each subscriber.
func (c *Collector) CountDeliveries() { c.headline = Delivery }

// Tick takes what the shards have recorded since the last Tick, and what this
// process has used since then or since NewCollector, appends it as an Interval,
// and returns that. The interval ends at end, measured from the start of the
// measured window (negative before it), and lasts for length.
//
// Once every metric in use has been seen, Tick allocates nothing but the growing
// list of intervals, and what ReadUsage needs.
func (c *Collector) Tick(end, length time.Duration, phase string) Interval {
	sent, received, errors := c.counters.AllSent, c.counters.AllReceived, c.errorCount()
	opened, open := c.counters.Opened, c.counters.open()
	c.sweep()
	if phase != "close" {
		c.lost = c.counters.PeerClosed + c.counters.Dropped - c.counters.Cut - c.counters.Leaving
	}
	used := c.read()
	i := Interval{
		TimeS:       end.Seconds(),
		Phase:       phase,
		LengthS:     length.Seconds(),
		Sent:        c.counters.AllSent - sent,
		Received:    c.counters.AllReceived - received,
		Errors:      c.errorCount() - errors,
		Connections: c.counters.open(),
		Opened:      c.counters.Opened - opened,
		Closed:      c.counters.Opened - opened - (c.counters.open() - open),
		RTTP50NS:    c.second.quantile(P50),
		RTTP99NS:    c.second.quantile(P99),
		RTTMaxNS:    c.second.max(),
		Client:      used.sampleSince(c.used, length),
	}
	c.used = used
	c.intervals = append(c.intervals, i)
	return i
}

// Begin says that the measured window begins so long after the instant that the ends
// of all Ticks were measured from until now. They, and later ones, count from it.
func (c *Collector) Begin(after time.Duration) {
	for i := range c.intervals {
		c.intervals[i].TimeS -= after.Seconds()
	}
}

// sweep empties the shards into the totals. Afterwards second holds the headline
// of this sweep alone.
func (c *Collector) sweep() {
	c.second.reset()
	c.counters.reset()
	clear(c.errors[:])
	clear(c.closes)
	clear(c.clamped)
	for _, s := range c.shards {
		s.Lock()
		c.take(s)
		s.Unlock()
		c.merge()
	}
}

// take moves the histograms of s into c.full and adds up its counters; s is
// locked.
func (c *Collector) take(s *Shard) {
	for i := range s.recorders {
		r := &s.recorders[i]
		c.clamped[i] += r.clamped
		if r.h == nil || r.h.total == 0 {
			continue
		}
		if c.spares[i] == nil {
			c.spares[i] = newHistogram()
		}
		c.full[i], r.h, c.spares[i] = r.h, c.spares[i], nil
	}
	c.counters.add(&s.Counters)
	for class := range NumClasses {
		c.errors[class] += s.errors[class]
		if c.examples[class] == "" {
			c.examples[class] = s.examples[class]
		}
	}
	for codes, n := range s.closes {
		c.closes[codes] += n
	}
}

// merge adds the histograms in c.full to the totals and makes spares of them.
func (c *Collector) merge() {
	for i, h := range c.full {
		if h == nil {
			continue
		}
		if c.totals[i] == nil {
			c.totals[i] = newHistogram()
		}
		c.totals[i].merge(h)
		if i < c.parts && !c.aside[i] || i == len(c.full)-1 {
			c.second.merge(h)
		}
		h.reset()
		c.spares[i], c.full[i] = h, nil
	}
}

// errorCount returns the failures of all classes, as last seen.
func (c *Collector) errorCount() int64 {
	var n int64
	for _, e := range c.errors {
		n += e
	}
	return n
}
