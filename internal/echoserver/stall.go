package echoserver

import (
	"errors"
	"strings"
	"sync/atomic"
	"time"
)

// A Stall stops the whole server for a time, again and again: it reads nothing,
// answers nothing and shakes no hands, on any connection, and then goes on with
// what has piled up. (A read that was already waiting when the stall began may
// take up to 1 KiB from the kernel; nothing is done with it.)
//
// The clock of the stalls starts with the first message that the server gets on
// any connection. The first stall begins Every - For after it, the others
// follow each Every after the one before. So where messages come at a constant
// rate and the server is otherwise fast, P(rtt > x) = (For - x)/Every over any
// whole number of periods. Delays run on through a stall; a reply that is due in
// it leaves at its end.
type Stall struct {
	For   time.Duration // how long the server stands still
	Every time.Duration // from the beginning of one stall to the next; longer than For
}

var errStall = errors.New("want how long and how often, the second the longer one: 1s/10s")

// ParseStall reads FOR/EVERY, "1s/10s". A bare number is seconds.
func ParseStall(s string) (Stall, error) {
	length, every, found := strings.Cut(s, "/")
	var st Stall
	var err error
	if st.For, err = parsePeriod(length); err == nil && found {
		st.Every, err = parsePeriod(every)
	}
	if err != nil || !found || st.check() != nil {
		return Stall{}, errStall
	}
	return st, nil
}

func (s Stall) check() error {
	if s != (Stall{}) && (s.For <= 0 || s.Every <= s.For) {
		return errStall
	}
	return nil
}

// String returns what ParseStall reads, or "none".
func (s Stall) String() string {
	if s == (Stall{}) {
		return "none"
	}
	return formatPeriod(s.For) + "/" + formatPeriod(s.Every)
}

// left returns how long a stall goes on at an instant that is since after the
// clock's start; 0 outside stalls.
func (s Stall) left(since time.Duration) time.Duration {
	phase := since % s.Every
	if phase < s.Every-s.For {
		return 0
	}
	return s.Every - phase
}

// stalls is a Stall on the server's clock.
type stalls struct {
	Stall
	start atomic.Int64 // on the server's clock, which is never 0; 0 before the first message
}

// begin starts the clock of the stalls, once.
func (s *stalls) begin(now time.Duration) {
	if s.start.Load() == 0 {
		s.start.CompareAndSwap(0, int64(now))
	}
}

// over returns at, or where a stall is on at that instant the end of the stall.
func (s *stalls) over(at time.Duration) time.Duration {
	start := time.Duration(s.start.Load())
	if s.Every == 0 || start == 0 || at < start {
		return at
	}
	return at + s.left(at-start)
}
