package stats

import (
	"math"
	"sort"
	"time"
)

// alignIntervals adds up the intervals of parts second by second, from the first
// part's opening to the last one's end. started and windowS are the window of the
// sum. The counts of an interval that lies in two seconds are shared out in
// proportion, to the last one. A second's rtt is that of the worst part, which no
// quantile of all exceeds, and so are pauses, waits and what was withheld;
// intervals that reach into the second by less than a tenth are left out of that.
func alignIntervals(parts []*Result, started time.Time, windowS float64) []Interval {
	var all [][]stretch
	for _, p := range parts {
		all = append(all, stretches(p, p.Started.Sub(started).Seconds()))
	}
	seconds := secondsOf(all, windowS)
	if len(seconds) == 0 {
		return nil
	}
	for _, part := range all {
		sample := make([]ClientSample, len(seconds))
		for _, s := range part {
			k := sort.Search(len(seconds)-1, func(k int) bool { return seconds[k].to > s.from })
			seconds[k].add(&s, &sample[k])
			for k++; k < len(seconds) && seconds[k].from < s.to; k++ {
				seconds[k].add(&s, &sample[k])
			}
		}
		for k := range seconds {
			i := &seconds[k].Interval
			i.Connections += connectionsAt(part, seconds[k].to)
			i.Client.add(&sample[k])
		}
	}
	intervals := make([]Interval, len(seconds))
	for k := range seconds {
		intervals[k] = seconds[k].Interval
	}
	return intervals
}

// A stretch is an interval and where it lies, in seconds from the beginning of the
// sum's window.
type stretch struct {
	from, to float64
	Interval
}

// stretches returns the intervals of a part whose window begins at shift.
func stretches(r *Result, shift float64) []stretch {
	var all []stretch
	for _, i := range r.Intervals {
		to := shift + i.TimeS
		all = append(all, stretch{to - i.LengthS, to, i})
	}
	return all
}

// secondsOf lays out the seconds of the sum, empty, phase by phase. A phase
// begins when every part has left the one before; measured is the whole window.
func secondsOf(parts [][]stretch, windowS float64) []stretch {
	begin, opened, drained, end := 0.0, math.Inf(-1), windowS, windowS
	for _, part := range parts {
		for _, s := range part {
			begin = min(begin, s.from)
			end = max(end, s.to)
			if s.Phase == "open" {
				opened = max(opened, s.to)
			}
			if s.Phase != "close" {
				drained = max(drained, s.to)
			}
		}
	}
	opened = max(begin, min(opened, 0))
	var seconds []stretch
	cut := func(phase string, from, to float64) {
		length := to - from
		n := max(1, int(length+0.5)) // as the engine cuts: no rest of half a second or less
		for i := range n {
			if length <= 0 {
				break
			}
			s := stretch{from: from + float64(i), to: from + float64(i+1)}
			if i == n-1 {
				s.to = to
			}
			s.Interval = Interval{TimeS: s.to, Phase: phase, LengthS: s.to - s.from}
			seconds = append(seconds, s)
		}
	}
	cut("open", begin, opened)
	cut("warmup", opened, 0)
	cut("measure", 0, windowS)
	cut("drain", windowS, drained)
	cut("close", drained, end)
	return seconds
}

// add adds what of part, an interval of one part, lies in the second s, and to
// sample what that part's client used.
func (s *stretch) add(part *stretch, sample *ClientSample) {
	length := part.to - part.from
	low, high := 0.0, 1.0 // of an interval without a length
	if length > 0 {
		low = max(0, (s.from-part.from)/length)
		high = min((s.to-part.from)/length, 1)
	}
	of := func(n int64) int64 {
		return int64(math.Round(float64(n)*high)) - int64(math.Round(float64(n)*low))
	}
	s.Sent += of(part.Sent)
	s.Received += of(part.Received)
	s.Errors += of(part.Errors)
	s.Opened += of(part.Opened)
	s.Closed += of(part.Closed)
	sample.GCCycles += of(part.Client.GCCycles)
	within := (high - low) * length
	sample.CPUCores += part.Client.CPUCores * within / (s.to - s.from)
	sample.ThrottledS += part.Client.ThrottledS * (high - low)
	if within < 0.1*min(length, s.to-s.from) {
		return
	}
	s.RTTP50NS = max(s.RTTP50NS, part.RTTP50NS)
	s.RTTP99NS = max(s.RTTP99NS, part.RTTP99NS)
	s.RTTMaxNS = max(s.RTTMaxNS, part.RTTMaxNS)
	sample.BusiestThread = max(sample.BusiestThread, part.Client.BusiestThread)
	sample.GCPauseNS = max(sample.GCPauseNS, part.Client.GCPauseNS)
	sample.SchedNS = max(sample.SchedNS, part.Client.SchedNS)
	sample.Steal = max(sample.Steal, part.Client.Steal)
}

// add adds another process's sample of the same time.
func (c *ClientSample) add(o *ClientSample) {
	c.CPUCores += o.CPUCores
	c.GCCycles += o.GCCycles
	c.BusiestThread = max(c.BusiestThread, o.BusiestThread)
	c.GCPauseNS = max(c.GCPauseNS, o.GCPauseNS)
	c.SchedNS = max(c.SchedNS, o.SchedNS)
	c.Steal = max(c.Steal, o.Steal)
	c.ThrottledS = max(c.ThrottledS, o.ThrottledS)
}

// connectionsAt returns how many connections of a part were open at an instant:
// between the ends of two intervals, on the line between them.
func connectionsAt(part []stretch, at float64) int64 {
	before := int64(0)
	for _, s := range part {
		if at < s.to {
			if at <= s.from || s.to <= s.from {
				return before
			}
			return before + int64(math.Round(float64(s.Connections-before)*(at-s.from)/(s.to-s.from)))
		}
		before = s.Connections
	}
	return before
}
