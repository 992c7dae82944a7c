package regress

import (
	"cmp"
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
// knows the rate, rtt.p50 and rtt.p99. Of the rate and of rtt.p99 it takes the mean
// over the measured seconds, and of rtt.p50 the median, so that one bad second does
// not make it. The latencies are weighted by the replies in each second. Old and New
// of a Change are these figures, which are not the run's own; a mean of p99 may be far
// from it. Other metrics are left out.
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
	a, b := old.figures(once(old)), new.figures(once(new))
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

// figure returns what the fraction alone amounts to, 0 where it says nothing.
func (f fraction) figure() float64 {
	if f.amount == 0 {
		return 0
	}
	return f.amount / f.weight
}

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
	// order is, by metric, the seconds with replies from the lowest figure up where
	// a median is taken, and nil where it is a mean.
	order [][]int
	block int // in seconds
}

func newSeries(r *stats.Result, metrics []Metric) (*series, error) {
	s := &series{order: make([][]int, len(metrics))}
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
	for i, m := range metrics {
		if !m.rate && m.quantile == stats.P50 {
			s.sort(i)
		}
	}
	for i, v := range s.figures(once(s)) {
		if v == 0 {
			return nil, fmt.Errorf("%s is 0 in every measured second", metrics[i].Name)
		}
	}
	s.block = int(math.Ceil(math.Cbrt(float64(len(s.seconds)))))
	return s, nil
}

// sort has the median taken of the metric with that index.
func (s *series) sort(metric int) {
	order := []int{}
	for i, second := range s.seconds {
		if second[metric].weight > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Compare(s.seconds[i][metric].figure(), s.seconds[j][metric].figure())
	})
	s.order[metric] = order
}

// once returns how many times each second counts in the series itself.
func once(s *series) []int { return slices.Repeat([]int{1}, len(s.seconds)) }

// resample returns each metric over as many seconds, in blocks drawn at random.
// Draws in which no reply was received say nothing, and are repeated.
func (s *series) resample(random *rand.Rand) []float64 {
	n := len(s.seconds)
	for {
		times := make([]int, n)
		for drawn := 0; drawn < n; drawn += s.block {
			from := random.IntN(n - s.block + 1)
			for i := range min(s.block, n-drawn) {
				times[from+i]++
			}
		}
		if figures := s.figures(times); !slices.Contains(figures, 0) {
			return figures
		}
	}
}

// figures returns each metric over seconds that count so many times each, 0 where
// none says anything.
func (s *series) figures(times []int) []float64 {
	sums := make([]fraction, len(s.order))
	for i, second := range s.seconds {
		for metric, f := range second {
			sums[metric].amount += f.amount * float64(times[i])
			sums[metric].weight += f.weight * float64(times[i])
		}
	}
	figures := make([]float64, len(sums))
	for metric, sum := range sums {
		if order := s.order[metric]; order != nil {
			figures[metric] = s.median(metric, order, times, sum.weight)
		} else {
			figures[metric] = sum.figure()
		}
	}
	return figures
}

// median returns the least figure that the seconds with half of the weight do not
// exceed.
func (s *series) median(metric int, order, times []int, weight float64) float64 {
	below := 0.0
	for _, i := range order {
		f := s.seconds[i][metric]
		if below += f.weight * float64(times[i]); times[i] > 0 && below >= weight/2 {
			return f.figure()
		}
	}
	return 0
}
