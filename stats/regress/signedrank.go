package regress

import (
	"math"
	"slices"
)

// signedRank is Wilcoxon's signed-rank test, exact: it returns the probability
// of a sum of the positive differences' ranks as high as it is (greater), and of
// one as low (less), were either sign of each difference equally likely.
//
// Equal differences share their mid-rank, and the distribution is that of the
// ranks as they are. Differences of zero are ranked with the rest, and then
// count for neither side (Pratt, Remarks on Zeros and Ties in the Wilcoxon
// Signed Rank Procedures, JASA 54, 1959). To drop them before ranking, as
// Wilcoxon did, can make differences significant by making each of them
// smaller; and it is not the test that the Walsh averages belong to.
func signedRank(d []float64) (greater, less float64) {
	size := make([]float64, len(d))
	for i, v := range d {
		size[i] = math.Abs(v)
	}
	var ranks []int
	observed := 0
	for i, rank := range doubledRanks(size) {
		if d[i] == 0 {
			continue
		}
		ranks = append(ranks, rank)
		if d[i] > 0 {
			observed += rank
		}
	}
	null := signFlips(ranks)
	return null.atLeast(observed), null.atMost(observed)
}

// signFlips returns the distribution of the sum of those ranks whose coin falls
// on heads. Each probability is a multiple of 2^-n, and so is each sum of them:
// up to 52 ranks there is no rounding.
func signFlips(ranks []int) distribution {
	null := make(distribution, 1+total(ranks))
	null[0] = 1
	reached := 0 // the sum of the ranks so far
	for _, rank := range ranks {
		reached += rank
		for v := reached; v >= rank; v-- {
			null[v] = (null[v] + null[v-rank]) / 2
		}
		for v := range rank {
			null[v] /= 2
		}
	}
	return null
}

// signedRankShift returns the Hodges–Lehmann estimate of the centre of d, the
// median of its Walsh averages (di + dj)/2, i ≤ j, and the interval of all
// centres that neither of the two one-sided tests at alpha rejects. Without
// ties the interval is exactly that. With ties it is at least as wide, since
// its ends belong to it: a jitter that breaks the ties moves them by no more
// than itself.
func signedRankShift(d []float64, alpha float64) Estimate {
	averages := make([]float64, 0, len(d)*(len(d)+1)/2)
	ranks := make([]int, len(d))
	for i := range d {
		ranks[i] = i + 1
		for j := range i + 1 {
			averages = append(averages, (d[i]+d[j])/2)
		}
	}
	slices.Sort(averages)
	return orderInterval(averages, signFlips(ranks).critical(alpha), alpha)
}
