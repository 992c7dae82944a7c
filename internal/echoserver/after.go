package echoserver

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
)

// After is when something happens to a share of the connections: when a number
// of messages has been received and answered, or some time after the opening
// handshake. One of Messages and Time is set; the zero value is never. Share 0
// means all.
type After struct {
	Messages int
	Time     time.Duration
	Share    float64
}

var errAfter = errors.New("want a number of messages or a duration, perhaps with a share of connections: 100, 30s or 100:0.1")

// ParseAfter reads N or DURATION, perhaps with ":SHARE": "100", "30s", "1k:0.1".
// A bare number is messages, perhaps with k or M.
func ParseAfter(s string) (After, error) {
	when, share, err := cutShare(s)
	if err != nil {
		return After{}, err
	}
	a := After{Share: share}
	digits, scale := when, 1.0
	if cut, ok := strings.CutSuffix(when, "k"); ok {
		digits, scale = cut, 1e3
	} else if cut, ok := strings.CutSuffix(when, "M"); ok {
		digits, scale = cut, 1e6
	}
	if n, err := parseDecimal(digits); err == nil {
		n *= scale
		if n < 1 || n > math.MaxInt32 || n != math.Trunc(n) {
			return After{}, errAfter
		}
		a.Messages = int(n)
		return a, nil
	}
	if a.Time, err = parsePeriod(when); err != nil {
		return After{}, errAfter
	}
	return a, nil
}

// String returns what ParseAfter reads, or "none".
func (a After) String() string {
	switch {
	case a.Messages > 0:
		return withShare(strconv.Itoa(a.Messages), a.Share)
	case a.Time > 0:
		return withShare(formatPeriod(a.Time), a.Share)
	}
	return "none"
}
