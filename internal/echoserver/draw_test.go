package echoserver

import (
	"math"
	"slices"
	"testing"
	"time"
)

// distance returns the Kolmogorov-Smirnov distance between a sample and a
// continuous distribution. The sample is sorted in place.
func distance(sample []float64, cdf func(float64) float64) float64 {
	slices.Sort(sample)
	n, most := float64(len(sample)), 0.0
	for i, v := range sample {
		p := cdf(v)
		most = max(most, p-float64(i)/n, float64(i+1)/n-p)
	}
	return most
}

// limit is the distance that a sample of n that is drawn well passes with
// probability 0.001. Seeds are fixed: a test passes always or never.
func limit(n int) float64 { return 1.95 / math.Sqrt(float64(n)) }

func TestDrawsAreUniform(t *testing.T) {
	const n = 20_000
	uniform := func(v float64) float64 { return v }
	for name, at := range map[string]func(i uint64) float64{
		"along the messages":    func(i uint64) float64 { return draw(1, drawDrop, 1, i) },
		"along the connections": func(i uint64) float64 { return draw(1, drawResetAfter, i, 0) },
		"along the streams":     func(i uint64) float64 { return draw(1, stream(i), 1, 1) },
		"along the seeds":       func(i uint64) float64 { return draw(i, drawDelay, 1, 1) },
	} {
		sample := make([]float64, n)
		for i := range sample {
			sample[i] = at(uint64(i))
		}
		// Neighbours: the correlation of n pairs has a deviation of 1/√n.
		sum := 0.0
		for i := range n - 1 {
			sum += (sample[i] - 0.5) * (sample[i+1] - 0.5) * 12
		}
		if r := sum / n; math.Abs(r) > 4/math.Sqrt(n) {
			t.Errorf("%s: neighbours correlate: %.4f", name, r)
		}
		if d := distance(sample, uniform); d > limit(n) {
			t.Errorf("%s: distance from uniform: got %.5f, want %.5f at most", name, d, limit(n))
		}
	}
}

// What one fault draws says nothing about what another draws, nor does one
// connection about its neighbour.
func TestStreamsAreIndependent(t *testing.T) {
	const n = 20_000
	for name, pair := range map[string]func(i uint64) (float64, float64){
		"faults":      func(i uint64) (float64, float64) { return draw(7, drawDrop, 1, i), draw(7, drawDuplicate, 1, i) },
		"connections": func(i uint64) (float64, float64) { return draw(7, drawDrop, 1, i), draw(7, drawDrop, 2, i) },
		"seeds":       func(i uint64) (float64, float64) { return draw(7, drawDrop, 1, i), draw(8, drawDrop, 1, i) },
	} {
		both := 0
		for i := range uint64(n) {
			a, b := pair(i)
			if a < 0.1 && b < 0.1 {
				both++
			}
		}
		// 0.01 of n, with a deviation of √(n·0.01·0.99) = 14.
		if both < 200-56 || both > 200+56 {
			t.Errorf("%s: two shares of 0.1 met %d times in %d, want about 200", name, both, n)
		}
	}
}

func TestDelaysHaveTheirDistribution(t *testing.T) {
	const n = 20_000
	for _, tt := range []struct {
		spec string
		cdf  func(ms float64) float64
	}{
		{"exp:2ms", func(ms float64) float64 { return 1 - math.Exp(-ms/2) }},
		{"uniform:1ms,5ms", func(ms float64) float64 { return (ms - 1) / 4 }},
	} {
		d, err := ParseDelay(tt.spec)
		if err != nil {
			t.Fatal(err)
		}
		sample := make([]float64, n)
		for i := range sample {
			sample[i] = float64(d.Quantile(draw(42, drawDelay, 1, uint64(i)))) / float64(time.Millisecond)
		}
		if got := distance(sample, tt.cdf); got > limit(n) {
			t.Errorf("%s: distance: got %.5f, want %.5f at most", tt.spec, got, limit(n))
		}
	}
	d, err := ParseDelay("bimodal:1ms,50ms:0.01")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[time.Duration]int{}
	for i := range uint64(100_000) {
		seen[d.Quantile(draw(42, drawDelay, 1, i))]++
	}
	// A deviation of √(100000·0.01·0.99) = 31.
	if high := seen[50*time.Millisecond]; len(seen) != 2 || high < 1000-94 || high > 1000+94 {
		t.Errorf("bimodal: got %v, want some 1000 times 50ms and 1ms otherwise", seen)
	}
}

func TestDelayQuantiles(t *testing.T) {
	for _, tt := range []struct {
		spec string
		q    float64
		want time.Duration
	}{
		{"fixed:5ms", 0.999, 5 * time.Millisecond},
		{"exp:1s", 0, 0},
		{"exp:1s", 0.5, 693147180},
		{"exp:6m", math.Nextafter(1, 0), time.Hour}, // the bound
		{"uniform:1ms,5ms", 0, time.Millisecond},
		{"uniform:1ms,5ms", 0.75, 4 * time.Millisecond},
		{"bimodal:1ms,50ms:0.01", 0.98, time.Millisecond},
		{"bimodal:1ms,50ms:0.01", 0.99, 50 * time.Millisecond},
		{"bimodal:1ms,50ms:0", 0.9999, time.Millisecond},
	} {
		d, err := ParseDelay(tt.spec)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Quantile(tt.q); got != tt.want {
			t.Errorf("%s at %v: got %v, want %v", tt.spec, tt.q, got, tt.want)
		}
	}
}
