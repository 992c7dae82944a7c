package stats

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// edges returns values around every power of two and between them, from 0 to
// 1 h.
func edges() []int64 {
	values := []int64{0, 1, 2}
	for p := int64(4); p <= highestValue; p *= 2 {
		for _, v := range []int64{p - 1, p, p + 1, p + p/3, p + p/2 - 1} {
			if v <= highestValue {
				values = append(values, v)
			}
		}
	}
	return append(values, highestValue)
}

func TestHistogramLayoutIsHDR(t *testing.T) {
	h := hdrhistogram.New(lowestValue, highestValue, digits)
	if got := bucketIndex(highestValue) + 1; got != counters {
		t.Errorf("counters: got %d, want %d", counters, got)
	}
	for _, v := range edges() {
		one := newHistogram()
		one.record(v)
		want := h.Clone()
		if err := want.RecordValue(v); err != nil {
			t.Fatal(err)
		}
		if got := one.export(); !got.Equals(want) {
			t.Errorf("%d: exported as %d, want %d", v, got.Max(), want.Max())
		}
		if got, want := one.max(), want.Max(); got != want {
			t.Errorf("%d: greatest value: got %d, want %d", v, got, want)
		}
	}
}

func TestHistogramKeepsThreeDigits(t *testing.T) {
	for _, v := range edges() {
		top := bucketTop(bucketIndex(v))
		if top < v || v >= 1000 && float64(top-v) > 0.001*float64(v) {
			t.Errorf("%d is told as %d, want no less and 0.1%% more at most", v, top)
		}
	}
}

func TestHistogramQuantile(t *testing.T) {
	h := newHistogram()
	if got := h.quantile(P50); got != 0 {
		t.Errorf("p50 of nothing: got %d, want 0", got)
	}
	for v := int64(1); v <= 1000; v++ {
		h.record(v)
	}
	for q, want := range map[Quantile]int64{P50: 500, P75: 750, P90: 900, P95: 950, P99: 990, P999: 999, P9999: 1000} {
		if got := h.quantile(q); got != want {
			t.Errorf("p%v of 1 to 1000: got %d, want %d", q, got, want)
		}
	}
}

func TestHistogramMergeAndReset(t *testing.T) {
	a, b, want := newHistogram(), newHistogram(), newHistogram()
	for i, v := range edges() {
		if i%2 == 0 {
			a.record(v)
		} else {
			b.record(v)
		}
		want.record(v)
	}
	a.merge(b)
	if *a != *want {
		t.Error("two halves merged differ from the whole")
	}
	a.merge(newHistogram())
	if *a != *want {
		t.Error("merging nothing changes the histogram")
	}
	a.reset()
	if *a != *newHistogram() {
		t.Error("a histogram that was reset differs from a new one")
	}
	a.merge(want)
	if *a != *want {
		t.Error("merged into a histogram that was reset, the values differ")
	}
}

func TestRecorderClamps(t *testing.T) {
	for _, c := range []struct {
		d       time.Duration
		want    time.Duration
		clamped int64
	}{
		{0, 0, 0},
		{1, 1, 0},
		{time.Hour, time.Hour, 0},
		{-1, 0, 1},
		{math.MinInt64, 0, 1},
		{time.Hour + 1, time.Hour, 1},
		{math.MaxInt64, time.Hour, 1},
	} {
		var r recorder
		r.record(c.d)
		if r.clamped != c.clamped {
			t.Errorf("%v: clamped %d times, want %d", c.d, r.clamped, c.clamped)
		}
		if r.h.total != 1 {
			t.Errorf("%v: recorded %d values, want 1", c.d, r.h.total)
		}
		if got, want := r.h.last, bucketIndex(int64(c.want)); got != want {
			t.Errorf("%v: recorded as %v, want %v", c.d, time.Duration(bucketTop(got)), c.want)
		}
	}
}

// What is said of a histogram's values as a whole is what the library says.
func TestMomentsAreTheLibrarys(t *testing.T) {
	source := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 100, 10_000} {
		for _, most := range []int64{1, 2, 2047, 2048, 2049, 1_000_000, highestValue} {
			h := newHistogram()
			for range n {
				h.record(source.Int64N(most + 1))
			}
			lib := h.export()
			got, want := h.moments(), moments{lib.Min(), lib.Max(), lib.Mean(), lib.StdDev()}
			if got.min != want.min || got.max != want.max || rounded(got.mean) != rounded(want.mean) || rounded(got.stddev) != rounded(want.stddev) {
				t.Errorf("%d values up to %d: got %+v, want %+v", n, most, got, want)
			}
		}
	}
}
