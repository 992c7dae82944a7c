package loadgen

import (
	"math"
	"time"
)

// Reconnect says when a connection that was lost is opened again.
type Reconnect struct {
	Kind ReconnectKind
	Base time.Duration // of ReconnectFixed and ReconnectJitter
	Cap  time.Duration // of ReconnectJitter
}

// ReconnectKind is a strategy of coming back.
type ReconnectKind uint8

// The strategies.
const (
	ReconnectNone      ReconnectKind = iota // a lost connection stays away
	ReconnectImmediate                      // at once
	ReconnectFixed                          // after Base, before each attempt
	// ReconnectJitter waits for a time drawn evenly from 0 to Base before the
	// first attempt, and before each further one from a range twice as long,
	// Cap at most: exponential backoff with full jitter (Brooker, "Exponential
	// Backoff And Jitter", 2015).
	ReconnectJitter
)

// retryPause is the least time between two attempts of a connection: a server
// that refuses, or ends it sooner than that, is not to be asked as fast as this
// machine can.
const retryPause = 10 * time.Millisecond

// delay returns how long to wait before an attempt, after failed ones; bits are
// random.
func (r Reconnect) delay(failed uint32, bits uint64) time.Duration {
	var d time.Duration
	switch r.Kind {
	case ReconnectFixed:
		d = r.Base
	case ReconnectJitter:
		most := math.Min(float64(r.Base)*math.Exp2(float64(failed)), float64(r.Cap))
		d = time.Duration(uniform(bits) * most)
	}
	if failed > 0 {
		d = max(d, retryPause)
	}
	return d
}
