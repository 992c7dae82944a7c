package regress

import (
	"cmp"
	"slices"
)

// holm adjusts probabilities for each other (Holm, A Simple Sequentially
// Rejective Multiple Test Procedure, Scand. J. Stat. 6, 1979): to reject those
// that are alpha or less after it errs with a probability of alpha at most,
// anywhere, however the tests depend on each other.
func holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(p[i], p[j]) })
	adjusted := make([]float64, len(p))
	highest := 0.0
	for i, at := range order {
		highest = max(highest, min(1, float64(len(p)-i)*p[at]))
		adjusted[at] = highest
	}
	return adjusted
}
