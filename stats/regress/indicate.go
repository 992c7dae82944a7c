package regress

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"wsstorm/stats"
)

// LeastSeconds is the least number of measured intervals with a reply in them
// that Indicate takes of a result.
const LeastSeconds = 8

// The size of the bootstrap: so many replicates that a whole number of them
// lies beyond either end of the interval.
const (
	replicates           = 9_999
	indicativeConfidence = 0.99
)

// Indicate compares two single results by what they saw second by second. It
// knows the rate, rtt.p50 and rtt.p99, and takes of each the mean over the
// measured seconds, of the latencies weighted by the replies in each: a figure
// near the run's own, and not the same. Old and New of a Change are these means.
// Other metrics are left out.
//
// The interval holds 99% of the ratios of a moving-block bootstrap (Künsch, The
// Jackknife and the Bootstrap for General Stationary Observations, Ann.
// Statist. 17, 1989) in blocks of the cube root of the seconds, rounded up; the
// same seed draws the same blocks. It is indicative, as the package
// documentation says with figures: it is too narrow where there are few
// seconds, and it knows nothing of how much runs differ from each other.
//
// The metrics are DefaultMetrics where nil. It is an error where none is left,
// where one makes no sense, and where a result has fewer than LeastSeconds to
// show.
func Indicate(old, new *stats.Result, metrics []Metric, seed uint64) ([]Change, []LeftOut, error) {
	kept, left, err := secondly(metrics)
	if err != nil {
		return nil, nil, err
	}
	a, err := newSeries(old, kept)
	if err != nil {
		return nil, nil, fmt.Errorf("the old result: %w", err)
	}
	b, err := newSeries(new, kept)
	if err != nil {
		return nil, nil, fmt.Errorf("the new result: %w", err)
	}
	return bootstrap(a, b, kept, replicates, rand.New(rand.NewPCG(seed, 0))), left, nil
}

// Indicative returns the metrics that Indicate leaves out, or the error that it
// has, whatever r is compared with.
func Indicative(r *stats.Result, metrics []Metric) ([]LeftOut, error) {
	kept, left, err := secondly(metrics)
	if err == nil {
		_, err = newSeries(r, kept)
	}
	return left, err
}

// secondly returns the metrics that are known second by second, and the others.
func secondly(metrics []Metric) (kept []Metric, left []LeftOut, err error) {
	if metrics == nil {
		metrics = DefaultMetrics()
	}
	for i, m := range metrics {
		if err := checkMetric(metrics, i); err != nil {
			return nil, nil, err
		}
		if _, known := m.second(stats.Interval{}); known {
			kept = append(kept, m)
		} else {
			left = append(left, LeftOut{Metric: m, Reason: m.Name + " is not known second by second."})
		}
	}
	if len(kept) == 0 {
		return nil, nil, fmt.Errorf("none of the %d metrics is known second by second", len(metrics))
	}
	return kept, left, nil
}

// bootstrap draws n replicates of both series and returns the changes.
func bootstrap(old, new *series, metrics []Metric, n int, random *rand.Rand) []Change {
	effects := make([][]float64, len(metrics))
	for range n {
		a, b := old.resample(random), new.resample(random)
		for i, m := range metrics {
			effects[i] = append(effects[i], m.effect(a[i], b[i]))
		}
	}
	beyond := int(math.Round(float64(n+1)*(1-indicativeConfidence)/2)) - 1
	a, b := old.means(), new.means()
	changes := make([]Change, len(metrics))
	for i, m := range metrics {
		slices.Sort(effects[i])
		changes[i] = Change{Metric: m, Old: a[i], New: b[i], Effect: Estimate{
			Point:      m.effect(a[i], b[i]),
			Low:        effects[i][beyond],
			High:       effects[i][n-1-beyond],
			Confidence: indicativeConfidence,
		}}
	}
	return changes
}

// A fraction is one second's part of a mean: what is added up, and by how much
// it weighs.
type fraction struct{ amount, weight float64 }

// second returns the metric's part in an interval, and whether intervals know
// it. An interval without a reply has no part in a latency.
func (m Metric) second(i stats.Interval) (f fraction, known bool) {
	replies := float64(i.Received)
	if i.RTTP50NS == 0 {
		replies = 0
	}
	switch {
	case m.rate:
		return fraction{float64(i.Received), i.LengthS}, true
	case m.latency == stats.RTT && m.quantile == stats.P50:
		return fraction{float64(i.RTTP50NS) * replies, replies}, true
	case m.latency == stats.RTT && m.quantile == stats.P99:
		return fraction{float64(i.RTTP99NS) * replies, replies}, true
	}
	return fraction{}, false
}

// A series is the measured seconds of one result.
type series struct {
	seconds [][]fraction // by second, then by metric
	block   int          // in seconds
}

func newSeries(r *stats.Result, metrics []Metric) (*series, error) {
	s := &series{}
	replied := 0
	for _, interval := range r.Intervals {
		if interval.Phase != "measure" || interval.LengthS <= 0 {
			continue
		}
		if interval.Received > 0 && interval.RTTP50NS > 0 && interval.RTTP99NS > 0 {
			replied++
		}
		second := make([]fraction, len(metrics))
		for i, m := range metrics {
			second[i], _ = m.second(interval)
		}
		s.seconds = append(s.seconds, second)
	}
	if replied < LeastSeconds {
		return nil, fmt.Errorf("replies in %d measured seconds, and it takes %d", replied, LeastSeconds)
	}
	all := make([]fraction, len(metrics))
	add(all, s.seconds)
	for i, f := range all {
		if !(f.amount > 0) {
			return nil, fmt.Errorf("%s is 0 in every measured second", metrics[i].Name)
		}
	}
	s.block = int(math.Ceil(math.Cbrt(float64(len(s.seconds)))))
	return s, nil
}

// means returns the mean of each metric over all seconds.
func (s *series) means() []float64 {
	all := make([]fraction, len(s.seconds[0]))
	add(all, s.seconds)
	return means(all)
}

// resample returns the mean of each metric over as many seconds, in blocks drawn
// at random. Draws in which no reply was received say nothing, and are repeated.
func (s *series) resample(random *rand.Rand) []float64 {
	n := len(s.seconds)
	for {
		all := make([]fraction, len(s.seconds[0]))
		for drawn := 0; drawn < n; drawn += s.block {
			from := random.IntN(n - s.block + 1)
			add(all, s.seconds[from:from+min(s.block, n-drawn)])
		}
		if !slices.ContainsFunc(all, func(f fraction) bool { return f.amount == 0 }) {
			return means(all)
		}
	}
}

// add adds seconds to the sums of each metric.
func add(sums []fraction, seconds [][]fraction) {
	for _, second := range seconds {
		for i, f := range second {
			sums[i].amount += f.amount
			sums[i].weight += f.weight
		}
	}
}

func means(sums []fraction) []float64 {
	means := make([]float64, len(sums))
	for i, f := range sums {
		means[i] = f.amount / f.weight
	}
	return means
}
