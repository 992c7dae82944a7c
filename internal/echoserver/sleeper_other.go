//go:build !linux || wsstorm_portable

package echoserver

import "time"

// spin is how long before an instant a sleep ends: more than Go's timers are
// late by, which is a millisecond.
const spin = 1500 * time.Microsecond

// sleeper waits on a timer of Go's.
type sleeper struct {
	timer *time.Timer
	woken chan struct{}
}

func newSleeper() (*sleeper, error) {
	return &sleeper{timer: time.NewTimer(0), woken: make(chan struct{}, 1)}, nil
}

func (s *sleeper) prepare() {}

// sleep waits for d or for wake.
func (s *sleeper) sleep(d time.Duration) {
	s.timer.Reset(d)
	select {
	case <-s.timer.C:
	case <-s.woken:
	}
}

// wake ends the current or the next sleep.
func (s *sleeper) wake() {
	select {
	case s.woken <- struct{}{}:
	default:
	}
}

func (s *sleeper) close() { s.timer.Stop() }
