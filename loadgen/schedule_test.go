package loadgen

import (
	"math"
	"testing"
	"time"
)

// TestScheduleFollowsTheRate: what is due by any time is the integral of the rate.
func TestScheduleFollowsTheRate(t *testing.T) {
	for name, c := range map[string]struct {
		warmup time.Duration
		stages []Stage
		total  int
	}{
		"constant":       {0, []Stage{{10 * time.Second, 1000, 1000}}, 10000},
		"steps":          {0, []Stage{{time.Second, 100, 100}, {2 * time.Second, 1000, 1000}}, 2100},
		"ramp up":        {0, []Stage{{10 * time.Second, 0, 1000}}, 5000},
		"ramp down":      {0, []Stage{{10 * time.Second, 1000, 0}}, 5000},
		"up, hold, down": {time.Second, []Stage{{4 * time.Second, 100, 900}, {time.Second, 900, 900}, {3 * time.Second, 900, 0}}, 100 + 2000 + 900 + 1350},
		"uneven":         {0, []Stage{{1100 * time.Millisecond, 100, 3000}, {time.Second, 3000, 3000}}, 1705 + 3000},
		"a pause":        {0, []Stage{{time.Second, 50, 50}, {time.Second, 0, 0}, {time.Second, 50, 50}}, 100},
	} {
		s := newSchedule(c.warmup, c.stages)
		last := time.Duration(-1)
		for n := range c.total {
			at := s.at(float64(n))
			if at == never || at < last {
				t.Fatalf("%s: arrival %d of %d is due at %v, after %v", name, n, c.total, at, last)
			}
			last = at
			if n%50 > 0 {
				continue // it takes long
			}
			if want := integral(s, at); math.Abs(want-float64(n)) > 1e-3*float64(c.total) {
				t.Fatalf("%s: arrival %d is due at %v, when %.3f are expected", name, n, at, want)
			}
		}
		if at := s.at(float64(c.total) + 1); at != never {
			t.Errorf("%s: arrival %d is due at %v, want never", name, c.total+1, at)
		}
	}
}

// integral sums up the rate from 0 to at, by small steps.
func integral(s schedule, at time.Duration) float64 {
	const steps = 2000
	sum := 0.0
	for i := range steps {
		mid := time.Duration((float64(i) + 0.5) / steps * float64(at))
		for _, g := range s {
			if mid >= g.begin && mid < g.begin+g.Length {
				sum += g.From + (g.To-g.From)*float64(mid-g.begin)/float64(g.Length)
			}
		}
	}
	return sum * at.Seconds() / steps
}
