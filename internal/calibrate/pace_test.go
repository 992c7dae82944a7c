package calibrate

import (
	"testing"
	"time"

	"wsstorm/internal/knee"
	"wsstorm/stats"
)

func lag(p99 time.Duration) Distribution {
	return Distribution{Count: 5000, Percentiles: map[string]int64{"99": int64(p99)}, MaxNS: int64(time.Second)}
}

func TestHeld(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pace   Pace
		result stats.Result
		want   bool
	}{
		{"kept", Pace{Rate: 1000, Sent: 1000, Lag: lag(LagLimit)}, stats.Result{WindowS: 5}, true},
		{"late", Pace{Rate: 1000, Sent: 1000, Lag: lag(LagLimit + 1)}, stats.Result{WindowS: 5}, false},
		{"a hundredth short, and the edges", Pace{Rate: 1000, Sent: 989.6, Lag: lag(1)}, stats.Result{WindowS: 5}, true},
		{"more than that", Pace{Rate: 1000, Sent: 989.5, Lag: lag(1)}, stats.Result{WindowS: 5}, false},
		{"not all sent", Pace{Rate: 1000, Sent: 1000, Lag: lag(1)}, stats.Result{WindowS: 5, Messages: stats.Messages{Unsent: 1}}, false},
		{"errors", Pace{Rate: 1000, Sent: 1000, Lag: lag(1)}, stats.Result{WindowS: 5, Errors: map[string]stats.Errors{"eof": {}}}, false},
		{"nothing sent", Pace{Rate: 1000, Sent: 1000}, stats.Result{WindowS: 5}, false},
	} {
		if got := held(tt.pace, &tt.result); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestLimits(t *testing.T) {
	queue := lag(7)
	paces := []Pace{
		{Driver: "epoll", Rate: 1000, Lag: lag(40), Queue: &queue},
		{Driver: "epoll", Rate: 2000, Lag: lag(90), Queue: &queue},
		{Driver: "portable", Rate: 1000, Lag: lag(1000)},
	}
	got := limits(paces, "epoll", knee.Result{Held: 2000, Beyond: 4000})
	if want := (Limits{LatencyErrorNS: 47, Rate: 2000, RateBeyond: 4000}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	got = limits(paces, "portable", knee.Result{Beyond: 1000})
	if want := (Limits{LatencyErrorNS: 1000, RateBeyond: 1000}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestWindow(t *testing.T) {
	for _, tt := range []struct {
		rate   float64
		budget time.Duration
		want   time.Duration
	}{
		{1000, 14 * time.Second, 1050 * time.Millisecond}, // as many messages as p99 takes
		{10_000, 14 * time.Second, time.Second},           // a share of the budget
		{1000, 2 * time.Second, 500 * time.Millisecond},   // no more than a quarter of it
	} {
		if got := window(tt.rate, tt.budget); got != tt.want {
			t.Errorf("%v/s in %v: got %v, want %v", tt.rate, tt.budget, got, tt.want)
		}
	}
}
