package stats

import (
	"math"
	"math/bits"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// The geometry of every histogram, in nanoseconds. HDR keeps its digits from
// digits × lowest upwards, so that three digits at 1 µs, where the shortest
// loopback latencies lie, take a lowest value of 1 ns: one of 1 µs would be
// out by 2.5% at 20 µs.
const (
	lowestValue  = 1
	highestValue = int64(time.Hour)
	digits       = 3

	// What HDR makes of these: buckets of 1024 counters, each as wide as two of
	// the bucket before, and twice as many in the first one.
	bucketBits = 10
	counters   = 33_421 // bucketIndex(highestValue) + 1
)

// A histogram is an HDR histogram of the geometry above while it is written.
// It lays out its counters like the library's, which takes over (export) when
// the run has ended. The library's own Merge visits every value up to the
// greatest, 0.2 ms a histogram, at a core that a worker could use; this one
// adds only the counters between the least and the greatest, and touches no
// memory outside of them.
type histogram struct {
	total       int64
	first, last int // the range of counters in use; first > last where none is
	counts      [counters]int64
}

func newHistogram() *histogram {
	h := new(histogram)
	h.first, h.last = counters, -1
	return h
}

// bucketIndex returns the counter of v, which is not negative.
func bucketIndex(v int64) int {
	shift := bits.Len64(uint64(v)|(2<<bucketBits-1)) - (bucketBits + 1)
	return shift<<bucketBits + int(v>>shift)
}

// bucketTop returns the greatest value that counter i stands for.
func bucketTop(i int) int64 {
	shift := max(i>>bucketBits-1, 0)
	return int64(i-shift<<bucketBits+1)<<shift - 1
}

// bucketBottom returns the least value that counter i stands for.
func bucketBottom(i int) int64 {
	if i == 0 {
		return 0
	}
	return bucketTop(i-1) + 1
}

// record counts v, which lies between 0 and highestValue.
func (h *histogram) record(v int64) {
	i := bucketIndex(v)
	h.counts[i]++
	h.total++
	h.first = min(h.first, i)
	h.last = max(h.last, i)
}

// merge adds the values of o.
func (h *histogram) merge(o *histogram) {
	if o.total == 0 {
		return
	}
	to := h.counts[o.first : o.last+1]
	for i, n := range o.counts[o.first : o.last+1] {
		to[i] += n
	}
	h.total += o.total
	h.first = min(h.first, o.first)
	h.last = max(h.last, o.last)
}

// reset forgets all values.
func (h *histogram) reset() {
	if h.total > 0 {
		clear(h.counts[h.first : h.last+1])
	}
	h.total, h.first, h.last = 0, counters, -1
}

// quantile returns the value of q, and 0 where there is none.
func (h *histogram) quantile(q Quantile) int64 {
	rank := q.rank(h.total)
	var seen int64
	for i := h.first; i <= h.last; i++ {
		if seen += h.counts[i]; seen >= rank {
			return bucketTop(i)
		}
	}
	return 0
}

// max returns the greatest value, and 0 where there is none.
func (h *histogram) max() int64 {
	if h.total == 0 {
		return 0
	}
	return bucketTop(h.last)
}

// moments returns what the library would say of the values, of which there is one
// at least.
func (h *histogram) moments() moments {
	m := moments{min: bucketBottom(h.first), max: bucketTop(h.last)}
	total := float64(h.total)
	middle := func(i int) float64 {
		bottom := bucketBottom(i)
		return float64(bottom + (bucketTop(i)-bottom+1)>>1)
	}
	for i := h.first; i <= h.last; i++ {
		if n := h.counts[i]; n != 0 {
			m.mean += float64(n) * middle(i) / total
		}
	}
	variance := 0.0
	for i := h.first; i <= h.last; i++ {
		if n := h.counts[i]; n != 0 {
			dev := middle(i) - m.mean
			variance += (dev * dev) * float64(n) / total
		}
	}
	m.stddev = math.Sqrt(variance)
	return m
}

// export returns a copy for the library to sum up and encode.
func (h *histogram) export() *hdrhistogram.Histogram {
	return hdrhistogram.Import(&hdrhistogram.Snapshot{
		LowestTrackableValue:  lowestValue,
		HighestTrackableValue: highestValue,
		SignificantFigures:    digits,
		Counts:                h.counts[:],
	})
}

// A recorder is a histogram that exists from its first value on, 270 kB of
// address space being a lot for a metric that has none, and the number of
// values that had to be clamped into its range.
type recorder struct {
	h       *histogram
	clamped int64
}

func (r *recorder) record(d time.Duration) {
	v := int64(d)
	if v < 0 {
		v = 0
		r.clamped++
	} else if v > highestValue {
		v = highestValue
		r.clamped++
	}
	if r.h == nil {
		r.h = newHistogram()
	}
	r.h.record(v)
}
