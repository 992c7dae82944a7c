package loadgen

import (
	"math"
	"time"

	"wsstorm/stats"
)

// arrivals is one connection's part of an open loop: when its next message is
// due. With constant spacing, connection k of C takes arrivals k, k+C, k+2C, ...
// of the run's, due at start + i/R. A Poisson process of rate R is the
// superposition of C independent ones of rate R/C, so each connection draws its
// own gaps and no schedule is shared.
type arrivals struct {
	due   time.Duration // of the next one
	left  int64         // messages still to send; 0 before start, too
	taken int64
	rank  int64 // among the connections that were open at start
	rng   uint64
}

// begin takes note that traffic begins at start.
func (a *arrivals) begin(w *worker, start time.Duration, rank int64) {
	a.rank = rank
	a.due = start
	if w.plan.Arrival == Poisson {
		a.due += a.gap(w)
	} else {
		a.due += spaced(a.rank, w.plan.Rate)
	}
	a.left = math.MaxInt64
	if n := w.plan.Messages; n > 0 {
		c := w.ctl.population.Load()
		a.left = n / c
		if a.rank < n%c {
			a.left++
		}
		if a.left > 0 {
			w.sending++
		}
	}
}

// leave takes note that the connection is gone.
func (a *arrivals) leave(w *worker) {
	if a.left > 0 && w.plan.Messages > 0 {
		w.sending--
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
	a.taken++
	if a.left--; a.left == 0 {
		w.sending--
	}
	if w.plan.Arrival == Poisson {
		a.due = min(a.due+a.gap(w), horizon)
		return
	}
	a.due = w.ctl.start.get() + spaced(a.rank+a.taken*w.ctl.population.Load(), w.plan.Rate)
}

// horizon, 73 years, bounds what is computed from a rate: the least ones would
// give more than a Duration can hold. The sum of two such instants still fits.
const horizon = never / 4

// spaced returns i/rate.
func spaced(i int64, rate float64) time.Duration {
	return time.Duration(min(float64(i)*float64(time.Second)/rate, float64(horizon)))
}

// gap draws from the exponential distribution of mean C/R by inversion.
func (a *arrivals) gap(w *worker) time.Duration {
	a.rng += 0x9E3779B97F4A7C15
	uniform := (float64(mix(a.rng)>>11) + 0.5) / (1 << 53) // in (0, 1)
	mean := float64(w.ctl.population.Load()) * float64(time.Second) / w.plan.Rate
	return time.Duration(min(-math.Log(uniform)*mean, float64(horizon)))
}

// unsent counts the messages that were due and that the connection did not
// send: it was gone, or blocked to the end. For when the run is over.
func (a *arrivals) unsent(w *worker, s *session) {
	for seq := s.q.next(); a.next(w) != never; seq++ {
		due := a.due
		a.take(w)
		if due < w.ctl.measure.get() {
			continue
		}
		class, _ := w.sizes.at(s.id, seq)
		w.shard.Sizes[class].Unsent++
		w.fail(stats.ErrUnsent, errUnsent)
	}
}
