package regress

import "math"

// ClopperPearson returns the exact interval of the probability of something
// that happened k times in n, 0 ≤ k ≤ n, n > 0, at that confidence: 0.95, say
// (Clopper and Pearson, The Use of Confidence or Fiducial Limits Illustrated in
// the Case of the Binomial, Biometrika 26, 1934).
func ClopperPearson(k, n int, confidence float64) (low, high float64) {
	tail := (1 - confidence) / 2
	low, high = 0, 1
	if k > 0 {
		low = solve(func(p float64) bool { return 1-binomialAtMost(k-1, n, p) > tail })
	}
	if k < n {
		high = solve(func(p float64) bool { return binomialAtMost(k, n, p) <= tail })
	}
	return low, high
}

// solve returns where in (0, 1) a condition begins to hold.
func solve(holds func(p float64) bool) float64 {
	low, high := 0.0, 1.0
	for range 50 { // p stays below 1
		if p := (low + high) / 2; holds(p) {
			high = p
		} else {
			low = p
		}
	}
	return high
}

// binomialAtMost returns the probability of k or fewer in n, 0 < p < 1.
func binomialAtMost(k, n int, p float64) float64 {
	all, _ := math.Lgamma(float64(n + 1))
	sum := 0.0
	for i := range k + 1 {
		a, _ := math.Lgamma(float64(i + 1))
		b, _ := math.Lgamma(float64(n - i + 1))
		sum += math.Exp(all - a - b + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
	}
	return min(sum, 1)
}
