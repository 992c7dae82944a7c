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
	switch l := w.life(s); {
	case l != nil && l.ours:
		a.skip(w, s, never-1, withdrawn)
	case s.blocked || s.early:
		a.skip(w, s, never-1, prevented)
	default:
		a.skip(w, s, never-1, late)
	}
}

// A reason is why a message that was due was not sent.
type reason uint8

const (
	late      reason = iota // the client did not come to it
	prevented               // the peer did not read, or had ended the connection
	withdrawn               // we had closed the connection, which is no error
)

// skip uses up the arrivals that fell due until now and were not sent.
func (a *arrivals) skip(w *worker, s *session, now time.Duration, why reason) {
	if w.plan.Arrival == Constant && len(w.shard.Sizes) == 1 {
		a.leap(w, s, now, why)
		return
	}
	for seq := s.q.next(); a.next(w) <= now; seq++ {
		due := a.due
		a.take(w)
		a.miss(w, s, s.counts(w, seq, due), 1, why)
	}
}

// leap is skip where all messages are counted in one place: by arithmetic, since
// they may be as many as no client could have sent.
func (a *arrivals) leap(w *worker, s *session, now time.Duration, why reason) {
	gap, start, stop := a.gap(w), w.ctl.start.get(), w.ctl.stop.get()
	// before returns how many of the arrivals that are left are due before at.
	before := func(at time.Duration) int64 {
		later := func(k int64) bool {
			due := w.schedule.at(a.at + float64(k)*gap)
			return due == never || due+start >= at
		}
		low, high := int64(0), int64(1)
		for high < a.left && !later(high) {
			low, high = high, min(2*high, a.left)
		}
		for high = min(high, a.left); low < high; {
			if middle := low + (high-low)/2; later(middle) {
				high = middle
			} else {
				low = middle + 1
			}
		}
		return low
	}
	if a.next(w) > now {
		return
	}
	n, unmeasured := before(min(now+1, stop)), before(w.ctl.measure.get())
	if a.left -= n; a.left == 0 {
		w.sends(-1)
	}
	a.at += float64(n) * gap
	a.set(w, start)
	if n > unmeasured {
		a.miss(w, s, &w.shard.Sizes[0], n-unmeasured, why)
	}
}

// miss counts n messages that were due and not sent, in counts or, if that is nil,
// not at all.
func (a *arrivals) miss(w *worker, s *session, counts *stats.MessageCounters, n int64, why reason) {
	switch {
	case counts == nil:
	case why == withdrawn:
		counts.Withdrawn += n
	default:
		counts.Unsent += n
		if why == prevented {
			counts.Prevented += n
		}
		if !s.aside() {
			w.shard.FailN(stats.ErrUnsent, n, errUnsent.Error())
		}
	}
}
