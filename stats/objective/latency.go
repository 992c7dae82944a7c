package objective

import (
	"fmt"
	"math"

	"wsstorm/stats"
)

// latencies returns the metrics of every histogram.
func latencies() []metric {
	var all []metric
	for m := range stats.NumMetrics {
		for q := range stats.NumQuantiles {
			all = append(all, quantile(m, q))
		}
		all = append(all,
			summary(m, "min", func(l *stats.Latency) float64 { return float64(l.MinNS) }),
			summary(m, "mean", func(l *stats.Latency) float64 { return l.MeanNS }),
			summary(m, "stddev", func(l *stats.Latency) float64 { return l.StddevNS }),
			summary(m, "max", func(l *stats.Latency) float64 { return float64(l.MaxNS) }),
			tally(m, "count", func(l *stats.Latency) int64 { return l.Count }),
			tally(m, "clamped", func(l *stats.Latency) int64 { return l.Clamped }),
			tally(m, "censored", func(l *stats.Latency) int64 { return l.Censored }),
		)
	}
	for i := range all {
		switch all[i].name {
		case "rtt.p50", "delivery.p50":
			all[i].second = replies(func(i stats.Interval) int64 { return i.RTTP50NS })
		case "rtt.p99", "delivery.p99":
			all[i].second = replies(func(i stats.Interval) int64 { return i.RTTP99NS })
		case "rtt.max", "delivery.max":
			all[i].second = replies(func(i stats.Interval) int64 { return i.RTTMaxNS })
		}
	}
	return all
}

func latencyName(m stats.Metric, what string) string { return m.String() + "." + what }

// quantile is unknown where a Result does not know it either.
func quantile(m stats.Metric, q stats.Quantile) metric {
	return metric{
		name: latencyName(m, "p"+q.String()), unit: duration, bySecond: duration,
		value: func(r *stats.Result) (float64, string) {
			l := r.Latency[m.String()]
			if l == nil {
				return 0, notMeasured(m)
			}
			ns, ok := l.Quantile(q)
			switch {
			case ok:
				return float64(ns), ""
			case l.Unknown(q):
				return 0, "more were lost, or given up, than lie beyond it"
			}
			return 0, fmt.Sprintf("p%s needs %.0f values, and there are %d", q, math.Round(10/q.Tail()), l.Total())
		},
	}
}

func summary(m stats.Metric, what string, value func(*stats.Latency) float64) metric {
	return metric{
		name: latencyName(m, what), unit: duration, bySecond: duration,
		value: func(r *stats.Result) (float64, string) {
			l := r.Latency[m.String()]
			if l == nil {
				return 0, notMeasured(m)
			}
			return value(l), ""
		},
	}
}

// tally is 0 where nothing was recorded, which is known.
func tally(m stats.Metric, what string, value func(*stats.Latency) int64) metric {
	return number(latencyName(m, what), count, func(r *stats.Result) float64 {
		l := r.Latency[m.String()]
		if l == nil {
			return 0
		}
		return float64(value(l))
	})
}

func notMeasured(m stats.Metric) string { return "no " + m.String() + " was measured" }

// replies is known of a second in which there was a reply: what a server sends
// without having been asked has no latency, which is then 0.
func replies(ns func(stats.Interval) int64) func(stats.Interval) (float64, bool) {
	return func(i stats.Interval) (float64, bool) { return float64(ns(i)), ns(i) > 0 }
}
