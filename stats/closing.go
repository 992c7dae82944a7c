package stats

import (
	"math"
	"time"
)

// A Closing says how the connections went that the client closed, all of them or
// a share, in the middle of the window or at the end of the run: a close storm.
type Closing struct {
	AtS         float64 `json:"at_s"`     // its beginning, from the start of the measured window
	WithinS     float64 `json:"within_s"` // the time over which the closes were spread
	Connections int64   `json:"connections"`
	LastGoneS   float64 `json:"last_gone_s"`  // from AtS until the last of those that went was gone; of those that vanished nobody can tell
	NeverClosed int64   `json:"never_closed"` // that the server left open until the close timeout
}

// NewClosing returns the Closing of so many connections, at an instant since the
// start of the measured window; lastGone is how long it took until the last one
// was gone.
func NewClosing(at, within, lastGone time.Duration, connections, neverClosed int64) *Closing {
	return &Closing{
		AtS: at.Seconds(), WithinS: within.Seconds(), LastGoneS: max(0, lastGone).Seconds(),
		Connections: connections, NeverClosed: neverClosed,
	}
}

// addClosings adds up how the connections of all parts went: the slowest of them
// says when the last one was gone. r has the sum's window, at the end of which they
// were closed if all parts say so of theirs; shift is as in newSum.
func addClosings(r *Result, parts []*Result, shift func(*Result) float64) *Closing {
	var sum *Closing
	within := false // the window of a part
	gone := 0.0     // when the last one was
	for _, p := range parts {
		c := p.Closing
		if c == nil {
			continue
		}
		if sum == nil {
			sum = &Closing{AtS: math.Inf(1)}
		}
		if p.WindowS > 0 { // one without a window has no time of its own
			at := c.AtS + shift(p)
			within = within || c.AtS < p.WindowS
			gone = max(gone, at+c.LastGoneS)
			sum.AtS = min(sum.AtS, at)
		}
		addCounts(sum, c)
		sum.WithinS = max(sum.WithinS, c.WithinS)
		sum.LastGoneS = max(sum.LastGoneS, c.LastGoneS)
	}
	switch {
	case sum == nil:
	case within:
		sum.LastGoneS = gone - sum.AtS
	default:
		sum.AtS = r.WindowS
	}
	return sum
}
