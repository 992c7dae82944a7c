package regress

import (
	"math"
	"slices"
)

// exactUpTo is the largest product of the two sample sizes for which rankSum
// enumerates. Beyond it that soon takes seconds, and the normal approximation
// is a tenth or so too cautious where it decides.
const exactUpTo = 50 * 50

// rankSum is the Mann–Whitney test: it returns the probability of ranks of the
// new values among all as high as they are (greater), and of ranks as low
// (less), if it were chance which value is old and which new. Equal values share
// their mid-rank, and the distribution is that of the ranks as they are. It is
// exact up to exactUpTo, and a normal approximation, corrected for ties and
// continuity, beyond.
func rankSum(old, new []float64) (greater, less float64) {
	ranks := doubledRanks(slices.Concat(old, new))
	if len(old)*len(new) > exactUpTo {
		mean, deviation := rankSumMoments(ranks, len(new))
		w := float64(total(ranks[len(old):])) / 2
		return upperTail((w - 0.5 - mean) / deviation), upperTail((mean - 0.5 - w) / deviation)
	}
	// The ranks of both sides add up to the same sum: the smaller side is
	// enumerated, whose high is the other's low.
	if len(new) > len(old) {
		null := choices(ranks, len(old))
		w := total(ranks[:len(old)])
		return null.atMost(w), null.atLeast(w)
	}
	null := choices(ranks, len(new))
	w := total(ranks[len(old):])
	return null.atLeast(w), null.atMost(w)
}

// choices returns the distribution of the sum of k ranks drawn without
// replacement. It counts in floats, which are good to some 14 digits here and
// reach further than integers.
func choices(ranks []int, k int) distribution {
	sorted := slices.Sorted(slices.Values(ranks))
	highest := total(sorted[len(sorted)-k:])
	ways := make([]distribution, k+1) // by how many were drawn, and their sum
	for i := range ways {
		ways[i] = make(distribution, highest+1)
	}
	ways[0][0] = 1
	reached := 0 // the sum of the ranks so far
	for i, rank := range sorted {
		reached = min(reached+rank, highest)
		for drawn := min(i+1, k); drawn > 0; drawn-- {
			to, from := ways[drawn], ways[drawn-1]
			for v := reached; v >= rank; v-- {
				to[v] += from[v-rank]
			}
		}
	}
	null := ways[k]
	all := 0.0
	for _, n := range null {
		all += n
	}
	for v := range null {
		null[v] /= all
	}
	return null
}

// rankSumMoments returns the mean and standard deviation of the sum of k ranks
// drawn without replacement.
func rankSumMoments(doubled []int, k int) (mean, deviation float64) {
	n := float64(len(doubled))
	centre := (n + 1) / 2
	squares := 0.0
	for _, rank := range doubled {
		squares += (float64(rank)/2 - centre) * (float64(rank)/2 - centre)
	}
	drawn := float64(k)
	return drawn * centre, math.Sqrt(drawn * (n - drawn) / (n * (n - 1)) * squares)
}

// upperTail returns the probability that a standard normal variable is z or
// more.
func upperTail(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 2 }

// rankSumShift returns the Hodges–Lehmann estimate of by how much the new values
// lie above the old, the median of all differences, and the interval of all
// shifts that neither of the two one-sided tests at alpha rejects. What
// signedRankShift says of ties holds here too.
func rankSumShift(old, new []float64, alpha float64) Estimate {
	differences := make([]float64, 0, len(old)*len(new))
	for _, o := range old {
		for _, n := range new {
			differences = append(differences, n-o)
		}
	}
	slices.Sort(differences)
	return orderInterval(differences, rankSumCritical(len(old), len(new), alpha), alpha)
}

// rankSumCritical returns how many of the differences may lie beyond an end of
// the interval: the largest value of Mann and Whitney's U, without ties, that
// the test at alpha rejects; -1 where it rejects none.
func rankSumCritical(n, m int, alpha float64) int {
	k := min(n, m)
	ranks := make([]int, n+m)
	for i := range ranks {
		ranks[i] = i + 1
	}
	least := k * (k + 1) / 2
	if n*m > exactUpTo {
		for i := range ranks {
			ranks[i] *= 2
		}
		mean, deviation := rankSumMoments(ranks, k)
		z := math.Sqrt2 * math.Erfinv(1-2*alpha)
		return max(-1, int(math.Floor(mean-0.5-z*deviation))-least)
	}
	return choices(ranks, k).critical(alpha) - least
}

func total(ranks []int) int {
	sum := 0
	for _, rank := range ranks {
		sum += rank
	}
	return sum
}
