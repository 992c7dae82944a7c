package loadgen

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
)

// A driver opens the connections of workers, moves bytes between them and
// their sessions, and closes them. It is the only part of the engine that does
// I/O. Two real ones stand behind it: goroutines over net.Conn, everywhere, and
// the event loop on Linux.
type driver interface {
	// start adds to g what drives w until ctx ends; by then every socket of
	// the worker is closed. wake makes the driver look at every session of w
	// again, because the control block has changed; it never blocks.
	start(ctx context.Context, g *errgroup.Group, w *worker, concurrency int, clock func() time.Duration) (wake func(), err error)
	name() string
}

// newDriver returns the driver for p, and settles how many workers it gets.
func newDriver(p *Plan) (driver, error) {
	// Each worker opens connections of its own, one at a time at least.
	p.Workers = min(p.Workers, p.ConnectConcurrency)
	simple := !p.Target.Secure && p.UnixSocket == ""
	switch {
	case p.Driver == DriverEpoll && !simple:
		return nil, refuse("Driver", "the epoll driver does neither wss:// nor Unix sockets; use portable")
	case p.Driver == DriverEpoll || p.Driver == DriverAuto && simple && haveEpoll:
		return newEpoll(p)
	}
	// More workers than cores, so that the many goroutines of this driver
	// seldom meet at a worker's lock.
	p.Workers = min(4*p.Workers, p.Connections, p.ConnectConcurrency)
	return newPortable(p)
}
