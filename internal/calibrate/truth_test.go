package calibrate

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"wsstorm/stats"
)

func TestReadDelays(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []time.Duration
		err        error
	}{
		{"as it is", "connection,peer,reply,took_ns,waited_ns,drawn_ns\n1,127.0.0.1:5,1,700,0,600\n2,127.0.0.1:6,1,90,0,80\n", []time.Duration{700, 90}, nil},
		{"in another order", "took_ns,more\n5,6\n", []time.Duration{5}, nil},
		{"no such column", "connection,waited_ns\n1,2\n", nil, errDelayLog},
		{"a line cut off", "connection,took_ns\n1,2\n3\n", nil, errDelayLog},
		{"no number", "took_ns\nx\n", nil, errDelayLog},
		{"no lines", "took_ns\n", nil, errDelayLog},
		{"empty", "", nil, errDelayLog},
	} {
		path := filepath.Join(t.TempDir(), "log.csv")
		if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := readDelays(path)
		if err != tt.err || !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, %v, want %v, %v", tt.name, got, err, tt.want, tt.err)
		}
	}
}

func TestExpect(t *testing.T) {
	var e Experiment
	measured := Distribution{Count: 1000, Percentiles: map[string]int64{"50": 90, "90": 111, "99": 89}}
	e.expect(stats.P50, 100, measured, 10)
	e.expect(stats.P90, 100, measured, 10)
	e.expect(stats.P99, 100, measured, 10)
	e.expect(stats.P999, 100, measured, 10) // not measured
	want := []Expected{
		{"50", 100, 90, 10, true},
		{"90", 100, 111, 10, false},
		{"99", 100, 89, 10, false},
	}
	if !slices.Equal(e.Quantiles, want) {
		t.Errorf("got %+v, want %+v", e.Quantiles, want)
	}
}

// With one second in ten, p99 is 0.9 s and p95 is 0.5 s.
func TestStalled(t *testing.T) {
	for _, tt := range []struct {
		q    stats.Quantile
		want time.Duration
	}{
		{stats.P95, 500 * time.Millisecond},
		{stats.P99, 900 * time.Millisecond},
	} {
		if got := stalled(tt.q, time.Second, 10*time.Second).Round(time.Microsecond); got != tt.want {
			t.Errorf("p%s: got %v, want %v", tt.q, got, tt.want)
		}
	}
}
