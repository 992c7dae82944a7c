package stats

import "testing"

func TestParsePeak(t *testing.T) {
	for status, want := range map[string]int64{
		"Name:\tx\nVmPeak:\t  9 kB\nVmHWM:\t   11420 kB\nVmRSS:\t 1 kB\n": 11420 * 1024,
		"Name:\tx\nVmRSS:\t 1 kB\n":                                       0,
		"Name:\tx\nVmHWM:\t many kB\n":                                    0,
		"":                                                                0,
	} {
		if got := parsePeak([]byte(status)); got != want {
			t.Errorf("%q: got %d, want %d", status, got, want)
		}
	}
	if peakRSS() < 1<<20 {
		t.Errorf("this process held at most %d bytes", peakRSS())
	}
}
