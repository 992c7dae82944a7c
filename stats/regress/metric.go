package regress

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"wsstorm/stats"
)

// A Metric is one figure of a Result that can get worse: the rate of messages,
// of which more is better, or a quantile of a latency, of which less is. Take
// one from DefaultMetrics or MetricByName.
type Metric struct {
	// Name is the metric's name, as objectives spell it: messages.rate, rtt.p99.
	Name string
	// LeastEffect is the least worsening that matters, relative to the old
	// figure: 0.05 is 5% more of a latency, or 5% less of a rate. Whatever is
	// smaller is no regression, however sure it is. With 0, everything
	// significant is one, and nothing is ever equivalent.
	LeastEffect float64

	latency  stats.Metric // of which it is a quantile
	quantile stats.Quantile
	rate     bool // it is the rate instead
}

const nameOfRate = "messages.rate"

// DefaultMetrics returns the metrics that are compared unless somebody says
// otherwise, in a slice that is the caller's. The further out a quantile lies,
// the less steady it is, and the larger an effect has to be to matter.
func DefaultMetrics() []Metric {
	return []Metric{
		{Name: nameOfRate, LeastEffect: 0.03, rate: true},
		latencyMetric(stats.RTT, stats.P50),
		latencyMetric(stats.RTT, stats.P99),
		latencyMetric(stats.RTT, stats.P999),
	}
}

func latencyMetric(m stats.Metric, q stats.Quantile) Metric {
	least := 0.20
	switch {
	case q <= stats.P75:
		least = 0.05
	case q <= stats.P99:
		least = 0.10
	}
	return Metric{Name: m.String() + ".p" + q.String(), LeastEffect: least, latency: m, quantile: q}
}

// MetricByName returns the metric of that name with the least effect that goes
// with it: messages.rate, or any latency and quantile that a Result knows, such
// as close.p99. It reports false where there is none. Lag and queue are the
// client's own, and no server's to make worse.
func MetricByName(name string) (Metric, bool) {
	all := slices.Concat(DefaultMetrics(), latencyMetrics())
	i := slices.IndexFunc(all, func(m Metric) bool { return m.Name == name })
	if i < 0 {
		return Metric{}, false
	}
	return all[i], true
}

// MetricNames returns every name that MetricByName knows, the rate first.
func MetricNames() []string {
	names := []string{nameOfRate}
	for _, m := range latencyMetrics() {
		names = append(names, m.Name)
	}
	return names
}

func latencyMetrics() []Metric {
	var all []Metric
	for m := range stats.NumMetrics {
		switch m {
		case stats.Lag, stats.Queue: // the client's
			continue
		case stats.OpenAfter, stats.Idle: // as planned, or of what went wrong; no time that the server takes
			continue
		}
		for q := range stats.NumQuantiles {
			all = append(all, latencyMetric(m, q))
		}
	}
	return all
}

// HigherIsBetter reports whether the metric is the rate, in messages a second,
// and not a latency, in nanoseconds.
func (m Metric) HigherIsBetter() bool { return m.rate }

// OfMessages reports whether the metric has a figure only where messages are
// sent.
func (m Metric) OfMessages() bool {
	return m.rate || slices.Contains([]stats.Metric{stats.RTT, stats.Service, stats.Delivery, stats.Skew}, m.latency)
}

// Value returns the metric's figure in r, messages a second or nanoseconds, and
// whether there is one: the rate where anything was received, and a quantile
// where enough values lie beyond it to print it. Quantiles beyond the 99th
// need enough of them to be firm, 100,000 values in all for the 99.9th.
func (m Metric) Value(r *stats.Result) (float64, bool) {
	if m.rate {
		return r.Messages.Rate, r.Messages.Rate > 0
	}
	l := m.values(r)
	if l == nil || m.wantsFirm() && !m.quantile.Firm(l.Count) {
		return 0, false
	}
	ns, ok := l.Quantile(m.quantile)
	return float64(ns), ok && ns > 0
}

// values returns the latency that the metric is a quantile of, nil where r has
// none.
func (m Metric) values(r *stats.Result) *stats.Latency {
	latency := m.latency
	if latency == stats.RTT {
		// In a broadcast, as in its intervals, the delivery stands in its place.
		latency = r.Headline()
	}
	return r.Latency[latency.String()]
}

// wantsFirm reports whether a run may be too short for the metric and yet good.
func (m Metric) wantsFirm() bool { return !m.rate && m.quantile > stats.P99 }

// Change returns the relative change of the metric's own figure that an effect
// stands for: 0.1 is 10% more of it, whether that is better or worse.
func (m Metric) Change(effect float64) float64 {
	if m.rate {
		effect = -effect
	}
	return math.Expm1(effect)
}

// effect returns ln(new/old), signed so that positive is worse. A difference of
// logarithms, because it is exactly the negative when old and new trade places.
func (m Metric) effect(old, new float64) float64 {
	if m.rate {
		old, new = new, old
	}
	return math.Log(new) - math.Log(old)
}

// worsening is the inverse of margin: the share of the old figure by which an
// effect makes it worse.
func (m Metric) worsening(effect float64) float64 { return math.Abs(m.Change(effect)) }

// margin returns LeastEffect as an effect.
func (m Metric) margin() float64 {
	if m.rate {
		return -math.Log1p(-m.LeastEffect)
	}
	return math.Log1p(m.LeastEffect)
}

// checkMetric returns an error where metrics[i] is none, was there before, or
// has a least effect that makes no sense.
func checkMetric(metrics []Metric, i int) error {
	m := metrics[i]
	if m.Name == "" {
		return errors.New("a metric without a name: take it from DefaultMetrics or MetricByName")
	}
	if slices.ContainsFunc(metrics[:i], func(o Metric) bool { return o.Name == m.Name }) {
		return fmt.Errorf("%s is asked for twice", m.Name)
	}
	if !(m.LeastEffect >= 0) || math.IsInf(m.LeastEffect, 1) || m.rate && m.LeastEffect >= 1 {
		return fmt.Errorf("the least effect of %s cannot be %v", m.Name, m.LeastEffect)
	}
	return nil
}

// A LeftOut is a metric that was asked for and could not be compared.
type LeftOut struct {
	Metric Metric
	Reason string // one sentence
	// Doubt reports that some results have a figure, and that the new ones may
	// be worse where they have none: a Report with such a metric is
	// Inconclusive, unless another one Regressed.
	Doubt bool
}

// A sample is the figures of one metric on both sides.
type sample struct {
	metric   Metric
	old, new []float64
}

// samples returns the figures of each metric that has one in every result, and
// the metrics that were left out. Where a figure is missing here and there, the
// results that have one are the fast ones or the slow ones, and judge nothing.
// Which metrics remain is the same with old and new the other way round, so that
// the tests of these err no more often for it.
func samples(old, new []*stats.Result, metrics []Metric) ([]sample, []LeftOut, error) {
	if len(metrics) == 0 {
		return nil, nil, errors.New("no metric to compare")
	}
	var kept []sample
	var left []LeftOut
	for i, m := range metrics {
		if err := checkMetric(metrics, i); err != nil {
			return nil, nil, err
		}
		s := sample{metric: m}
		var oldLack, newLack int
		s.old, oldLack = figures(m, old)
		s.new, newLack = figures(m, new)
		switch all := len(old) + len(new); {
		case oldLack+newLack == 0:
			kept = append(kept, s)
		case oldLack+newLack == all, m.comesAndGoes(oldLack, new):
			left = append(left, LeftOut{Metric: m, Reason: fmt.Sprintf(
				"%s has no figure in %d of the %d results.", m.Name, oldLack+newLack, all)})
		default:
			left = append(left, LeftOut{Metric: m, Doubt: true, Reason: fmt.Sprintf(
				"%s has no figure in %d of %d old results and in %d of %d new ones, where replies were too few or lost: whether it got worse is not known.",
				m.Name, oldLack, len(old), newLack, len(new))})
		}
	}
	return kept, left, nil
}

// figures returns the figures of m, and how many results have none.
func figures(m Metric, results []*stats.Result) (values []float64, lack int) {
	for _, r := range results {
		v, ok := m.Value(r)
		if !ok {
			lack++
		}
		values = append(values, v)
	}
	return values, lack
}

// comesAndGoes reports whether a figure that only some results have says nothing
// about the new ones: that of a far quantile, around the number of values that it
// takes, where the old ones miss it too and none of the new ones lost it.
func (m Metric) comesAndGoes(oldLack int, new []*stats.Result) bool {
	return m.wantsFirm() && oldLack > 0 && !slices.ContainsFunc(new, m.lost)
}

// lost reports whether a result would have the figure of a far quantile if the
// replies that never came had come.
func (m Metric) lost(r *stats.Result) bool {
	l := m.values(r)
	_, ok := m.Value(r)
	return !ok && l != nil && m.quantile.Firm(l.Total())
}
