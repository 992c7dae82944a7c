package loadgen

import (
	"math"
	"sync/atomic"
	"time"
)

// never is the instant that does not come.
const never = time.Duration(math.MaxInt64)

// An instant is a point in time that one goroutine sets and others read.
type instant struct{ v atomic.Int64 }

func (i *instant) set(at time.Duration) { i.v.Store(int64(at)) }
func (i *instant) get() time.Duration   { return time.Duration(i.v.Load()) }

// setFirst sets the instant unless it is set.
func (i *instant) setFirst(at time.Duration) { i.v.CompareAndSwap(int64(never), int64(at)) }

// passed reports whether now is at or behind the instant.
func (i *instant) passed(now time.Duration) bool { return now >= i.get() }

// control is how the engine tells the sessions in which phase they are: each
// field is the instant at which something begins, never until that is known.
// After a change the engine wakes every worker.
type control struct {
	start   instant // traffic
	measure instant // the measured window: messages due from here on count
	stop    instant // no message is due from here on
	close   instant // closing handshakes
	kill    instant // whatever is still there is cut

	storm     instant // a close storm within the window
	calm      instant // it is over
	hurry     instant // the run was interrupted: connections do not take turns to be closed
	firstLoss instant // of a connection that is to come back

	// population is how many connections share an open loop's arrivals: those
	// that were open at start, of a broadcast the publishers among them. Valid once start is set.
	population atomic.Int64

	audience audience // of a broadcast
}

func newControl() *control {
	c := new(control)
	for _, i := range []*instant{&c.start, &c.measure, &c.stop, &c.close, &c.kill, &c.storm, &c.calm, &c.hurry, &c.firstLoss} {
		i.set(never)
	}
	return c
}
