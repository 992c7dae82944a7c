package calibrate

import (
	"slices"
	"time"

	"wsstorm/stats"
)

// distribution sums values up; it sorts them.
func distribution(values []time.Duration) Distribution {
	d := Distribution{Count: int64(len(values)), Percentiles: map[string]int64{}}
	if len(values) == 0 {
		return d
	}
	slices.Sort(values)
	for q := range stats.NumQuantiles {
		if q.Printable(d.Count) {
			d.Percentiles[q.String()] = int64(at(values, q))
		}
	}
	d.MaxNS = int64(values[len(values)-1])
	return d
}

// at returns a quantile of sorted values: the least one that no more than the
// tail lies above.
func at(sorted []time.Duration, q stats.Quantile) time.Duration {
	beyond := int(float64(len(sorted)) * q.Tail())
	return sorted[len(sorted)-1-min(beyond, len(sorted)-1)]
}

// ofLatency takes over the summary of a run's histogram.
func ofLatency(l *stats.Latency) Distribution {
	if l == nil {
		return Distribution{Percentiles: map[string]int64{}}
	}
	return Distribution{Count: l.Count, Percentiles: l.Percentiles, MaxNS: l.MaxNS}
}

// Quantile returns the value of q, and of the maximum where too few values lie
// beyond the quantile for it to be known.
func (d Distribution) Quantile(q stats.Quantile) time.Duration {
	if ns, known := d.Percentiles[q.String()]; known {
		return time.Duration(ns)
	}
	return time.Duration(d.MaxNS)
}

// median returns the median of values; it sorts them.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	n := len(values)
	return (values[n/2] + values[(n-1)/2]) / 2
}
