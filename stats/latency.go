package stats

import (
	"fmt"
	"math"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// newLatency sums up h, which holds at least one value, and censored values that
// are greater than all that it holds.
func newLatency(h *hdrhistogram.Histogram, clamped, censored int64) *Latency {
	return sumUp(h, moments{h.Min(), h.Max(), h.Mean(), h.StdDev()}, clamped, censored)
}

// moments are what a histogram says of its values as a whole.
type moments struct {
	min, max     int64
	mean, stddev float64
}

// sumUp is newLatency where the moments of h are known: the library takes a walk
// through all of its counters for each of them.
func sumUp(h *hdrhistogram.Histogram, m moments, clamped, censored int64) *Latency {
	l := &Latency{
		Count:       h.TotalCount(),
		MinNS:       m.min,
		MeanNS:      rounded(m.mean),
		StddevNS:    rounded(m.stddev),
		MaxNS:       m.max,
		Percentiles: make(map[string]int64),
		Clamped:     clamped,
		Censored:    censored,
	}
	for q := range NumQuantiles {
		rank := q.rank(l.Total())
		if q.Printable(l.Total()) && rank <= l.Count {
			l.Percentiles[q.String()] = h.ValueAtPercentile(100 * float64(rank) / float64(l.Count))
		}
	}
	encoded, err := h.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		// It is written to memory, at a compression level that exists.
		panic(fmt.Sprintf("stats: encoding a histogram: %v", err))
	}
	l.HDR = string(encoded)
	return l
}

// Total returns the number of values that the quantiles are of, the censored
// ones among them.
func (l *Latency) Total() int64 { return l.Count + l.Censored }

// Quantile returns the value of q in nanoseconds, and whether it is known: with
// fewer than ten values beyond it, or with more censored ones than lie beyond
// it, it is not.
func (l *Latency) Quantile(q Quantile) (ns int64, ok bool) {
	ns, ok = l.Percentiles[q.String()]
	return ns, ok
}

// Unknown reports whether q has values enough beyond it to be told, and is not
// known all the same, because it lies among the censored ones.
func (l *Latency) Unknown(q Quantile) bool {
	return q.Printable(l.Total()) && q.rank(l.Total()) > l.Count
}

// beyond returns how many values are greater than d, as far as the histogram
// tells them apart; none where it is missing.
func (l *Latency) beyond(d time.Duration) int64 {
	h, err := l.Histogram()
	if err != nil {
		return 0
	}
	var n int64
	for _, bar := range h.Distribution() {
		if bar.From > int64(d) {
			n += bar.Count
		}
	}
	return n
}

// Histogram returns the histogram that HDR encodes, in nanoseconds.
func (l *Latency) Histogram() (*hdrhistogram.Histogram, error) {
	h, err := hdrhistogram.Decode([]byte(l.HDR))
	if err != nil {
		return nil, fmt.Errorf("decoding histogram: %w", err)
	}
	return h, nil
}

// atRank returns the value of that rank, counted from 1, of which h is the histogram,
// in ns; 0 where there are fewer values.
func (l *Latency) atRank(h *hdrhistogram.Histogram, rank int64) int64 {
	switch {
	case rank > l.Count:
		return 0
	case rank == l.Count:
		return l.MaxNS
	}
	return h.ValueAtPercentile(100 * float64(rank) / float64(l.Count))
}

// rounded drops the digits below a thousandth of a nanosecond, which differ
// from one kind of processor to another.
func rounded(ns float64) float64 { return math.Round(ns*1000) / 1000 }
