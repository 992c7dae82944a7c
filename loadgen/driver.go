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

// newDriver returns the driver for p.
func newDriver(p *Plan) (driver, error) {
	p.Workers = min(4*p.Workers, p.Connections)
	return newPortable(p)
}
