package regress

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"wsstorm/stats"
)

const (
	simulated = 2_000 // benches in each cell of the table in doc.go
	seed      = 20260102
)

// A bencher makes up pairs of runs. The noise of a pair is the standard
// deviation of ln(new/old): half of its variance is common to all metrics of a
// run, half their own.
type bencher struct {
	random   *rand.Rand
	slower   float64 // every metric, 0.1 is by 10%
	slower99 float64 // rtt.p99 alone
	noise    float64
	// run, where not nil, replaces the normal noise of one run, of variance 1.
	run func(*rand.Rand) float64
	// second is by how much whatever runs second is slower.
	second float64
}

func (b *bencher) noisy() float64 {
	if b.run != nil {
		return b.run(b.random)
	}
	return b.random.NormFloat64()
}

// result makes up a run that is slower than usual by shift, a logarithm, and its
// rtt.p99 by shift99 more.
func (b *bencher) result(shift, shift99 float64) *stats.Result {
	common := b.noisy()
	figure := func(usual, sign, shift float64) float64 {
		z := b.noise / math.Sqrt2 * (common + b.noisy()) / math.Sqrt2
		return usual * math.Exp(sign*(shift+z))
	}
	return &stats.Result{
		Messages: stats.Messages{Rate: figure(50_000, -1, shift)},
		Latency: map[string]*stats.Latency{"rtt": {Count: 500_000, Percentiles: map[string]int64{
			"50":   int64(figure(1e6, 1, shift)),
			"99":   int64(figure(3e6, 1, shift+shift99)),
			"99.9": int64(figure(9e6, 1, shift)),
		}}},
	}
}

// pair makes up a pair at a time of its own: the host is at times faster, and
// that is common to both.
func (b *bencher) pair() Pair {
	host := b.random.NormFloat64() * 0.2
	old, new := host, host+math.Log1p(b.slower)
	if b.random.IntN(2) == 0 {
		old += b.second
	} else {
		new += b.second
	}
	return Pair{b.result(old, 0), b.result(new, math.Log1p(b.slower99))}
}

// bench runs the whole procedure, as a command would.
func (b *bencher) bench(t *testing.T) Outcome {
	t.Helper()
	var pairs []Pair
	for want := FirstLook; ; want = LastLook {
		for len(pairs) < want {
			pairs = append(pairs, b.pair())
		}
		r, err := Bench(pairs, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !r.Undecided() {
			return r.Outcome()
		}
	}
}

func skipUnderRace(t *testing.T) {
	t.Helper()
	if underRace {
		t.Skip("simulations are for the build without the race detector")
	}
}

// count returns how many of n benches have each outcome.
func (b *bencher) count(t *testing.T, n int) map[Outcome]int {
	t.Helper()
	counts := make(map[Outcome]int)
	for range n {
		counts[b.bench(t)]++
	}
	return counts
}

// doc returns the package documentation without its comment marks.
func doc(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "//", "")
}

// documented returns the figures of the row of that label in the documentation.
func documented(t *testing.T, label string, columns int) []float64 {
	t.Helper()
	for line := range strings.Lines(doc(t)) {
		rest, found := strings.CutPrefix(strings.TrimSpace(line), label+"  ")
		if !found {
			continue
		}
		var figures []float64
		for _, word := range strings.Fields(rest) {
			v, err := strconv.ParseFloat(word, 64)
			if err != nil {
				t.Fatalf("doc.go, %s: %v", label, err)
			}
			figures = append(figures, v)
		}
		if len(figures) != columns {
			t.Fatalf("doc.go, %s: got %d figures, want %d", label, len(figures), columns)
		}
		return figures
	}
	t.Fatalf("doc.go has no row %q", label)
	return nil
}

// tolerance is how far a figure of the documentation may be from the simulated
// one, in percentage points: two benches of 2,000. The seed is the same, but
// another processor may fuse a multiplication and an addition, and round a
// bench that lies on an edge to its other side.
const tolerance = 0.1

// noises are the columns of the table.
var noises = []float64{0.02, 0.05, 0.10}

// checkRow compares one figure of the table with what was simulated.
func checkRow(t *testing.T, row string, column, simulatedBenches int) {
	t.Helper()
	got := 100 * float64(simulatedBenches) / simulated
	if want := documented(t, row, len(noises))[column]; math.Abs(got-want) > tolerance {
		t.Errorf("%s, noise %v: got %.2f%%, and doc.go says %.2f%%", row, noises[column], got, want)
	}
}

func TestDocumentedPower(t *testing.T) {
	skipUnderRace(t)
	for _, c := range []struct {
		row     string
		bencher bencher
	}{
		{"everything by 5%", bencher{slower: 0.05}},
		{"everything by 10%", bencher{slower: 0.10}},
		{"everything by 20%", bencher{slower: 0.20}},
		{"rtt.p99 alone by 10%", bencher{slower99: 0.10}},
		{"rtt.p99 alone by 20%", bencher{slower99: 0.20}},
	} {
		for i, noise := range noises {
			b := c.bencher
			b.random, b.noise = newRandom(0), noise
			t.Run(fmt.Sprintf("%s, noise %v", c.row, noise), func(t *testing.T) {
				t.Parallel()
				checkRow(t, c.row, i, b.count(t, simulated)[Regressed])
			})
		}
	}
}

// The rate of false alarms must be at most Alpha with the confidence of the
// interval, and not only by the count.
func TestFalseAlarms(t *testing.T) {
	skipUnderRace(t)
	benchers := []bencher{
		{noise: 0.05, second: 0.10}, // the second run of a pair is slower
		{noise: 0.05, run: func(r *rand.Rand) float64 { // one run in ten is disturbed
			if r.IntN(10) == 0 {
				return 10 * r.ExpFloat64()
			}
			return r.NormFloat64()
		}},
	}
	for _, noise := range noises {
		benchers = append(benchers, bencher{noise: noise})
	}
	counts := make([]map[Outcome]int, len(benchers))
	t.Run("simulation", func(t *testing.T) {
		for i, b := range benchers {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				b.random = newRandom(0)
				counts[i] = b.count(t, simulated)
			})
		}
	})
	worst := 0
	for i, b := range benchers {
		alarms := counts[i][Regressed]
		worst = max(worst, alarms)
		if _, high := ClopperPearson(alarms, simulated, 0.95); high > Alpha {
			t.Errorf("noise %v, second run slower by %v: got %d false alarms in %d, a rate of up to %.2f%%, want at most %v%%",
				b.noise, b.second, alarms, simulated, 100*high, 100*Alpha)
		}
	}
	for column, c := range counts[2:] {
		checkRow(t, "nothing slower", column, c[Regressed])
		checkRow(t, "nothing, and EQUIVALENT", column, c[Equivalent])
	}
	low, high := ClopperPearson(worst, simulated, 0.95)
	says(t, fmt.Sprintf("%d of 2,000 were false alarms at the worst, a rate of %.2f%% to %.2f%%", worst, 100*low, 100*high))
}

// falseAlarmBound returns a bound on the rate of false alarms that needs no
// simulation: what the first step of Holm can reject by chance, at both looks,
// each metric on its own, and with every estimate beyond the least effect.
func falseAlarmBound(metrics int) float64 {
	bound := 0.0
	for _, pairs := range []int{FirstLook, LastLook} {
		null := signFlips(upTo(pairs))
		bound += float64(metrics) * null.atMost(null.critical(lookAlpha/float64(metrics)))
	}
	return bound
}

func TestFalseAlarmsAreBounded(t *testing.T) {
	for metrics := 1; metrics <= 40; metrics++ {
		if got := falseAlarmBound(metrics); got <= 0 || got > Alpha {
			t.Errorf("%d metrics: got a bound of %v, want above 0 and at most %v", metrics, got, Alpha)
		}
	}
	// Here the least effects hold nothing back, and the bound is all there is.
	// Its neighbourhood takes more than 2,000 benches to tell from Alpha.
	b := bencher{random: newRandom(0), noise: 0.30}
	alarms := b.count(t, simulated)[Regressed]
	bound := falseAlarmBound(len(DefaultMetrics()))
	if low, _ := ClopperPearson(alarms, simulated, 0.95); low > bound {
		t.Errorf("got %d false alarms in %d, a rate of no less than %v, want at most %v", alarms, simulated, low, bound)
	}
	says(t, fmt.Sprintf("its bound, %.2f%% for four metrics: at a noise of 30%% it was %d of 2,000", 100*bound, alarms))
}

// says checks that the package documentation says a sentence.
func says(t *testing.T, want string) {
	t.Helper()
	if !strings.Contains(strings.Join(strings.Fields(doc(t)), " "), want) {
		t.Errorf("doc.go does not say %q", want)
	}
}

// The figures of the documentation are those of 500 comparisons with all the
// replicates of Indicate, which takes half a minute. A part of them comes within
// 8 percentage points: three deviations of a binomial of 200.
func TestDocumentedHint(t *testing.T) {
	skipUnderRace(t)
	metrics := DefaultMetrics()[1:2]
	const comparisons, replicates = 200, 399
	for _, c := range []struct {
		label string
		noise float64
	}{
		{"runs do not differ", 0},
		{"runs differ by 2%", 0.02},
	} {
		for i, seconds := range []int{10, 30, 60} {
			t.Run(fmt.Sprint(c.label, seconds), func(t *testing.T) {
				t.Parallel()
				random := newRandom(1)
				missed := 0
				for range comparisons {
					var sides [2]*series
					for side := range sides {
						r := secondsOf(random, seconds, 0.3, c.noise/math.Sqrt2)
						s, err := newSeries(r, metrics)
						if err != nil {
							t.Fatal(err)
						}
						sides[side] = s
					}
					e := bootstrap(sides[0], sides[1], metrics, replicates, random)[0].Effect
					if e.Low > 0 || e.High < 0 {
						missed++
					}
				}
				got := 100 * float64(missed) / comparisons
				if want := documented(t, c.label, 3)[i]; math.Abs(got-want) > 8 {
					t.Errorf("got %.1f%%, and doc.go says %.1f%%", got, want)
				}
			})
		}
	}
}

// secondsOf makes up a run of so many seconds, whose latencies vary by 5% and
// are correlated with those of the second before, and which as a whole is off by
// a normal variable of that deviation.
func secondsOf(random *rand.Rand, seconds int, correlation, deviation float64) *stats.Result {
	r := &stats.Result{}
	off := deviation * random.NormFloat64()
	x := random.NormFloat64()
	for i := range seconds {
		x = correlation*x + math.Sqrt(1-correlation*correlation)*random.NormFloat64()
		f := math.Exp(off + 0.05*x)
		r.Intervals = append(r.Intervals, stats.Interval{
			TimeS: float64(i + 1), Phase: "measure", LengthS: 1, Received: int64(50_000 / f),
			RTTP50NS: int64(1e6 * f), RTTP99NS: int64(3e6 * f),
		})
	}
	return r
}

func newRandom(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }
