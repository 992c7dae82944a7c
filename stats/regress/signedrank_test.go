package regress

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
)

// The critical values of the one-sided test as tables give them, from Wilcoxon
// and Wilcox (Some Rapid Approximate Statistical Procedures, 1964) on: the
// largest sum of ranks that is significant at 5, 2.5, 1 and 0.5%; -1: none is.
func TestSignedRankTable(t *testing.T) {
	alphas := []float64{0.05, 0.025, 0.01, 0.005}
	for n, want := range map[int][]int{
		5:  {0, -1, -1, -1},
		6:  {2, 0, -1, -1},
		7:  {3, 2, 0, -1},
		8:  {5, 3, 1, 0},
		9:  {8, 5, 3, 1},
		10: {10, 8, 5, 3},
		11: {13, 10, 7, 5},
		12: {17, 13, 9, 7},
		13: {21, 17, 12, 9},
		14: {25, 21, 15, 12},
		15: {30, 25, 19, 15},
		16: {35, 29, 23, 19},
		17: {41, 34, 27, 23},
		18: {47, 40, 32, 27},
		19: {53, 46, 37, 32},
		20: {60, 52, 43, 37},
	} {
		null := signFlips(upTo(n))
		for i, alpha := range alphas {
			if got := null.critical(alpha); got != want[i] {
				t.Errorf("n = %d at %v: got %d, want %d", n, alpha, got, want[i])
			}
		}
	}
}

// Hollander and Wolfe, Nonparametric Statistical Methods, 1973: the depression
// of nine patients at two visits, examples 3.1 to 3.4. The p-value is also in
// the documentation of R's wilcox.test.
func TestSignedRankOfHollanderAndWolfe(t *testing.T) {
	first := []float64{1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30}
	second := []float64{0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29}
	d := make([]float64, len(first))
	for i := range d {
		d[i] = first[i] - second[i]
	}
	p, _ := signedRank(d)
	e := signedRankShift(d, 0.02)
	got := fmt.Sprintf("%.5f %.3f %.3f %.3f", p, e.Point, e.Low, e.High)
	if want := "0.01953 0.460 0.010 0.786"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Pratt's own example: with the zero dropped, 70/2^12, and with every observation
// lower by less than 1, 109/2^13, which is more significant. By his rule, the
// larger observations are.
func TestSignedRankZeros(t *testing.T) {
	d := []float64{0, 2, 3, 4, 6, 7, 8, 9, 11, 14, 15, 17, -18}
	lower := make([]float64, len(d))
	for i := range d {
		lower[i] = d[i] - 0.5
	}
	p, _ := signedRank(d)
	q, _ := signedRank(lower)
	if dropped, _ := signedRank(d[1:]); dropped != 70.0/(1<<12) || q != 109.0/(1<<13) {
		t.Fatalf("got %v and %v, want %v and %v", dropped, q, 70.0/(1<<12), 109.0/(1<<13))
	}
	if p >= q {
		t.Errorf("got %v for larger differences and %v for smaller ones", p, q)
	}
}

func TestSignedRankOfNothing(t *testing.T) {
	for _, d := range [][]float64{{}, {0}, make([]float64, FirstLook)} {
		if greater, less := signedRank(d); greater != 1 || less != 1 {
			t.Errorf("%d zeros: got %v and %v, want 1 and 1", len(d), greater, less)
		}
	}
}

// enumerate is the test by its definition: all sign patterns of the differences
// that are not zero, one by one.
func enumerate(d []float64) (greater, less float64) {
	rank := func(v float64) (rank float64) {
		for _, o := range d {
			switch {
			case math.Abs(o) < math.Abs(v):
				rank++
			case math.Abs(o) == math.Abs(v):
				rank += 0.5
			}
		}
		return rank + 0.5
	}
	var ranks []float64
	observed := 0.0
	for _, v := range d {
		if v != 0 {
			ranks = append(ranks, rank(v))
		}
		if v > 0 {
			observed += rank(v)
		}
	}
	above, below := 0, 0
	for pattern := range 1 << len(ranks) {
		sum := 0.0
		for p := uint(pattern); p != 0; p &= p - 1 {
			sum += ranks[bits.TrailingZeros(p)]
		}
		if sum >= observed {
			above++
		}
		if sum <= observed {
			below++
		}
	}
	all := float64(int(1) << len(ranks))
	return float64(above) / all, float64(below) / all
}

// few draws n whole numbers of which many are equal, or zero.
func few(random *rand.Rand, n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = float64(random.IntN(9) - 3)
	}
	return values
}

func TestSignedRankEnumerated(t *testing.T) {
	random := newRandom(2)
	for range 200 {
		d := few(random, 1+random.IntN(10))
		greater, less := signedRank(d)
		wantGreater, wantLess := enumerate(d)
		if greater != wantGreater || less != wantLess {
			t.Errorf("%v: got %v and %v, want %v and %v", d, greater, less, wantGreater, wantLess)
		}
	}
}

func TestSignedRankSymmetries(t *testing.T) {
	random := newRandom(3)
	for range 200 {
		d := few(random, FirstLook)
		greater, less := signedRank(d)
		e := signedRankShift(d, lookAlpha)

		var negated, scaled, shifted []float64
		for _, v := range d {
			negated = append(negated, -v)
			scaled = append(scaled, 4*v)
			shifted = append(shifted, v+16)
		}
		shuffled := slices.Clone(d)
		random.Shuffle(len(d), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })

		if g, l := signedRank(negated); g != less || l != greater {
			t.Errorf("%v: negated, got %v and %v, want %v and %v", d, g, l, less, greater)
		}
		for name, other := range map[string][]float64{"scaled": scaled, "shuffled": shuffled} {
			if g, l := signedRank(other); g != greater || l != less {
				t.Errorf("%v: %s, got %v and %v, want %v and %v", d, name, g, l, greater, less)
			}
		}
		c := e.Confidence
		for name, pair := range map[string][2]Estimate{
			"negated":  {signedRankShift(negated, lookAlpha), {-e.Point, -e.High, -e.Low, c}},
			"scaled":   {signedRankShift(scaled, lookAlpha), {4 * e.Point, 4 * e.Low, 4 * e.High, c}},
			"shifted":  {signedRankShift(shifted, lookAlpha), {e.Point + 16, e.Low + 16, e.High + 16, c}},
			"shuffled": {signedRankShift(shuffled, lookAlpha), e},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%v: %s, got %v, want %v", d, name, pair[0], pair[1])
			}
		}
	}
}

// A centre is inside of the interval if and only if neither one-sided test
// rejects it.
func TestSignedRankIntervalInvertsTheTest(t *testing.T) {
	random := newRandom(4)
	for range 50 {
		d := make([]float64, FirstLook)
		for i := range d {
			d[i] = random.NormFloat64()
		}
		e := signedRankShift(d, lookAlpha)
		for _, c := range []struct {
			centre float64
			inside bool
		}{
			{e.Low - 1e-9, false}, {e.Low + 1e-9, true}, {e.Point, true}, {e.High - 1e-9, true}, {e.High + 1e-9, false},
		} {
			moved := make([]float64, len(d))
			for i := range d {
				moved[i] = d[i] - c.centre
			}
			greater, less := signedRank(moved)
			if inside := min(greater, less) > lookAlpha; inside != c.inside {
				t.Errorf("%v: centre %v has p %v and %v, want it inside: %v", d, c.centre, greater, less, c.inside)
			}
		}
	}
}

// With ties, what the interval leaves out is rejected at alpha by a test for
// which chance broke the ties: the interval is that of differences jittered by
// almost nothing, or wider.
func TestSignedRankIntervalWithTies(t *testing.T) {
	random := newRandom(5)
	const jitter = 1e-6
	for range 100 {
		d := few(random, FirstLook)
		e := signedRankShift(d, lookAlpha)
		broken := slices.Clone(d)
		for i := range broken {
			broken[i] += jitter * random.Float64()
		}
		j := signedRankShift(broken, lookAlpha)
		if math.Abs(j.Low-e.Low) > jitter || math.Abs(j.High-e.High) > jitter {
			t.Errorf("%v: got %v to %v, and %v to %v once the ties are broken", d, e.Low, e.High, j.Low, j.High)
		}
	}
}

func TestTooFewForAnInterval(t *testing.T) {
	e := signedRankShift([]float64{1, 2, 3}, lookAlpha)
	if e.Point != 2 || !math.IsInf(e.Low, -1) || !math.IsInf(e.High, 1) {
		t.Errorf("got %v, want 2 and no bounds", e)
	}
}
