package loadgen

import (
	"math"
	"time"
)

// Lifetime is how long connections stay before they are closed and others come
// in their place: churn.
type Lifetime struct {
	Kind LifetimeKind
	Mean time.Duration // of LifetimeExp and LifetimeFixed
	Min  time.Duration // of LifetimeUniform
	Max  time.Duration
}

// LifetimeKind is a distribution of lifetimes.
type LifetimeKind uint8

// The distributions.
const (
	LifetimeNone LifetimeKind = iota // until the end of the run
	LifetimeExp
	LifetimeFixed
	LifetimeUniform
)

// draw returns a lifetime; bits are random.
func (l Lifetime) draw(bits uint64) time.Duration {
	u := uniform(bits)
	switch l.Kind {
	case LifetimeExp:
		return time.Duration(min(-math.Log(u)*float64(l.Mean), float64(horizon/2)))
	case LifetimeUniform:
		return l.Min + time.Duration(u*float64(l.Max-l.Min))
	}
	return l.Mean
}

// residual returns what is left of the lifetime of a connection that has been
// there for long. The connections that a run begins with are taken for such:
// otherwise those of a fixed lifetime would all leave in the same instant, again
// and again, and departures would not be steady before a few lifetimes are over.
// The density is P(lifetime > x) / mean (the equilibrium distribution of a
// renewal process), here by inversion.
func (l Lifetime) residual(bits uint64) time.Duration {
	u := uniform(bits)
	switch l.Kind {
	case LifetimeFixed:
		return time.Duration(u * float64(l.Mean))
	case LifetimeUniform:
		a, b := float64(l.Min), float64(l.Max)
		mean := (a + b) / 2
		if at := u * mean; at <= a {
			return time.Duration(at) // everybody lives that long
		}
		// a + ∫(b-y)/(b-a) dy from a to x = u·mean, solved for x.
		rest := (b - a) * (b - a) * (1 - 2*(u*mean-a)/(b-a))
		return time.Duration(b - math.Sqrt(max(0, rest)))
	}
	return l.draw(bits) // the exponential distribution has no memory
}
