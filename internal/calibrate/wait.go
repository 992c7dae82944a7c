package calibrate

import (
	"context"
	"math/rand/v2"
	"runtime"
	"time"
)

// The waits that are asked for: the gaps between messages at 500 to 10,000 a
// second.
const (
	shortestWait = 100 * time.Microsecond
	longestWait  = 2 * time.Millisecond
)

// A waiter waits for as long as it is told; close gives back what it holds.
type waiter struct {
	name  string
	wait  func(time.Duration) error
	close func()
}

// waits measures each way to wait that the platform has.
func waits(ctx context.Context, c *Config, out *Calibration) error {
	for _, open := range append(platformWaits(), sleep) {
		late, name, err := waitFor(ctx, c.part(waitsShare)/2, open)
		if err != nil {
			return err
		}
		if name != "" {
			out.Waits = append(out.Waits, Wait{name, distribution(late)})
		}
	}
	return nil
}

func sleep() (waiter, error) {
	return waiter{
		name:  "time.Sleep",
		wait:  func(d time.Duration) error { time.Sleep(d); return nil },
		close: func() {},
	}, nil
}

// waitFor waits again and again, on a thread of its own, and returns how late
// each wait returned.
func waitFor(ctx context.Context, budget time.Duration, open func() (waiter, error)) (late []time.Duration, name string, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		// Never unlocked: the thread, whose timer slack is changed, ends with us.
		runtime.LockOSThread()
		var w waiter
		if w, err = open(); err != nil || w.wait == nil {
			return
		}
		defer w.close()
		name = w.name
		random := rand.New(rand.NewPCG(1, 0))
		for begin := time.Now(); ctx.Err() == nil && (len(late) == 0 || time.Since(begin) < budget); {
			asked := shortestWait + time.Duration(random.Int64N(int64(longestWait-shortestWait)))
			start := time.Now()
			if err = w.wait(asked); err != nil {
				return
			}
			late = append(late, time.Since(start)-asked)
		}
	}()
	<-done
	if err == nil {
		err = ctx.Err()
	}
	return late, name, err
}
