package regress

import (
	"fmt"
	"math"

	"wsstorm/stats"
)

// LeastResults is the least number of results on either side of Compare. So few
// on both sides can be significant in one or two metrics only: the smallest
// probability is one in the 252 ways to choose 5 of 10, and Alpha a hundredth.
const LeastResults = 5

// EnoughResults is the least number on both sides that lets all DefaultMetrics
// be significant.
const EnoughResults = 6

// Compare compares results that are no pairs, LeastResults or more on each
// side, by the Mann–Whitney test: one look, at the whole of Alpha. The metrics
// are DefaultMetrics where nil, and the errors are those of Bench.
//
// It knows less than Bench does. Whatever changed between the day of the old
// results and that of the new, the machine included, counts as the change.
func Compare(old, new []*stats.Result, metrics []Metric) (*Report, error) {
	if min(len(old), len(new)) < LeastResults {
		return nil, fmt.Errorf("it takes %d results on each side, not %d and %d", LeastResults, len(old), len(new))
	}
	if metrics == nil {
		metrics = DefaultMetrics()
	}
	samples, left, err := samples(old, new, metrics)
	if err != nil {
		return nil, err
	}
	tests := make([]test, len(samples))
	for i, s := range samples {
		a, b := s.costs()
		t := test{metric: s.metric, effect: rankSumShift(a, b, Alpha)}
		t.worse, t.better = rankSum(a, b)
		tests[i] = t
	}
	r := newReport(len(old), len(new), samples, tests, left, Alpha)
	r.Hopeless = hopeless(len(old), len(new), len(samples))
	return r, nil
}

// costs returns the logarithms of both sides' figures, signed so that higher is
// worse.
func (s *sample) costs() (old, new []float64) {
	for _, v := range s.old {
		old = append(old, s.metric.effect(1, v))
	}
	for _, v := range s.new {
		new = append(new, s.metric.effect(1, v))
	}
	return old, new
}

// hopeless returns a sentence where the test, whose probabilities are never
// below one in the ways to choose n of n+m, cannot get below Alpha.
func hopeless(n, m, metrics int) string {
	if smallest(n, m)*float64(metrics) <= Alpha {
		return ""
	}
	more := n
	for smallest(more, m)*float64(metrics) > Alpha {
		more++
	}
	return fmt.Sprintf("Of %d and %d results no difference in %d metrics can be significant at %v%%: it takes %d more on a side, or fewer metrics.",
		n, m, metrics, Alpha*100, more-n)
}

// smallest returns the smallest probability that rankSum can return.
func smallest(n, m int) float64 {
	ways := 1.0
	for i := 1; i <= m; i++ {
		ways *= float64(n+i) / float64(i)
	}
	return 1 / math.Round(ways)
}
