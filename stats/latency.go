package stats

import (
	"fmt"
	"math"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// newLatency sums up h, which holds at least one value.
func newLatency(h *hdrhistogram.Histogram, clamped int64) *Latency {
	l := &Latency{
		Count:       h.TotalCount(),
		MinNS:       h.Min(),
		MeanNS:      rounded(h.Mean()),
		StddevNS:    rounded(h.StdDev()),
		MaxNS:       h.Max(),
		Percentiles: make(map[string]int64),
		Clamped:     clamped,
	}
	for q := range NumQuantiles {
		if q.Printable(l.Count) {
			l.Percentiles[q.String()] = h.ValueAtPercentile(q.Percent())
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

// Quantile returns the value of q in nanoseconds, and whether it is known:
// with fewer than ten values beyond it, it is not.
func (l *Latency) Quantile(q Quantile) (ns int64, ok bool) {
	ns, ok = l.Percentiles[q.String()]
	return ns, ok
}

// Histogram returns the histogram that HDR encodes, in nanoseconds.
func (l *Latency) Histogram() (*hdrhistogram.Histogram, error) {
	h, err := hdrhistogram.Decode([]byte(l.HDR))
	if err != nil {
		return nil, fmt.Errorf("decoding histogram: %w", err)
	}
	return h, nil
}

// rounded drops the digits below a thousandth of a nanosecond, which differ
// from one kind of processor to another.
func rounded(ns float64) float64 { return math.Round(ns*1000) / 1000 }
