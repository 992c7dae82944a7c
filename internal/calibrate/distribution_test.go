package calibrate

import (
	"maps"
	"slices"
	"testing"
	"time"

	"wsstorm/stats"
)

// upTo returns 1 to n nanoseconds, the greatest first.
func upTo(n int) []time.Duration {
	values := make([]time.Duration, n)
	for i := range values {
		values[i] = time.Duration(n - i)
	}
	return values
}

func TestDistribution(t *testing.T) {
	for _, tt := range []struct {
		n    int
		want map[string]int64
	}{
		{0, map[string]int64{}},
		{19, map[string]int64{}},
		{20, map[string]int64{"50": 10}},
		{999, map[string]int64{"50": 500, "75": 750, "90": 900, "95": 950}},
		{1000, map[string]int64{"50": 500, "75": 750, "90": 900, "95": 950, "99": 990}},
		{10_000, map[string]int64{"50": 5000, "75": 7500, "90": 9000, "95": 9500, "99": 9900, "99.9": 9990}},
	} {
		got := distribution(upTo(tt.n))
		if got.Count != int64(tt.n) || got.MaxNS != int64(tt.n) || !maps.Equal(got.Percentiles, tt.want) {
			t.Errorf("1 to %d: got %+v, want %v", tt.n, got, tt.want)
		}
	}
}

func TestQuantileOfFewValuesIsTheMaximum(t *testing.T) {
	d := distribution(upTo(100))
	if got := d.Quantile(stats.P90); got != 90 {
		t.Errorf("p90: got %d, want 90", got)
	}
	if got := d.Quantile(stats.P99); got != 100 {
		t.Errorf("p99: got %d, want 100", got)
	}
}

func TestMedian(t *testing.T) {
	for _, tt := range []struct {
		values []float64
		want   float64
	}{
		{nil, 0},
		{[]float64{7}, 7},
		{[]float64{9, 1, 3}, 3},
		{[]float64{9, 1, 3, 4}, 3.5},
	} {
		if got := median(slices.Clone(tt.values)); got != tt.want {
			t.Errorf("%v: got %v, want %v", tt.values, got, tt.want)
		}
	}
}
