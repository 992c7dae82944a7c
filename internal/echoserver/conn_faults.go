package echoserver

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/gobwas/ws"
)

// The faults of a connection that are not its socket's. Every method here is for
// a connection with c.faulty, and its goroutine's.

// disturb has the opening handshake go as the faults want it.
func (c *conn) disturb(up *ws.Upgrader, compressed func() bool) {
	f := c.faulty
	up.OnRequest = func(uri []byte) error {
		f.path = pathOf(uri)
		return nil
	}
	up.OnBeforeUpgrade = func() (ws.HandshakeHeader, error) {
		if f.chance(f.faults.Refuse, drawRefuse, 0) {
			f.counters.refused.Add(1)
			return nil, ws.RejectConnectionError(ws.RejectionStatus(http.StatusServiceUnavailable),
				ws.RejectionReason("refused by a fault"))
		}
		f.deflate = compressed()
		if f.faults.Broadcast != BroadcastOff {
			// Before the client knows that it is connected, so that it misses
			// nothing from then on.
			f.topics.join(f)
		}
		return nil, nil
	}
}

// upgraded starts what counts from the end of the opening handshake.
func (c *conn) upgraded() error {
	c.faulty.begin()
	c.wire.closing = func() {
		if c.faulty.out != nil {
			c.faulty.out.seal()
		}
	}
	return c.setAlarm()
}

// setAlarm has the wire call ring when the next timed fault is due. Timed faults
// need no goroutine: like the server's stop they wake the connection's own.
func (c *conn) setAlarm() error {
	f := c.faulty
	at := f.alarm()
	if at == never {
		c.wire.alarm = nil
		return c.wire.SetReadDeadline(time.Time{})
	}
	c.wire.alarm = c.ring
	clock, now := f.clock(), time.Now() // in this order: a deadline is not too early
	if f.resetDue > 0 {                 // a peer that does not read is reset in time too; see finish
		if err := c.wire.SetWriteDeadline(now.Add(f.resetDue - clock)); err != nil {
			return err
		}
	}
	return c.wire.SetReadDeadline(now.Add(at - clock))
}

// ring strikes with the timed faults that are due.
func (c *conn) ring() error {
	f, now := c.faulty, c.faulty.clock()
	if f.resetDue > 0 && f.resetDue <= now {
		return c.resetInTime()
	}
	if f.closeDue > 0 && f.closeDue <= now {
		return c.beginClose()
	}
	return c.setAlarm()
}

// resetInTime resets the connection because its time has come.
func (c *conn) resetInTime() error {
	c.faulty.resetDue = 0
	c.faulty.counters.reset.Add(1)
	return c.faulty.reset()
}

// beginClose sends a Close frame and bounds the wait for the peer's.
func (c *conn) beginClose() error {
	f := c.faulty
	f.counters.closed.Add(1)
	f.closeAt, f.closeDue = 0, 0
	if err := c.wire.sendClose(ws.StatusCode(f.faults.CloseCode), ""); err != nil {
		return err
	}
	if f.out != nil {
		f.out.drain()
	}
	f.resetAt, f.resetDue, c.wire.alarm = 0, 0, nil
	return c.wire.SetDeadline(time.Now().Add(c.srv.cfg.StopTimeout))
}

// answer answers m, as the faults have it, and does what is due after it. m
// stays the caller's.
func (c *conn) answer(m *message) error {
	f := c.faulty
	f.received++
	f.counters.messages.Add(1)
	f.stalls.begin(f.read)
	if err := c.reply(m); err != nil {
		return err
	}
	switch f.received {
	case uint64(f.resetAt):
		f.counters.reset.Add(1)
		return c.resetBehind()
	case uint64(f.closeAt):
		return c.beginClose()
	}
	return nil
}

// reply sends what m is answered with.
func (c *conn) reply(m *message) error {
	f, p := c.faulty, parcel{m: m}
	switch {
	case f.out == nil:
		return c.replyAtOnce(m)
	case f.faults.Broadcast == BroadcastOff:
		if err := c.wire.flush(); err != nil { // pongs that come first
			return err
		}
		return p.copyTo(f, f.read, true)
	}
	if err := c.wire.flush(); err != nil {
		return err
	}
	var failed error
	f.topics.each(f, func(member *faultyConn) {
		if member == f && f.faults.Broadcast == BroadcastOthers {
			return
		}
		if err := p.copyTo(member, f.read, false); err != nil {
			failed = err
		}
	})
	return failed
}

// replyAtOnce echoes m where no fault needs a queue, on the way of a server
// without faults.
func (c *conn) replyAtOnce(m *message) error {
	ft := c.faulty.fate(len(m.payload()))
	if ft.drop {
		return nil
	}
	if ft.flip >= 0 {
		m.flip(ft.flip)
	}
	if c.deflate {
		packed, err := deflate(m)
		if err != nil {
			return err
		}
		defer packed.free()
		m = packed
	}
	frame := m.frame()
	if ft.duplicate {
		if err := c.wire.send(frame, false); err != nil {
			return err
		}
	}
	return c.wire.send(frame, c.in.Buffered() == 0)
}

// ignorePing reports whether the ping that was read stays unanswered.
func (c *conn) ignorePing() bool {
	f := c.faulty
	f.pings++
	if !f.chance(f.faults.NoPong, drawNoPong, f.pings) {
		return false
	}
	f.counters.noPong.Add(1)
	return true
}

// answerClose answers the peer's Close that began the closing handshake; code is
// the peer's.
func (c *conn) answerClose(code ws.StatusCode) error {
	f := c.faulty
	switch answer := f.faults.CloseAnswer; {
	case f.chance(f.faults.ResetOnClose, drawResetOnClose, 0):
		f.counters.resetOnClose.Add(1)
		return c.resetBehind()
	case f.chance(f.faults.NoClose, drawNoClose, 0):
		f.counters.noClose.Add(1)
		return c.holdOn()
	case answer.Code != 0 && f.chosen(answer.Share, drawCloseAnswer):
		f.counters.closeAnswer.Add(1)
		code = ws.StatusCode(answer.Code)
	}
	if err := c.wire.sendClose(code, ""); err != nil {
		return err
	}
	return errClosed
}

// resetBehind resets the connection when what it owes has been sent.
func (c *conn) resetBehind() error {
	if err := c.wire.flush(); err != nil {
		return err
	}
	if c.faulty.out != nil {
		c.faulty.out.drain()
	}
	return c.faulty.reset()
}

// holdOn keeps a connection open that had a Close, until the peer ends it, a reset is
// due or the server stops.
func (c *conn) holdOn() error {
	if err := c.wire.flush(); err != nil {
		return err
	}
	c.wire.closeSent = true // it never will be
	c.wire.closing()
	c.faulty.closeDue = 0
	for {
		if err := c.setAlarm(); err != nil {
			return err
		}
		if c.srv.stopping.Load() { // perhaps before the alarm was set
			return io.EOF
		}
		_, err := io.Copy(io.Discard, c.faulty.TCPConn)
		switch {
		case err == nil:
			return io.EOF
		case !errors.Is(err, os.ErrDeadlineExceeded) || c.srv.stopping.Load():
			return err
		case c.faulty.resetDue > 0 && c.faulty.resetDue <= c.faulty.clock():
			return c.resetInTime()
		}
	}
}

// finish sends what is owed to a peer that can still have it, and takes the
// connection out of everything that is shared. err is what has ended it.
func (c *conn) finish(err error) {
	f := c.faulty
	f.topics.leave(f)
	if errors.Is(err, os.ErrDeadlineExceeded) && f.resetDue > 0 && f.resetDue <= f.clock() {
		c.resetInTime() // it was writing, to a peer that does not read
	}
	if f.out == nil {
		return
	}
	var bad *violation
	gone := !errors.Is(err, errClosed) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.As(err, &bad)
	if f.upgraded && !gone {
		f.out.seal()
		f.out.drain()
	}
	f.out.fail(errClosed)
}
