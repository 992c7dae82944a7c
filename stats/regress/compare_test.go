package regress

import (
	"math"
	"testing"

	"wsstorm/stats"
)

// runs returns n results whose rtt.p50 is slower by that share, with noise in
// percent times steady.
func runs(n int, share, percent float64) []*stats.Result {
	var all []*stats.Result
	for i := range n {
		all = append(all, run(0, int64(1e9*(1+share)*math.Exp(percent/100*steady[i])), 0, 0, 1000))
	}
	return all
}

func TestCompare(t *testing.T) {
	for _, c := range []struct {
		name     string
		old, new []*stats.Result
		want     Outcome
	}{
		{"the same", runs(8, 0, 0.3), runs(7, 0, 0.3), Equivalent},
		{"the same, with noise", runs(8, 0, 3), runs(7, 0, 3), Inconclusive},
		{"slower", runs(8, 0, 1), runs(7, 0.2, 1), Regressed},
		{"slower, by too little", runs(8, 0, 0.1), runs(7, 0.02, 0.1), Equivalent},
		{"faster", runs(8, 0, 1), runs(7, -0.2, 1), Improved},
		{"slower, five of each", runs(5, 0, 1), runs(5, 0.2, 1), Regressed},
	} {
		r, err := Compare(c.old, c.new, nil)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if r.Outcome() != c.want || r.Undecided() || r.Hopeless != "" || r.Old != len(c.old) || r.New != len(c.new) {
			t.Errorf("%s: got %s in %+v, want %s", c.name, r.Outcome(), r, c.want)
		}
	}
	for _, sizes := range [][2]int{{4, 5}, {5, 4}, {0, 9}} {
		if _, err := Compare(runs(sizes[0], 0, 1), runs(sizes[1], 0, 1), nil); err == nil {
			t.Errorf("%v results: got no error", sizes)
		}
	}
}

// What Compare says is hopeless is so, even where no old figure comes near a new
// one, and what it does not say is not.
func TestHopeless(t *testing.T) {
	apart := func(n int, p50 int64) []*stats.Result {
		var all []*stats.Result
		for range n {
			all = append(all, run(1e9/float64(p50), p50, 3*p50, 9*p50, 100_000))
		}
		return all
	}
	for _, c := range []struct {
		old, new, metrics int
		want              string
	}{
		{5, 5, 2, ""},
		{5, 5, 3, "Of 5 and 5 results no difference in 3 metrics can be significant at 1%: it takes 1 more on a side, or fewer metrics."},
		{EnoughResults, EnoughResults, len(DefaultMetrics()), ""},
		{EnoughResults - 1, EnoughResults - 1, len(DefaultMetrics()), "Of 5 and 5 results no difference in 4 metrics can be significant at 1%: it takes 1 more on a side, or fewer metrics."},
		{6, 5, 4, ""},
		{5, 6, 4, ""},
	} {
		r, err := Compare(apart(c.old, 100), apart(c.new, 1000), DefaultMetrics()[:c.metrics])
		if err != nil {
			t.Fatal(err)
		}
		if r.Hopeless != c.want {
			t.Errorf("%d and %d, %d metrics: got %q, want %q", c.old, c.new, c.metrics, r.Hopeless, c.want)
		}
		if got, want := r.Outcome() == Regressed, c.want == ""; got != want {
			t.Errorf("%d and %d, %d metrics: got %s", c.old, c.new, c.metrics, r.Outcome())
		}
	}
}
