//go:build !linux || wsstorm_portable

package loadgen

import (
	"testing"
	"time"
)

func TestSYNsSentAgainByTime(t *testing.T) {
	for ms, want := range map[time.Duration]int{
		0: 0, 900: 0, 1000: 1, 1250: 1, 1400: 0, 2900: 0, 3000: 2, 3300: 2, 3400: 0, 7010: 3, 15_000: 4, 31_100: 5,
	} {
		if got := synsSentAgain(nil, ms*time.Millisecond); got != want {
			t.Errorf("%d ms: got %d, want %d", ms, got, want)
		}
	}
}
