package report

import (
	"math"
	"strconv"
	"time"
)

// Duration returns d with three digits and a unit that suits it: "1.23 ms".
func Duration(d time.Duration) string {
	if d < 0 {
		return "-" + Duration(-max(d, -math.MaxInt64))
	}
	if d < time.Microsecond {
		return strconv.FormatInt(int64(d), 10) + " ns"
	}
	return scaled(float64(d)/1e3, []unit{{"µs", 1000}, {"ms", 1000}, {"s", 60}, {"min", 60}, {"h", 0}})
}

// Count returns n with its thousands separated: "1,234,567".
func Count(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// ShortCount is Count within eleven columns: from a billion on it keeps three
// digits, "1.23 G".
func ShortCount(n int64) string {
	if n < 1e9 && n > -1e9 {
		return Count(n)
	}
	if n < 0 {
		return "-" + ShortCount(-max(n, -math.MaxInt64))
	}
	return scaled(float64(n)/1e9, []unit{{"G", 1000}, {"T", 1000}, {"P", 1000}, {"E", 0}})
}

// Rate returns a number a second: "1,235/s", "0.25/s", "0.0012/s", "<0.001/s".
func Rate(perSecond float64) string {
	switch {
	case 0 < perSecond && perSecond < 0.001:
		return "<0.001/s"
	case 0 < perSecond && perSecond < 0.01:
		return strconv.FormatFloat(perSecond, 'g', 2, 64) + "/s"
	}
	if s, ok := threeDigits(perSecond); ok && perSecond != math.Trunc(perSecond) {
		return s + "/s"
	}
	return ShortCount(int64(math.Round(min(perSecond, 9e18)))) + "/s"
}

// Bytes returns a number of bytes with three digits and a binary unit:
// "1.23 MiB".
func Bytes(n float64) string {
	if n < 1024 {
		return strconv.FormatFloat(math.Round(n), 'f', 0, 64) + " B"
	}
	return scaled(n/1024, []unit{{"KiB", 1024}, {"MiB", 1024}, {"GiB", 1024}, {"TiB", 1024}, {"PiB", 1024}, {"EiB", 0}})
}

// Percent returns a share as a percentage of two digits or more: "0.012%",
// "1.2%", "117%".
func Percent(share float64) string {
	p := 100 * share
	switch {
	case p >= 1e6:
		return ">999999%"
	case p >= 9.95 || p == 0:
		return strconv.FormatFloat(p, 'f', 0, 64) + "%"
	case p < 0.001:
		return "<0.001%"
	default:
		return strconv.FormatFloat(p, 'g', 2, 64) + "%"
	}
}

// A unit is followed by a larger one, worth that many of it.
type unit struct {
	name  string
	ratio float64
}

// scaled returns v, which is in the first of units, in the first one that
// takes it in three digits; a time of 60 s or 60 min, too, goes on to the next.
func scaled(v float64, units []unit) string {
	for _, u := range units {
		s, ok := threeDigits(v)
		if u.ratio == 0 || ok && (u.ratio > 60 || v < 99.95) {
			return s + " " + u.name
		}
		v /= u.ratio
	}
	panic("report: the last unit has a larger one")
}

// threeDigits returns v with three digits, and whether it is less than 1000.
func threeDigits(v float64) (string, bool) {
	for decimals := 2; decimals >= 0; decimals-- {
		s := strconv.FormatFloat(v, 'f', decimals, 64)
		if len(s) <= 4 && decimals > 0 || len(s) <= 3 {
			return s, true
		}
	}
	return strconv.FormatFloat(v, 'f', 0, 64), false
}
