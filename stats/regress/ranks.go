package regress

import (
	"cmp"
	"math"
	"slices"
)

// doubledRanks returns twice the rank of each value, from 1 up. Equal values
// share the mean of their ranks, the mid-rank, which is a whole number only
// when doubled.
func doubledRanks(values []float64) []int {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(values[i], values[j]) })
	ranks := make([]int, len(values))
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && values[order[to]] == values[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			ranks[i] = from + 1 + to // first rank + last rank
		}
		from = to
	}
	return ranks
}

// A distribution is the probabilities of a statistic's values 0, 1, 2, ...
type distribution []float64

// atMost returns the probability of v and less.
func (d distribution) atMost(v int) float64 { return sum(d[:max(0, min(v+1, len(d)))]) }

// atLeast returns the probability of v and more.
func (d distribution) atLeast(v int) float64 { return sum(d[max(0, min(v, len(d))):]) }

// critical returns the largest value for which atMost is no more than alpha, -1
// where there is none.
func (d distribution) critical(alpha float64) int {
	total := 0.0
	for v, p := range d {
		if total += p; total > alpha {
			return v - 1
		}
	}
	return len(d) - 1
}

// sum adds up non-negative numbers. It is not more than 1, whatever the
// rounding.
func sum(probabilities []float64) float64 {
	total := 0.0
	for _, p := range probabilities {
		total += p
	}
	return min(total, 1)
}

// median returns the median of sorted values, of which there is at least one.
func median(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// medianOf returns the median of values in any order, and leaves them in it.
func medianOf(values []float64) float64 {
	return median(slices.Sorted(slices.Values(values)))
}

// orderInterval returns the Hodges–Lehmann estimate made of the sorted averages
// or differences, and its interval: what remains when critical+1 of them would
// have to lie beyond an end. It is unbounded where critical is -1.
func orderInterval(sorted []float64, critical int, alpha float64) Estimate {
	e := Estimate{Point: median(sorted), Low: math.Inf(-1), High: math.Inf(1), Confidence: 1 - 2*alpha}
	if critical >= 0 {
		e.Low, e.High = sorted[critical], sorted[len(sorted)-1-critical]
	}
	return e
}
