//go:build linux

package main

import "testing"

// TestOutside compares with a table of the sign test, as in Conover, Practical
// Nonparametric Statistics: the 95% interval of the median.
func TestOutside(t *testing.T) {
	for n, want := range map[int]int{1: 0, 5: 0, 6: 0, 8: 0, 9: 1, 12: 2, 20: 5, 30: 9, 50: 17} {
		if got := outside(n); got != want {
			t.Errorf("%d values: got %d outside, want %d", n, got, want)
		}
	}
}

func TestRatio(t *testing.T) {
	samples, unit := make([]sample, 9), make([]sample, 9)
	for i := range samples {
		samples[i], unit[i] = sample{Messages: 1, CPU: float64(i + 1)}, sample{Messages: 1, CPU: 2}
	}
	if got := ratio(samples, unit, cpuPerMessage).String(); got != "2.50 (1.00-4.00)" {
		t.Errorf("got %s, want 2.50 (1.00-4.00)", got)
	}
	if got := ratio(unit, unit, cpuPerMessage).String(); got != "1.00" {
		t.Errorf("to itself: got %s, want 1.00", got)
	}
}
