package stats

// A Quantile is one of the quantiles that a Result knows.
type Quantile uint8

// The quantiles.
const (
	P50 Quantile = iota
	P75
	P90
	P95
	P99
	P999
	P9999
	P99999

	NumQuantiles
)

// One in inverse[q] values lies beyond q. Integers, because 100,000 × (1 −
// 0.9999) is not quite 10 in floating point.
var quantiles = [NumQuantiles]struct {
	name    string
	inverse int64
}{
	{"50", 2}, {"75", 4}, {"90", 10}, {"95", 20}, {"99", 100},
	{"99.9", 1_000}, {"99.99", 10_000}, {"99.999", 100_000},
}

// String returns the quantile as a percentage, its key in a result document.
func (q Quantile) String() string { return quantiles[q].name }

// Percent returns the quantile as a percentage.
func (q Quantile) Percent() float64 { return 100 - 100*q.Tail() }

// Tail returns the share of the values that lies beyond the quantile.
func (q Quantile) Tail() float64 { return 1 / float64(quantiles[q].inverse) }

// Printable reports whether enough of count values lie beyond the quantile, 10
// of them, for it to be printed at all.
func (q Quantile) Printable(count int64) bool { return count/quantiles[q].inverse >= 10 }

// rank returns the position of the quantile among count values in their order,
// counted from 1.
func (q Quantile) rank(count int64) int64 { return count - count/quantiles[q].inverse }

// Firm reports whether so many of count values lie beyond the quantile, 100 of
// them, that it is printed without a mark.
func (q Quantile) Firm(count int64) bool { return count/quantiles[q].inverse >= 100 }
