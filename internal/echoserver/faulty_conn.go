package echoserver

import (
	"errors"
	"net"
	"sync/atomic"
	"time"
)

// leastSleep is the shortest sleep of a slow reader; what is shorter adds up.
const leastSleep = time.Millisecond

// errReset ends a connection that a fault has reset.
var errReset = errors.New("connection reset by a fault")

// faultyConn is the socket of a connection to a server with faults: it stalls,
// reads slowly, and where replies wait it has the queue for them, which is then
// the only way to the socket. It belongs to the goroutine of its connection,
// except for copyTo, which those of other connections call, and Close.
type faultyConn struct {
	*net.TCPConn
	*instrument
	number uint64  // from 1
	out    *outbox // nil where replies do not wait

	path     string // of the request, without the query
	member   int    // place in the topic, from 1; the topics'
	upgraded bool
	deflate  bool

	read     time.Duration // when the current message had been read
	received uint64        // messages
	pings    uint64
	replies  atomic.Uint64 // numbered so far

	rate      int           // bytes a second; 0 is unlimited
	readAgain time.Duration // when the bytes read so far are paid for
	closeAt   int           // messages until the fault; 0 is never
	resetAt   int
	closeDue  time.Duration // instant of the fault; 0 is never
	resetDue  time.Duration
}

// adopt returns nc with the faults that this connection gets. The caller is the
// only goroutine that accepts.
func (in *instrument) adopt(nc net.Conn) *faultyConn {
	f := &faultyConn{TCPConn: nc.(*net.TCPConn), instrument: in, number: uint64(in.counters.connections.Add(1))}
	if in.faults.Queued() {
		f.out = newOutbox(in, f.TCPConn, f.number)
	}
	return f
}

// chance reports whether draw n of a stream hits a share.
func (f *faultyConn) chance(share float64, s stream, n uint64) bool {
	return share > 0 && draw(f.faults.Seed, s, f.number, n) < share
}

// chosen reports whether the connection is among a share of them; 0 means all.
func (f *faultyConn) chosen(share float64, s stream) bool {
	return share == 0 || f.chance(share, s, 0)
}

// begin starts what counts from the end of the opening handshake.
func (f *faultyConn) begin() {
	f.upgraded = true
	now := f.clock()
	if r := f.faults.SlowRead; r.Rate > 0 && f.chosen(r.Share, drawSlowRead) {
		f.rate = r.Rate
	}
	if a := f.faults.CloseAfter; f.chosen(a.Share, drawCloseAfter) {
		f.closeAt = a.Messages
		if a.Time > 0 {
			f.closeDue = now + a.Time
		}
	}
	if a := f.faults.ResetAfter; f.chosen(a.Share, drawResetAfter) {
		f.resetAt = a.Messages
		if a.Time > 0 {
			f.resetDue = now + a.Time
		}
	}
	if f.out != nil {
		f.out.open()
	}
}

// alarm returns when the connection's goroutine has to be woken by a read
// deadline, or never.
func (f *faultyConn) alarm() time.Duration {
	at := never
	for _, due := range [...]time.Duration{f.closeDue, f.resetDue} {
		if due > 0 {
			at = min(at, due)
		}
	}
	return at
}

// Read reads at the rate of the connection, and returns nothing within a stall.
func (f *faultyConn) Read(p []byte) (int, error) {
	if f.rate > 0 {
		// Twenty steps a second, so that a slow reader is slow and not jerky.
		p = p[:min(len(p), max(f.rate/20, 1))]
	}
	n, err := f.TCPConn.Read(p)
	if n > 0 && f.rate > 0 {
		now := f.clock()
		f.readAgain = max(f.readAgain, now) + time.Duration(float64(n)/float64(f.rate)*float64(time.Second))
		if wait := f.readAgain - now; wait >= leastSleep {
			f.sleep(wait)
		}
	}
	if n > 0 {
		f.pause()
	}
	return n, err
}

// Write writes, or queues control frames behind the replies.
func (f *faultyConn) Write(p []byte) (int, error) {
	if f.out == nil || !f.upgraded {
		f.pause()
		return f.TCPConn.Write(p)
	}
	if err := f.out.control(p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// CloseWrite ends the stream behind what is queued.
func (f *faultyConn) CloseWrite() error {
	if f.out != nil {
		f.out.drain()
	}
	return f.TCPConn.CloseWrite()
}

// Close closes the socket and forgets what is queued.
func (f *faultyConn) Close() error {
	if f.out != nil {
		f.out.fail(net.ErrClosed)
	}
	return f.TCPConn.Close()
}

// reset makes the kernel send a reset.
func (f *faultyConn) reset() error {
	if err := f.SetLinger(0); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return errReset
}
