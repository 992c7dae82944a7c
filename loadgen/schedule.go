package loadgen

import (
	"math"
	"time"
)

// A Stage is a stretch of an open loop whose rate changes evenly from From to
// To; a step where they are equal.
type Stage struct {
	Length   time.Duration
	From, To float64 // messages a second in total
}

// horizon, 146 years, is the length of a stage that does not end: a Duration still
// holds the sum of two.
const horizon = never / 2

// A schedule says when each arrival of an open loop is due. It is the inverse of
// the number of arrivals expected by a time: arrival n is due when that number
// reaches n. Equally spaced n make a constant rate, or an even ramp; the arrivals
// of a Poisson process of rate 1 make one of the rate wanted (time rescaling).
type schedule []segment

// segment is a stage and where it begins.
type segment struct {
	Stage
	begin time.Duration // since the start of traffic
	count float64       // arrivals before it
}

// newSchedule returns the schedule of the stages, after a warm-up at the rate
// with which the first of them begins.
func newSchedule(warmup time.Duration, stages []Stage) schedule {
	if warmup > 0 {
		stages = append([]Stage{{warmup, stages[0].From, stages[0].From}}, stages...)
	}
	var s schedule
	at, count := time.Duration(0), 0.0
	for _, stage := range stages {
		s = append(s, segment{stage, at, count})
		at += stage.Length
		count += (stage.From + stage.To) / 2 * stage.Length.Seconds()
	}
	return s
}

// at returns when arrival n is due, since the start of traffic; never where the
// schedule ends before it.
func (s schedule) at(n float64) time.Duration {
	for i := len(s) - 1; i >= 0; i-- {
		seg := &s[i]
		if n < seg.count {
			continue
		}
		at := seg.at(n - seg.count)
		if at == never && i < len(s)-1 {
			return s[i+1].begin // it is before the next one, but for rounding
		}
		return at
	}
	return 0
}

// at returns when arrival n of the segment is due: the root of
// From·t + (To-From)·t²/2L = n, in the form that does not cancel.
func (g *segment) at(n float64) time.Duration {
	t := n * float64(time.Second) / g.From
	if g.From != g.To {
		slope := (g.To - g.From) / g.Length.Seconds()
		root := math.Sqrt(g.From*g.From + 2*slope*n)
		t = 2 * n * float64(time.Second) / (g.From + root)
	}
	if n == 0 {
		t = 0 // at a rate of 0, too
	}
	// Beyond the end are also the infinite, where the rate is 0, and NaN, the
	// root of what a falling rate does not reach.
	if !(t <= float64(g.Length)) {
		return never
	}
	return g.begin + time.Duration(t)
}
