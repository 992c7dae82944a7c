package loadgen

import (
	"testing"
	"time"
)

// TestNapsEndWithTheInterval: the engine is awake at the end of every interval,
// also of one that should have ended already, and at the end of its phase.
func TestNapsEndWithTheInterval(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		name              string
		now, at, lastTick time.Duration
		want              time.Duration
	}{
		{"no end in sight", 10300 * ms, never, 10000 * ms, 700 * ms},
		{"at the beginning", 0, never, 0, 1000 * ms},
		{"an interval that ends now", 11000 * ms, never, 10000 * ms, 0},
		{"an interval that should have ended", 11001 * ms, never, 10000 * ms, 0},
		{"the phase ends within the interval", 10300 * ms, 10800 * ms, 10000 * ms, 500 * ms},
		{"the phase ends soon after the interval", 10300 * ms, 11500 * ms, 10000 * ms, 1200 * ms},
		{"the phase ends later", 10300 * ms, 11501 * ms, 10000 * ms, 700 * ms},
		{"an overdue interval of a phase that is over soon", 11200 * ms, 11501 * ms, 10000 * ms, 301 * ms},
	} {
		if got := nap(c.now, c.at, c.lastTick); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}
