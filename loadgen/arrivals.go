package loadgen

import (
	"math"
	"time"

	"wsstorm/stats"
)

// arrivals is one connection's part of an open loop: when its next message is
// due. With constant spacing, connection k of C takes arrivals k, k+C, k+2C, ...
// of the run's schedule. A Poisson process is the superposition of C independent
// ones of a C-th of its rate, so each connection draws its own gaps and nothing
// is shared.
type arrivals struct {
	due  time.Duration // of the next one
	at   float64       // its place among the run's arrivals, counted from 0
	left int64         // messages still to send; 0 before start, too
	rng  uint64        // state of bits
}

// bits draws random bits for the connection, seeded.
func (a *arrivals) bits() uint64 {
	a.rng += 0x9E3779B97F4A7C15
	return mix(a.rng)
}

// begin takes note that traffic begins at start; rank is the connection's among
// those that take part.
func (a *arrivals) begin(w *worker, start time.Duration, rank int64) {
	if w.plan.Arrival == Poisson {
		a.at += a.gap(w)
	} else {
		a.at = float64(rank)
	}
	a.set(w, start)
	a.left = math.MaxInt64
	if n := w.plan.Messages; n > 0 {
		c := w.ctl.population.Load()
		a.left = n / c
		if rank < n%c {
			a.left++
		}
		if a.left > 0 {
			w.sends(1)
		}
	}
}

// leave takes note that the connection is gone.
func (a *arrivals) leave(w *worker) {
	if a.left > 0 && w.plan.Messages > 0 {
		w.sends(-1)
	}
}

// next returns when the next message is due, never if there is none (yet).
func (a *arrivals) next(w *worker) time.Duration {
	if a.left == 0 || a.due >= w.ctl.stop.get() {
		return never
	}
	return a.due
}

// take uses up the arrival that next returned.
func (a *arrivals) take(w *worker) {
	if a.left--; a.left == 0 {
		w.sends(-1)
	}
	a.at += a.gap(w)
	a.set(w, w.ctl.start.get())
}

// gap returns how many of the run's arrivals lie between two of the connection's:
// one for each connection, of a Poisson process on average.
func (a *arrivals) gap(w *worker) float64 {
	population := float64(w.ctl.population.Load())
	if w.plan.Arrival == Poisson {
		return -math.Log(uniform(a.bits())) * population // exponential, by inversion
	}
	return population
}

// set makes due the instant of the next arrival.
func (a *arrivals) set(w *worker, start time.Duration) {
	if a.due = w.schedule.at(a.at); a.due != never {
		a.due += start
	}
}

// unsent counts the messages that were due and that the connection did not
// send: it was gone, or blocked to the end. For when the run is over.
func (a *arrivals) unsent(w *worker, s *session) {
	l := w.life(s)
	ours := l != nil && l.ours
	for seq := s.q.next(); a.next(w) != never; seq++ {
		due := a.due
		a.take(w)
		a.miss(w, s, seq, due, ours)
	}
}

// skip uses up the arrivals that fell due while the connection was away.
func (a *arrivals) skip(w *worker, s *session, now time.Duration, ours bool) {
	for seq := s.q.next(); a.next(w) <= now; seq++ {
		due := a.due
		a.take(w)
		a.miss(w, s, seq, due, ours)
	}
}

// miss counts a message that was due and not sent: for want of a connection, which
// is an error unless it was closed by ourselves.
func (a *arrivals) miss(w *worker, s *session, seq uint32, due time.Duration, ours bool) {
	switch counts := s.counts(w, seq, due); {
	case counts == nil:
	case ours:
		counts.Withdrawn++
	default:
		counts.Unsent++
		if !s.aside() {
			w.fail(stats.ErrUnsent, errUnsent)
		}
	}
}
