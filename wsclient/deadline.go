package wsclient

import (
	"context"
	"errors"
	"os"
	"time"
)

// interrupt has ctx's end end blocked I/O with a time-out, by way of one of a
// net.Conn's deadlines, whose setter it is given. The caller calls release after
// the I/O; it leaves the connection without deadline, whatever ctx did meanwhile.
func interrupt(ctx context.Context, setDeadline func(time.Time) error) (release func()) {
	if ctx.Done() == nil {
		return func() {}
	}
	fired := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		setDeadline(time.Unix(1, 0))
		close(fired)
	})
	return func() {
		if !stop() {
			<-fired
			setDeadline(time.Time{})
		}
	}
}

// isTimeout reports whether err is a deadline's doing.
func isTimeout(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }

// ioError returns the reason why I/O that interrupt watched over failed: what
// ended ctx, where that was it, otherwise err without net's wrapping.
func ioError(ctx context.Context, err error) error {
	if isTimeout(err) && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return bareError(err)
}
