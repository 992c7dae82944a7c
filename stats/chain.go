package stats

import (
	"fmt"
	"slices"
)

// Chain adds up the cycles of a run, which one process made one after the other:
// histograms bucket for bucket, and the quantiles made anew of them. WindowS is
// the sum of the windows, without what lies between them, and rates are of that
// time. Intervals go on from cycle to cycle, their times from the beginning of
// the first window; Cycle says whose they are. Fairness and Stages are as in
// Merge, Stages with the load of one cycle and the messages of all. Objectives
// are not taken over.
func Chain(cycles []*Result) (*Result, error) {
	lengthS := 0.0
	for i, c := range cycles {
		if err := addable(c); err != nil {
			return nil, fmt.Errorf("cycle %d %w", i+1, err)
		}
		lengthS += c.WindowS
	}
	first := cycles[0]
	r, err := newSum(cycles, first.Started, lengthS, unshifted)
	if err != nil {
		return nil, err
	}
	r.Flags = slices.Clone(first.Flags)
	for i := range r.Stages {
		r.Stages[i].Messages.Rate /= float64(len(cycles))
	}
	for i := range r.Groups {
		g, length := &r.Groups[i], 0.0
		for _, c := range cycles {
			length += c.Groups[i].ToS - c.Groups[i].FromS
		}
		if length > 0 {
			g.Messages.Rate = perSecond(g.Messages.Received, length)
		}
	}
	for i, c := range cycles {
		if i > 0 {
			r.Load.Messages += c.Load.Messages
		}
		r.Cycles = append(r.Cycles, partOf(c))
		shift := c.Started.Sub(first.Started).Seconds()
		for _, interval := range c.Intervals {
			interval.TimeS += shift
			interval.Cycle = i + 1
			r.Intervals = append(r.Intervals, interval)
		}
	}
	r.Client = clientInTurn(cycles, r.Messages.Received)
	r.Verdict = verdictOf("cycle", cycles, nil)
	return r, nil
}
