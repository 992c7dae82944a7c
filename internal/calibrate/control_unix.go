//go:build unix

package calibrate

import (
	"context"
	"os"
	"syscall"
	"time"

	"wsstorm/stats"
)

// disturbances returns what is done to clients.
func disturbances() []disturbance {
	return []disturbance{
		{"paused", stats.Invalid, nil, stopOnce},
		{"starved", stats.Invalid, nil, starve},
	}
}

// stopOnce stops the client for 200 ms, or where its window is short for an
// eighth of it.
func stopOnce(ctx context.Context, client *os.Process, window time.Duration) {
	client.Signal(syscall.SIGSTOP)
	pause(ctx, min(200*time.Millisecond, window/8))
	client.Signal(syscall.SIGCONT)
}

// starve leaves the client a tenth of the time, in slices, as a control group
// with a quota would.
func starve(ctx context.Context, client *os.Process, window time.Duration) {
	const slice = 10 * time.Millisecond
	for begin := time.Now(); ctx.Err() == nil && time.Since(begin) < window; {
		client.Signal(syscall.SIGSTOP)
		pause(ctx, 9*slice)
		client.Signal(syscall.SIGCONT)
		pause(ctx, slice)
	}
}
