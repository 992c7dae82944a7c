package calibrate

import (
	"testing"
	"time"
)

const procStat = `cpu  100 20 30 4000 500 6 7 8 0 0
cpu0 50 10 15 2000 250 3 3 4 0 0
cpu1 50 10 15 2000 250 3 4 4 0 0
intr 1 2 3
cpu2 1 1 1 1 1 1 1 1 1 1
`

func TestParseStat(t *testing.T) {
	got, ok := parseStat(procStat)
	if want := (work{busy: 1710 * time.Millisecond, processors: 2}); !ok || got != want {
		t.Errorf("got %+v, %v, want %+v", got, ok, want)
	}
	for _, text := range []string{"", "cpu  1 2 3 4 5 6 7 8\n", "cpu x 1 1 1 1 1 1 1\ncpu0 1 1 1 1 1 1 1 1\n", "cpu 1 2\n"} {
		if got, ok := parseStat(text); ok {
			t.Errorf("%q: got %+v", text, got)
		}
	}
}

func TestOthers(t *testing.T) {
	before := work{busy: 100 * time.Second, own: 10 * time.Second, processors: 2}
	for _, tt := range []struct {
		busy, own time.Duration
		want      float64
	}{
		{108 * time.Second, 13 * time.Second, 0.5},
		{103 * time.Second, 13 * time.Second, 0},
		{102 * time.Second, 13 * time.Second, 0}, // ticks are coarse
		{180 * time.Second, 13 * time.Second, 2},
	} {
		w := work{busy: tt.busy, own: tt.own, processors: 2}
		if got := w.others(before, 10*time.Second); got != tt.want {
			t.Errorf("busy %v, own %v: got %v, want %v", tt.busy, tt.own, got, tt.want)
		}
	}
}
