package regress

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"testing"
)

// The critical values of U of the one-sided test as tables give them, from Mann
// and Whitney (Ann. Math. Statist. 18, 1947) on: the largest U that is
// significant at 5, 2.5, 1 and 0.5%.
func TestRankSumTable(t *testing.T) {
	alphas := []float64{0.05, 0.025, 0.01, 0.005}
	for sizes, want := range map[[2]int][]int{
		{5, 5}:   {4, 2, 1, 0},
		{5, 6}:   {5, 3, 2, 1},
		{6, 6}:   {7, 5, 3, 2},
		{7, 7}:   {11, 8, 6, 4},
		{8, 8}:   {15, 13, 9, 7},
		{5, 10}:  {11, 8, 6, 4},
		{10, 10}: {27, 23, 19, 16},
		{20, 20}: {138, 127, 114, 105},
		{3, 3}:   {0, -1, -1, -1},
	} {
		for i, alpha := range alphas {
			n, m := sizes[0], sizes[1]
			if got, other := rankSumCritical(n, m, alpha), rankSumCritical(m, n, alpha); got != want[i] || other != got {
				t.Errorf("%d and %d at %v: got %d, the other way round %d, want %d", n, m, alpha, got, other, want[i])
			}
		}
	}
}

// Hollander and Wolfe, 1973: the permeability of membranes at term and earlier,
// examples 4.1 to 4.4; R documents the p-value.
func TestRankSumOfHollanderAndWolfe(t *testing.T) {
	term := []float64{0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46}
	early := []float64{1.15, 0.88, 0.90, 0.74, 1.21}
	p, _ := rankSum(early, term)
	e := rankSumShift(early, term, 0.025)
	got := fmt.Sprintf("%.4f %.3f %.2f %.2f", p, e.Point, e.Low, e.High)
	if want := "0.1272 0.305 -0.15 0.76"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// divide is the test by its definition: all ways to call that many of the values
// new, one by one.
func divide(old, new []float64) (greater, less float64) {
	all := slices.Concat(old, new)
	u := func(isNew func(i int) bool) (u float64) {
		for i, a := range all {
			for j, b := range all {
				switch {
				case !isNew(i) || isNew(j):
				case a > b:
					u++
				case a == b:
					u += 0.5
				}
			}
		}
		return u
	}
	observed := u(func(i int) bool { return i >= len(old) })
	above, below, ways := 0, 0, 0
	for pattern := range uint(1) << len(all) {
		if bits.OnesCount(pattern) != len(new) {
			continue
		}
		ways++
		u := u(func(i int) bool { return pattern>>i&1 == 1 })
		if u >= observed {
			above++
		}
		if u <= observed {
			below++
		}
	}
	return float64(above) / float64(ways), float64(below) / float64(ways)
}

func TestRankSumEnumerated(t *testing.T) {
	random := newRandom(6)
	for range 60 {
		old, new := few(random, 1+random.IntN(5)), few(random, 1+random.IntN(5))
		greater, less := rankSum(old, new)
		wantGreater, wantLess := divide(old, new)
		if !near(greater, wantGreater) || !near(less, wantLess) {
			t.Errorf("%v and %v: got %v and %v, want %v and %v", old, new, greater, less, wantGreater, wantLess)
		}
	}
}

func TestRankSumSymmetries(t *testing.T) {
	random := newRandom(7)
	for range 100 {
		old, new := few(random, 5+random.IntN(4)), few(random, 5+random.IntN(4))
		greater, less := rankSum(old, new)
		e := rankSumShift(old, new, Alpha)
		if g, l := rankSum(new, old); !near(g, less) || !near(l, greater) {
			t.Errorf("%v and %v: got %v and %v the other way round, want %v and %v", old, new, g, l, less, greater)
		}
		want := Estimate{-e.Point, -e.High, -e.Low, e.Confidence}
		if got := rankSumShift(new, old, Alpha); got != want {
			t.Errorf("%v and %v: got %v the other way round, want %v", old, new, got, want)
		}
		var moved []float64
		for _, v := range new {
			moved = append(moved, v+16)
		}
		slices.Reverse(moved)
		want = Estimate{e.Point + 16, e.Low + 16, e.High + 16, e.Confidence}
		if got := rankSumShift(old, moved, Alpha); got != want {
			t.Errorf("%v and %v: got %v after moving, want %v", old, new, got, want)
		}
	}
}

func TestRankSumIntervalInvertsTheTest(t *testing.T) {
	random := newRandom(8)
	for i := range 30 {
		sizes := [2]int{6, 9}
		if i%10 == 0 {
			sizes = [2]int{50, 51 + i} // approximately
		}
		old, new := make([]float64, sizes[0]), make([]float64, sizes[1])
		for i := range old {
			old[i] = random.NormFloat64()
		}
		for i := range new {
			new[i] = random.NormFloat64() + 1
		}
		e := rankSumShift(old, new, Alpha)
		for _, c := range []struct {
			shift  float64
			inside bool
		}{
			{e.Low - 1e-9, false}, {e.Low + 1e-9, true}, {e.Point, true}, {e.High - 1e-9, true}, {e.High + 1e-9, false},
		} {
			var moved []float64
			for _, v := range new {
				moved = append(moved, v-c.shift)
			}
			greater, less := rankSum(old, moved)
			if inside := min(greater, less) > Alpha; inside != c.inside {
				t.Errorf("%v values: shift %v has p %v and %v, want it inside: %v", sizes, c.shift, greater, less, c.inside)
			}
		}
	}
}

// Where the exact test ends, the approximation must be near, and on the cautious
// side in the range that decides.
func TestRankSumApproximation(t *testing.T) {
	random := newRandom(9)
	old, new := make([]float64, 50), make([]float64, 50)
	compared := 0
	for range 6 {
		for i := range old {
			old[i] = math.Round(20 * random.NormFloat64())
			new[i] = math.Round(20*random.NormFloat64()) + 11
		}
		exact, _ := rankSum(old, new)
		if exact < 0.001 || exact > 0.01 {
			continue
		}
		compared++
		ranks := doubledRanks(slices.Concat(old, new))
		mean, deviation := rankSumMoments(ranks, len(new))
		approximate := upperTail((float64(total(ranks[len(old):]))/2 - 0.5 - mean) / deviation)
		if approximate < exact || approximate > 1.15*exact {
			t.Errorf("got %v, exactly %v", approximate, exact)
		}
	}
	if compared == 0 {
		t.Error("nothing was compared")
	}
	if got, exact := rankSumCritical(50, 51, Alpha), choices(upTo(101), 50).critical(Alpha)-50*51/2; got > exact || got < exact-1 {
		t.Errorf("50 and 51: got a critical value of %d, exactly %d", got, exact)
	}
	// A product beyond the limit with one small side.
	if got := rankSumCritical(5, 501, 0.01); got < 0 || got > 5*501/2 {
		t.Errorf("5 and 501: got a critical value of %d", got)
	}
}

func upTo(n int) []int {
	ranks := make([]int, n)
	for i := range ranks {
		ranks[i] = i + 1
	}
	return ranks
}
