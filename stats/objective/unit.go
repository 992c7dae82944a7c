package objective

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

// A unit is what a metric is counted in.
type unit uint8

const (
	count    unit = iota // of things
	rate                 // things a second
	duration             // nanoseconds
	size                 // bytes
	share                // 1 is the whole
)

// String returns the unit as it stands in a result document.
func (u unit) String() string {
	return [...]string{"count", "per_s", "ns", "bytes", "ratio"}[u]
}

// A suffix multiplies the number before it.
type suffix struct {
	text   string
	factor float64
}

var (
	thousands = []suffix{{"", 1}, {"k", 1e3}, {"M", 1e6}}
	percent   = []suffix{{"%", 0.01}}
	bytes     = []suffix{{"", 1}, {"B", 1}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}}
)

// What would be right, where a value is not.
var (
	errCount    = errors.New("want a number, perhaps with k or M: 5 or 10k")
	errPart     = errors.New("want a number, perhaps with k or M, or a percentage: 5, 10k or 0.1%")
	errRate     = errors.New("want a number a second, perhaps with k or M: 500 or 50k")
	errDuration = errors.New("want a duration with its unit: 25ms, 500us or 1.5s")
	errSize     = errors.New("want bytes, perhaps with kB, MB, KiB or MiB: 500 or 64KiB")
	errShare    = errors.New("want a percentage: 5%")
)

// parse reads a value in the unit.
func (u unit) parse(s string) (float64, error) {
	switch u {
	case duration:
		return parseDuration(s)
	case rate:
		return scaled(strings.TrimSuffix(s, "/s"), thousands, errRate)
	case size:
		return scaled(s, bytes, errSize)
	case share:
		return scaled(s, percent, errShare)
	}
	return scaled(s, thousands, errCount)
}

// scaled reads digits, perhaps with a decimal point, and a suffix. It takes less
// than strconv does, which knows signs, 0x10, 1_000, 1e3, Inf and NaN.
func scaled(s string, suffixes []suffix, wrong error) (float64, error) {
	digits := strings.TrimRight(s, "%/abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	if digits == "" || strings.Trim(digits, "0123456789.") != "" {
		return 0, wrong
	}
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return 0, wrong
	}
	for _, f := range suffixes {
		if s[len(digits):] == f.text {
			return tidy(n * f.factor), nil
		}
	}
	return 0, wrong
}

// tidy returns the number that was meant: 57% is 0.57 and not
// 0.5700000000000001, which is more.
func tidy(v float64) float64 {
	short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64)
	if err != nil {
		return v
	}
	return short
}

// parseDuration reads a Go duration. A bare number, which is seconds to other
// flags, would be taken for milliseconds by half of its readers.
func parseDuration(s string) (float64, error) {
	d, err := time.ParseDuration(s)
	if err != nil || strings.HasPrefix(s, "-") || strings.HasPrefix(s, "+") {
		return 0, errDuration
	}
	return float64(d), nil
}

// inSeconds reads how long something has to last: whole seconds, since the
// intervals of a run are a second long.
func inSeconds(s string) (int, error) {
	wrong := errors.New("want whole seconds, which is what a run is cut into: for 5s")
	if s != "" && strings.Trim(s, "0123456789") == "" {
		s += "s" // as for the flags that take a duration
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < time.Second || d%time.Second != 0 || d > math.MaxInt32*time.Second {
		return 0, wrong
	}
	return int(d / time.Second), nil
}
