package regress

import (
	"fmt"

	"wsstorm/stats"
)

// The looks of a bench, in pairs. A bench that is undecided after the first is
// extended once.
const (
	FirstLook = 10
	LastLook  = 16
)

// Alpha is the probability that a family of metrics, none of which is slower,
// is called Regressed.
const Alpha = 0.01

// lookAlpha is the part of Alpha that each of the two looks may spend.
const lookAlpha = Alpha / 2

// A Pair is two runs next to each other in time, the old one first or the new
// one: that must have been drawn, for each pair on its own.
type Pair struct {
	Old, New *stats.Result
}

// Bench compares pairs, FirstLook or LastLook of them: another number would be
// another look, which Alpha does not pay for. The metrics are DefaultMetrics
// where nil. At the last look all pairs are handed in, those of the first too.
//
// A metric that has no figure in some results is left out. It is an error where
// one makes no sense.
func Bench(pairs []Pair, metrics []Metric) (*Report, error) {
	if len(pairs) != FirstLook && len(pairs) != LastLook {
		return nil, fmt.Errorf("a bench is judged at %d pairs or at %d, not at %d", FirstLook, LastLook, len(pairs))
	}
	if metrics == nil {
		metrics = DefaultMetrics()
	}
	old, new := sides(pairs)
	samples, left, err := samples(old, new, metrics)
	if err != nil {
		return nil, err
	}
	r := newReport(len(old), len(new), samples, pairedTests(samples), left, lookAlpha)
	r.first = len(pairs) < LastLook
	return r, nil
}

// Medians returns the figures of the metrics in any number of pairs, one at least,
// without a test: a Change is without its Effect. The metrics are DefaultMetrics
// where nil, and the errors those of Bench.
func Medians(pairs []Pair, metrics []Metric) ([]Change, []LeftOut, error) {
	if metrics == nil {
		metrics = DefaultMetrics()
	}
	old, new := sides(pairs)
	samples, left, err := samples(old, new, metrics)
	var changes []Change
	for _, s := range samples {
		changes = append(changes, Change{Metric: s.metric, Old: medianOf(s.old), New: medianOf(s.new)})
	}
	return changes, left, err
}

// Undecided reports whether a bench is to be extended to LastLook: it is not
// there yet, and some metric is inconclusive while none has regressed. What has
// regressed needs no more pairs to fail a build, and what was left out is so
// whatever else is measured.
func (r *Report) Undecided() bool {
	return r.first && overall(r.outcomes()) == Inconclusive
}

func sides(pairs []Pair) (old, new []*stats.Result) {
	for _, p := range pairs {
		old = append(old, p.Old)
		new = append(new, p.New)
	}
	return old, new
}

func pairedTests(samples []sample) []test {
	tests := make([]test, len(samples))
	for i := range samples {
		tests[i] = pairedTest(samples[i].metric, samples[i].effects())
	}
	return tests
}

// pairedTest tests one metric's effects, one a pair, at one look.
func pairedTest(m Metric, d []float64) test {
	t := test{metric: m, effect: signedRankShift(d, lookAlpha)}
	t.worse, t.better = signedRank(d)
	return t
}

// effects returns the effect in each pair.
func (s *sample) effects() []float64 {
	d := make([]float64, len(s.old))
	for i := range d {
		d[i] = s.metric.effect(s.old[i], s.new[i])
	}
	return d
}
