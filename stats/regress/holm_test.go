package regress

import (
	"slices"
	"testing"
)

func TestHolm(t *testing.T) {
	for _, c := range []struct{ p, want []float64 }{
		{[]float64{0.25}, []float64{0.25}},
		{[]float64{0.25, 0.125}, []float64{0.25, 0.25}},
		{[]float64{0.0625, 0.5, 0.125}, []float64{0.1875, 0.5, 0.25}},
		// What comes later is never less than what came before.
		{[]float64{0.25, 0.28125, 0.26}, []float64{0.75, 0.75, 0.75}},
		{[]float64{0.5, 0.5, 0.5, 0.5}, []float64{1, 1, 1, 1}},
	} {
		p := slices.Clone(c.p)
		if got := holm(p); !slices.Equal(got, c.want) || !slices.Equal(p, c.p) {
			t.Errorf("%v: got %v, want %v", c.p, got, c.want)
		}
	}
}

// One-sided, the best of up to five metrics can be significant at the first
// look, and two-sided not even the best of three.
func TestSignificanceIsInReach(t *testing.T) {
	allWorse := make([]float64, FirstLook)
	for i := range allWorse {
		allWorse[i] = float64(i + 1)
	}
	p, _ := signedRank(allWorse)
	for _, c := range []struct {
		p       float64
		metrics int
		want    bool
	}{
		{p, 4, true}, {p, 5, true}, {p, 6, false}, {2 * p, 2, true}, {2 * p, 3, false},
	} {
		all := []float64{c.p}
		for len(all) < c.metrics {
			all = append(all, 0.5)
		}
		if got := holm(all)[0] <= lookAlpha; got != c.want {
			t.Errorf("p = %v of %d metrics: significant: %v, want %v", c.p, c.metrics, got, c.want)
		}
	}
}
