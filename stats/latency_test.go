package stats

import (
	"reflect"
	"testing"
	"time"
)

// TestCensored has latencies of 1, 2, 3, ... ns, so that a quantile is its own
// rank, and loses the longest.
func TestCensored(t *testing.T) {
	for _, c := range []struct {
		name            string
		count, censored int64
		want            map[string]int64
		unknown         []Quantile
	}{
		{"none lost", 1000, 0, map[string]int64{"50": 500, "75": 750, "90": 900, "95": 950, "99": 990}, nil},
		{"as many as lie beyond p99", 990, 10, map[string]int64{"50": 500, "75": 750, "90": 900, "95": 950, "99": 990}, nil},
		{"more than lie beyond p99", 989, 11, map[string]int64{"50": 500, "75": 750, "90": 900, "95": 950}, []Quantile{P99}},
		{"half", 500, 500, map[string]int64{"50": 500}, []Quantile{P75, P90, P95, P99}},
		{"more than half", 499, 501, map[string]int64{}, []Quantile{P50, P75, P90, P95, P99}},
		{"too few to tell p75 anyway", 29, 10, map[string]int64{"50": 20}, nil},
		{"an odd number", 21, 0, map[string]int64{"50": 11}, nil},
	} {
		h := newHistogram()
		for i := range c.count {
			h.record(i + 1)
		}
		l := newLatency(h.export(), 0, c.censored)
		if !reflect.DeepEqual(l.Percentiles, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, l.Percentiles, c.want)
		}
		if l.Count != c.count || l.MaxNS != c.count || l.Total() != c.count+c.censored {
			t.Errorf("%s: got count %d, maximum %d, total %d; want %d, %[5]d, %d", c.name, l.Count, l.MaxNS, l.Total(), c.count, c.count+c.censored)
		}
		var unknown []Quantile
		for q := range NumQuantiles {
			if l.Unknown(q) {
				unknown = append(unknown, q)
			}
		}
		if !reflect.DeepEqual(unknown, c.unknown) {
			t.Errorf("%s: got unknown %v, want %v", c.name, unknown, c.unknown)
		}
	}
}

func TestBeyond(t *testing.T) {
	h := newHistogram()
	for _, d := range []time.Duration{0, time.Millisecond, 2 * time.Millisecond, 2 * time.Millisecond, time.Hour} {
		h.record(int64(d))
	}
	l := newLatency(h.export(), 0, 0)
	for _, c := range []struct {
		d    time.Duration
		want int64
	}{{0, 4}, {time.Millisecond, 3}, {1500 * time.Microsecond, 3}, {2 * time.Millisecond, 1}, {time.Minute, 1}, {time.Hour, 0}} {
		if got := l.beyond(c.d); got != c.want {
			t.Errorf("beyond %v: got %d values, want %d", c.d, got, c.want)
		}
	}
	if got := (&Latency{Count: 5, MaxNS: 1e9}).beyond(0); got != 0 {
		t.Errorf("without a histogram: got %d, want 0", got)
	}
}
