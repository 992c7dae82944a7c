package echoserver

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

// A Delay is the distribution of a service time. The zero value is none.
type Delay struct {
	Kind DelayKind
	// Base is the delay itself (DelayFixed), the mean (DelayExp), the least
	// (DelayUniform) or the usual delay (DelayBimodal).
	Base time.Duration
	// High is the most (DelayUniform) or the unusual delay (DelayBimodal).
	High time.Duration
	// HighShare is the probability of High (DelayBimodal).
	HighShare float64
}

// DelayKind is the shape of a Delay.
type DelayKind uint8

const (
	DelayNone    DelayKind = iota
	DelayFixed             // always Base
	DelayExp               // exponential with mean Base, up to an hour
	DelayUniform           // from Base to High
	DelayBimodal           // Base, or High with probability HighShare
)

var delayNames = [...]string{"none", "fixed", "exp", "uniform", "bimodal"}

// maxDelay bounds what is configured. An exponential draw is cut there too; with
// the longest mean allowed that takes a draw beyond e⁻¹⁰.
const (
	maxDelay = time.Hour
	maxMean  = maxDelay / 10
)

var errDelay = errors.New("want fixed:5ms, exp:2ms, uniform:1ms,5ms or bimodal:1ms,50ms:0.01")

// ParseDelay reads "fixed:5ms" (always the same), "exp:2ms" (exponential with
// that mean), "uniform:1ms,5ms" (evenly from one to the other) or
// "bimodal:1ms,50ms:0.01" (1 ms, but 50 ms with probability 0.01). A bare number
// is seconds. No delay is longer than an hour, and no mean than six minutes.
func ParseDelay(s string) (Delay, error) {
	name, rest, _ := strings.Cut(s, ":")
	var d Delay
	for kind, known := range delayNames {
		if name == known && kind > 0 {
			d.Kind = DelayKind(kind)
		}
	}
	var err error
	switch d.Kind {
	case DelayNone:
		return Delay{}, errDelay
	case DelayFixed, DelayExp:
		d.Base, err = parsePeriod(rest)
	case DelayUniform, DelayBimodal:
		if d.Kind == DelayBimodal {
			var share string
			var found bool
			rest, share, found = strings.Cut(rest, ":")
			if !found {
				return Delay{}, errors.New("the probability of the second delay is missing: bimodal:1ms,50ms:0.01")
			}
			if d.HighShare, err = ParseShare(share); err != nil {
				return Delay{}, err
			}
		}
		base, high, found := strings.Cut(rest, ",")
		if !found {
			return Delay{}, fmt.Errorf("%s takes two delays: %s:1ms,5ms", name, name)
		}
		if d.Base, err = parsePeriod(base); err == nil {
			d.High, err = parsePeriod(high)
		}
	}
	if err != nil {
		return Delay{}, errDelay
	}
	if err := d.check(); err != nil {
		return Delay{}, err
	}
	return d, nil
}

// check returns what is wrong with a delay.
func (d Delay) check() error {
	two := d.Kind == DelayUniform || d.Kind == DelayBimodal
	switch {
	case d.Kind > DelayBimodal:
		return errDelay
	case d.Kind == DelayNone:
		if d != (Delay{}) {
			return errDelay
		}
	case d.Base <= 0:
		return errors.New("a delay is longer than 0")
	case d.Base > maxDelay || d.High > maxDelay:
		return fmt.Errorf("want delays up to %s", formatPeriod(maxDelay))
	case d.Kind == DelayExp && d.Base > maxMean:
		return fmt.Errorf("want a mean up to %s", formatPeriod(maxMean))
	case two && d.High <= d.Base:
		return errors.New("the second delay has to be the longer one")
	case !two && d.High != 0 || d.Kind != DelayBimodal && d.HighShare != 0:
		return errDelay
	case !(d.HighShare >= 0 && d.HighShare <= 1):
		return errShare
	}
	return nil
}

// String returns what ParseDelay reads, or "none".
func (d Delay) String() string {
	name := delayNames[d.Kind]
	switch d.Kind {
	case DelayNone:
		return name
	case DelayUniform:
		return name + ":" + formatPeriod(d.Base) + "," + formatPeriod(d.High)
	case DelayBimodal:
		return name + ":" + formatPeriod(d.Base) + "," + formatPeriod(d.High) + ":" + FormatShare(d.HighShare)
	}
	return name + ":" + formatPeriod(d.Base)
}

// Quantile returns the delay that a share q of the draws does not pass, for q
// from 0 up to but not including 1. Drawing is taking it at a uniform random q.
func (d Delay) Quantile(q float64) time.Duration {
	switch d.Kind {
	case DelayFixed:
		return d.Base
	case DelayExp:
		return min(time.Duration(-math.Log1p(-q)*float64(d.Base)), maxDelay)
	case DelayUniform:
		return d.Base + time.Duration(q*float64(d.High-d.Base))
	case DelayBimodal:
		if q >= 1-d.HighShare {
			return d.High
		}
		return d.Base
	}
	return 0
}
