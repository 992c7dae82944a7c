package regress

import (
	"math"
	"slices"
	"testing"

	"wsstorm/stats"
)

func pairsOf(n int, pair func(i int) (old, new *stats.Result)) []Pair {
	pairs := make([]Pair, n)
	for i := range pairs {
		pairs[i].Old, pairs[i].New = pair(i)
	}
	return pairs
}

// steady is noise that adds up to nothing over FirstLook and over LastLook
// pairs, of both signs, and never twice the same size.
var steady = [LastLook]float64{1, -1.1, 2.1, -2, 3, -3.1, 4.1, -4, 5, -5.1, 1.2, -1.3, 2.3, -2.2, 3.2, -3.3}

// slower returns pairs whose rtt.p50 is slower by that share, with noise in
// percent times steady, and nothing else in them.
func slower(n int, share, percent float64) []Pair {
	return pairsOf(n, func(i int) (old, new *stats.Result) {
		p50 := 1e9 * (1 + share) * math.Exp(percent/100*steady[i])
		return run(0, 1e9, 0, 0, 1000), run(0, int64(p50), 0, 0, 1000)
	})
}

func TestClassification(t *testing.T) {
	for _, c := range []struct {
		name      string
		pairs     []Pair
		want      Outcome
		undecided bool
	}{
		{"the same, precisely", slower(FirstLook, 0, 0), Equivalent, false},
		{"the same, nearly", slower(FirstLook, 0, 0.5), Equivalent, false},
		{"the same, as far as one can see", slower(FirstLook, 0, 2), Inconclusive, true},
		{"the same, as far as one can see at last", slower(LastLook, 0, 2), Inconclusive, false},
		{"slower for sure, by too little", slower(FirstLook, 0.02, 0.1), Equivalent, false},
		{"slower for sure, perhaps by enough", slower(FirstLook, 0.045, 0.5), Inconclusive, true},
		{"slower by enough", slower(FirstLook, 0.06, 0.1), Regressed, false},
		{"slower by enough, with noise", slower(FirstLook, 0.06, 1), Regressed, false},
		{"slower by enough, not for sure", slower(FirstLook, 0.06, 3), Inconclusive, true},
		{"faster by enough", slower(FirstLook, -0.06, 0.1), Improved, false},
		{"faster, by too little", slower(FirstLook, -0.02, 0.1), Equivalent, false},
	} {
		r, err := Bench(c.pairs, nil)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if len(r.Comparisons) != 1 || r.Comparisons[0].Metric.Name != "rtt.p50" || len(r.LeftOut) != 3 {
			t.Fatalf("%s: got %+v, want rtt.p50 alone", c.name, r)
		}
		got := r.Comparisons[0]
		if got.Outcome != c.want || r.Outcome() != c.want || r.Undecided() != c.undecided {
			t.Errorf("%s: got %s, undecided: %v, want %s, %v; p = %v, effect %+v",
				c.name, r.Outcome(), r.Undecided(), c.want, c.undecided, got.Adjusted, got.Effect)
		}
	}
}

// The best of four metrics is significant at the first look.
func TestHolmAcrossFourMetrics(t *testing.T) {
	r, err := Bench(pairsOf(FirstLook, func(i int) (old, new *stats.Result) {
		noise := math.Exp(0.02 * steady[i])
		return run(50_000, 1e6, 3e6, 9e6, 100_000),
			run(50_000*noise, int64(1e6*noise), int64(3e6*1.3*noise), int64(9e6/noise), 100_000)
	}), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Comparisons) != 4 || r.Outcome() != Regressed || r.Undecided() {
		t.Fatalf("got %+v", r)
	}
	for _, c := range r.Comparisons {
		want := Inconclusive
		switch c.Metric.Name {
		case "rtt.p99":
			want = Regressed
			if c.P != 1.0/1024 || c.Adjusted != 4.0/1024 {
				t.Errorf("rtt.p99: got p = %v, adjusted %v, want 1/1024 and 4/1024", c.P, c.Adjusted)
			}
		case "rtt.p99.9":
			want = Equivalent // its least effect is the largest
		}
		if c.Outcome != want {
			t.Errorf("%s: got %s, want %s", c.Metric.Name, c.Outcome, want)
		}
	}
}

func TestOldAndNewTradePlaces(t *testing.T) {
	mirror := map[Outcome]Outcome{Regressed: Improved, Improved: Regressed, Equivalent: Equivalent, Inconclusive: Inconclusive}
	seen := make(map[Outcome]bool)
	for i := range 60 {
		b := bencher{random: newRandom(uint64(i)), noise: 0.02, slower: float64(i%5)*0.02 - 0.04}
		pairs := pairsOf(FirstLook, func(int) (old, new *stats.Result) { p := b.pair(); return p.Old, p.New })
		there, err := Bench(pairs, nil)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Bench(pairsOf(FirstLook, func(i int) (old, new *stats.Result) { return pairs[i].New, pairs[i].Old }), nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range there.Comparisons {
			got := back.Comparisons[i]
			seen[c.Outcome] = true
			if got.Outcome != mirror[c.Outcome] {
				t.Errorf("%s: got %s there and %s back", c.Metric.Name, c.Outcome, got.Outcome)
			}
			want := Estimate{-c.Effect.Point, -c.Effect.High, -c.Effect.Low, c.Effect.Confidence}
			if got.Effect != want || got.Old != c.New || got.New != c.Old {
				t.Errorf("%s: got %+v back, want %+v", c.Metric.Name, got, want)
			}
		}
	}
	if len(seen) != len(mirror) {
		t.Errorf("only %v occurred", seen)
	}
}

// The host's drift, common to both runs of a pair, changes nothing, and neither
// does the order of the pairs.
func TestWhatIsCommonToAPairDoesNotCount(t *testing.T) {
	pairs := slower(LastLook, 0.045, 1)
	want, err := Bench(pairs, nil)
	if err != nil {
		t.Fatal(err)
	}
	drifting := pairsOf(LastLook, func(i int) (old, new *stats.Result) {
		times := int64(1) << i
		p := pairs[LastLook-1-i]
		return run(0, times*p50(p.Old), 0, 0, 1000), run(0, times*p50(p.New), 0, 0, 1000)
	})
	got, err := Bench(drifting, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, b := got.Comparisons[0], want.Comparisons[0]
	if a.P != b.P || a.Outcome != b.Outcome || math.Abs(a.Effect.Point-b.Effect.Point) > 1e-12 || math.Abs(a.Effect.Low-b.Effect.Low) > 1e-12 {
		t.Errorf("got %+v, want %+v", a, b)
	}
}

func p50(r *stats.Result) int64 { return r.Latency["rtt"].Percentiles["50"] }

func TestWorstOutcomeWins(t *testing.T) {
	for _, c := range []struct {
		outcomes []Outcome
		want     Outcome
	}{
		{[]Outcome{Equivalent, Equivalent}, Equivalent},
		{[]Outcome{Equivalent, Improved}, Improved},
		{[]Outcome{Improved, Inconclusive, Equivalent}, Inconclusive},
		{[]Outcome{Improved, Inconclusive, Regressed}, Regressed},
	} {
		r := Report{first: true}
		for _, o := range c.outcomes {
			r.Comparisons = append(r.Comparisons, Comparison{Outcome: o})
		}
		if got := r.Outcome(); got != c.want {
			t.Errorf("%v: got %s, want %s", c.outcomes, got, c.want)
		}
		if got, want := r.Undecided(), c.want == Inconclusive; got != want {
			t.Errorf("%v: undecided: got %v, want %v", c.outcomes, got, want)
		}
	}
}

func TestExceedsIsOfTheWholeInterval(t *testing.T) {
	for _, c := range []struct {
		name  string
		low   float64 // as a share
		limit float64
		want  bool
	}{
		{"rtt.p99", 0.11, 0.10, true},
		{"rtt.p99", 0.09, 0.10, false},
		{"rtt.p99", 0.001, 0, true},
		{"rtt.p99", -0.001, 0, false},
		{"messages.rate", 0.06, 0.05, true},
		{"messages.rate", 0.04, 0.05, false},
	} {
		m := mustMetric(t, c.name)
		low := math.Log1p(c.low)
		if m.HigherIsBetter() {
			low = -math.Log1p(-c.low)
		}
		change := Change{Metric: m, Effect: Estimate{Point: low + 1, Low: low, High: low + 2}}
		if got := change.Exceeds(c.limit); got != c.want {
			t.Errorf("%s worse by at least %v, limit %v: got %v, want %v", c.name, c.low, c.limit, got, c.want)
		}
	}
}

func TestBenchTakesTwoLooks(t *testing.T) {
	for n := range 20 {
		_, err := Bench(pairsOf(n, func(int) (old, new *stats.Result) { return run(1, 1, 1, 1, 1), run(1, 1, 1, 1, 1) }), nil)
		if got, want := err == nil, n == FirstLook || n == LastLook; got != want {
			t.Errorf("%d pairs: got %v", n, err)
		}
	}
}

// A figure that only some results have is not compared, and hides nothing.
func TestMissingFigures(t *testing.T) {
	whole := func() *stats.Result { return run(1000, 1e6, 1e6, 1e6, 200_000) }
	lost := func() *stats.Result { // a thousandth of the replies and more
		r := run(1000, 1e6, 1e6, 0, 99_800)
		delete(r.Latency["rtt"].Percentiles, "99.9")
		r.Latency["rtt"].Censored = 300
		return r
	}
	few := func() *stats.Result { return run(1000, 1e6, 1e6, 1e6, 99_000) }
	without := func(quantile string) func() *stats.Result {
		return func() *stats.Result {
			r := whole()
			delete(r.Latency["rtt"].Percentiles, quantile)
			return r
		}
	}
	still := func() *stats.Result { return run(0, 1e6, 1e6, 1e6, 200_000) }
	const unknown = ", where replies were too few or lost: whether it got worse is not known."
	for _, c := range []struct {
		name     string
		old, new func() *stats.Result // the fourth of each
		reason   string
		want     Outcome
	}{
		{"p99 of a new one", whole, without("99"), "rtt.p99 has no figure in 0 of 10 old results and in 1 of 10 new ones" + unknown, Inconclusive},
		{"p99 of an old one", without("99"), whole, "rtt.p99 has no figure in 1 of 10 old results and in 0 of 10 new ones" + unknown, Inconclusive},
		{"the rate of a new one", whole, still, "messages.rate has no figure in 0 of 10 old results and in 1 of 10 new ones" + unknown, Inconclusive},
		{"p99.9 of a new one", whole, few, "rtt.p99.9 has no figure in 0 of 10 old results and in 1 of 10 new ones" + unknown, Inconclusive},
		// Around the number of values that it takes, it comes and goes.
		{"p99.9 of an old one", few, whole, "rtt.p99.9 has no figure in 1 of the 20 results.", Equivalent},
		{"p99.9 of both", few, few, "rtt.p99.9 has no figure in 2 of the 20 results.", Equivalent},
		{"p99.9 of both, one with losses", few, lost, "rtt.p99.9 has no figure in 1 of 10 old results and in 1 of 10 new ones" + unknown, Inconclusive},
	} {
		pairs := pairsOf(FirstLook, func(i int) (old, new *stats.Result) {
			if i == 3 {
				return c.old(), c.new()
			}
			return whole(), whole()
		})
		r, err := Bench(pairs, nil)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if len(r.LeftOut) != 1 || r.LeftOut[0].Reason != c.reason || len(r.Comparisons) != 3 {
			t.Errorf("%s: got %+v left out, want %q", c.name, r.LeftOut, c.reason)
		}
		// More pairs would not bring the figure.
		if r.Outcome() != c.want || r.Undecided() {
			t.Errorf("%s: got %s, undecided: %v, want %s", c.name, r.Outcome(), r.Undecided(), c.want)
		}
	}
}

// What got slower is found by the metrics that are left.
func TestMissingFiguresExcuseNothing(t *testing.T) {
	r, err := Bench(pairsOf(FirstLook, func(int) (old, new *stats.Result) {
		new = run(125, 8e6, 0, 0, 375)
		delete(new.Latency["rtt"].Percentiles, "99")
		return run(1000, 1e6, 2e6, 0, 3000), new
	}), nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Outcome() != Regressed || len(r.Comparisons) != 2 || len(r.LeftOut) != 2 || !r.LeftOut[0].Doubt || r.LeftOut[1].Doubt {
		t.Errorf("got %s, %+v", r.Outcome(), r)
	}
}

func TestMediansOfAnyNumberOfPairs(t *testing.T) {
	pairs := pairsOf(3, func(i int) (old, new *stats.Result) {
		return run(0, []int64{30, 10, 20}[i], 0, 0, 1000), run(0, []int64{5, 7, 6}[i], 0, 0, 1000)
	})
	changes, left, err := Medians(pairs, nil)
	if err != nil || len(changes) != 1 || changes[0].Metric.Name != "rtt.p50" || changes[0].Old != 20 || changes[0].New != 6 || len(left) != 3 {
		t.Errorf("got %+v, %+v, %v", changes, left, err)
	}
	if _, _, err := Medians(pairs, []Metric{{}}); err == nil {
		t.Error("a metric that is none: got no error")
	}
}

func TestNothingToCompare(t *testing.T) {
	nothing := func(int) (old, new *stats.Result) { return &stats.Result{}, &stats.Result{} }
	r, err := Bench(pairsOf(FirstLook, nothing), nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Outcome() != Inconclusive || r.Undecided() || len(r.LeftOut) != 4 || r.Old != FirstLook {
		t.Errorf("got %s, undecided: %v, %+v", r.Outcome(), r.Undecided(), r)
	}
	if _, err := Calibrate(pairsOf(FirstLook, nothing), nil, 1); err == nil {
		t.Error("a calibration by nothing: got no error")
	}
}

// Sorting the figures where they are would pair them anew.
func TestNothingIsSortedInPlace(t *testing.T) {
	d := []float64{3, -1, 2, -5, 4, 1, -2, 6, 5, -3}
	other := []float64{9, 1, 8, 2, 7}
	kept, keptOther := slices.Clone(d), slices.Clone(other)
	signedRank(d)
	signedRankShift(d, lookAlpha)
	rankSum(d, other)
	rankSumShift(other, d, Alpha)
	holm(d)
	doubledRanks(d)
	medianOf(d)
	if !slices.Equal(d, kept) || !slices.Equal(other, keptOther) {
		t.Errorf("got %v and %v, want %v and %v", d, other, kept, keptOther)
	}
}
