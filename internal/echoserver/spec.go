package echoserver

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// The parsers of this package read what a user types, and their errors are one
// line that says what would be right. String writes what they read.

var (
	errShare     = errors.New("want a share from 0 to 1, or a percentage: 0.01 or 1%")
	errNoShare   = errors.New("a share of connections is above 0 and up to 1")
	errCloseCode = errors.New("want a close code from 1000 to 4999")
	errAnswer    = errors.New("want a close code from 1000 to 4999, perhaps with a share of connections: 1011 or 1011:0.1")
	errSlowRead  = errors.New("want bytes a second, perhaps with kB, MB, KiB or MiB, and a share of connections: 1KiB/s or 1KiB/s:0.1")
	errBroadcast = errors.New("want all or others")
)

// ParseShare reads a share: a number from 0 to 1, or a percentage.
func ParseShare(s string) (float64, error) {
	digits, percent := strings.CutSuffix(s, "%")
	v, err := parseDecimal(digits)
	if percent {
		v /= 100
	}
	if err != nil || v > 1 {
		return 0, errShare
	}
	return v, nil
}

// FormatShare writes a share as ParseShare reads it.
func FormatShare(share float64) string { return strconv.FormatFloat(share, 'f', -1, 64) }

// parseDecimal reads digits, perhaps with a decimal point: less than strconv,
// which takes signs, 0x10, 1_000, 1e3, Inf and NaN.
func parseDecimal(s string) (float64, error) {
	if s == "" || strings.Trim(s, "0123456789.") != "" {
		return 0, strconv.ErrSyntax
	}
	return strconv.ParseFloat(s, 64)
}

// cutShare takes ":SHARE" off the end of s. Without one, and for 1, the share
// is 0, which stands for all: one form to compare.
func cutShare(s string) (rest string, share float64, err error) {
	rest, text, found := strings.Cut(s, ":")
	if !found {
		return rest, 0, nil
	}
	share, err = ParseShare(text)
	switch {
	case err != nil:
		return "", 0, err
	case share == 0:
		return "", 0, errNoShare
	case share == 1:
		share = 0
	}
	return rest, share, nil
}

// withShare writes what cutShare takes apart.
func withShare(s string, share float64) string {
	if share == 0 {
		return s
	}
	return s + ":" + FormatShare(share)
}

// parsePeriod reads a duration above 0; a bare number is seconds.
func parsePeriod(s string) (time.Duration, error) {
	if s != "" && strings.Trim(s, "0123456789.") == "" {
		s += "s"
	}
	d, err := time.ParseDuration(s)
	if err == nil && d <= 0 {
		err = strconv.ErrRange
	}
	return d, err
}

// formatPeriod writes 1m and 1h, where Duration.String would write 1m0s and
// 1h0m0s.
func formatPeriod(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func isCloseCode(code int) bool { return code >= 1000 && code <= 4999 }

// ParseCloseCode reads a close code from 1000 to 4999.
func ParseCloseCode(s string) (int, error) {
	code, err := strconv.Atoi(s)
	if err != nil || !isCloseCode(code) {
		return 0, errCloseCode
	}
	return code, nil
}

// ParseAnswer reads CODE or CODE:SHARE.
func ParseAnswer(s string) (Answer, error) {
	code, share, err := cutShare(s)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{Share: share}
	if a.Code, err = ParseCloseCode(code); err != nil {
		return Answer{}, errAnswer
	}
	return a, nil
}

// String returns what ParseAnswer reads, or "none".
func (a Answer) String() string {
	if a == (Answer{}) {
		return "none"
	}
	return withShare(strconv.Itoa(a.Code), a.Share)
}

// The units of a rate, longest first, so that "KiB" is not taken for "B".
var rateUnits = []struct {
	name  string
	bytes float64
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"kB", 1e3}, {"MB", 1e6}, {"B", 1}, {"", 1}}

// maxRate is a limit that limits nothing, in bytes a second.
const maxRate = 1 << 30

// ParseSlowRead reads RATE/s or RATE/s:SHARE; the rate is a whole number of
// bytes up to 1 GiB, and "/s" may be left out.
func ParseSlowRead(s string) (SlowRead, error) {
	rate, share, err := cutShare(s)
	if err != nil {
		return SlowRead{}, err
	}
	rate = strings.TrimSuffix(rate, "/s")
	for _, u := range rateUnits {
		digits, ok := strings.CutSuffix(rate, u.name)
		if !ok {
			continue
		}
		n, err := parseDecimal(digits)
		n *= u.bytes
		if err != nil || n < 1 || n > maxRate || n != float64(int(n)) {
			break
		}
		return SlowRead{Rate: int(n), Share: share}, nil
	}
	return SlowRead{}, errSlowRead
}

// String returns what ParseSlowRead reads, or "none".
func (r SlowRead) String() string {
	if r == (SlowRead{}) {
		return "none"
	}
	n, unit := r.Rate, "B"
	switch {
	case n%(1<<20) == 0:
		n, unit = n>>20, "MiB"
	case n%(1<<10) == 0:
		n, unit = n>>10, "KiB"
	}
	return withShare(strconv.Itoa(n)+unit+"/s", r.Share)
}

// ParseBroadcast reads all or others.
func ParseBroadcast(s string) (Broadcast, error) {
	switch s {
	case "all":
		return BroadcastAll, nil
	case "others":
		return BroadcastOthers, nil
	}
	return BroadcastOff, errBroadcast
}

// String returns what ParseBroadcast reads, or "none".
func (b Broadcast) String() string { return [...]string{"none", "all", "others"}[b] }
