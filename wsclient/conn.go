package wsclient

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"math"
	"net"
	"sync"
	"time"
)

// What a Conn takes where its Dialer does not say.
const (
	DefaultMaxMessage   = 32 << 20 // bytes
	DefaultCloseTimeout = 5 * time.Second
)

const (
	readBuffer  = 16 << 10
	writeBuffer = 16 << 10
)

// Conn is a blocking WebSocket client connection. All its methods may be called
// by several goroutines at once; readers take turns message by message, and so
// do writers.
//
// Control frames are seen only while somebody reads: pings are then answered,
// pongs matched and a Close frame answered. A Conn therefore wants a reader
// (Read, NextReader, or Close at its end) all the time.
//
// Invariants, which its methods rely on:
//   - whoever decodes holds reading, and whoever writes holds frames, for one
//     whole frame; a data message's writer holds message for all its frames;
//   - locks are taken in the order reading, message, frames;
//   - after a Close frame was sent no frame is written (closeSent, under frames);
//   - what was compressed is sent, or the connection is over: the server's window
//     would otherwise not be what ours is (deflater, under frames);
//   - done is closed exactly once, after err was set and before the socket is
//     closed: whatever then fails, fails because of err;
//   - a Conn starts no goroutine that outlives a call.
type Conn struct {
	conn         net.Conn
	subprotocol  string
	timings      Timings
	agreed       *DeflateParams // on permessage-deflate, nil if it is not used
	closeTimeout time.Duration

	reading lock
	decoder Decoder
	buffer  []byte         // what in aliases
	in      []byte         // read and not decoded
	open    bool           // the message that next returned a piece of has more of them
	reader  *MessageReader // of the latest message, nil if Read had it
	partial []byte         // what an interrupted Read has of its message, nil if none was

	inflater  Inflater
	inflating bool // a compressed message has ended, and its pieces come out of inflater

	message   lock
	frames    lock
	out       []byte
	closeSent bool
	deflater  Deflater
	deflated  []byte

	pings pings

	closeReceived chan struct{} // closed by whoever decodes the peer's Close frame

	over sync.Once
	done chan struct{}
	err  error
}

// Dial opens a connection and makes a Conn of it. The error is an *OpenError.
func (d *Dialer) Dial(ctx context.Context) (*Conn, error) {
	t, err := d.Open(ctx)
	if err != nil {
		return nil, err
	}
	c := &Conn{
		conn:         t.Conn,
		subprotocol:  t.Subprotocol,
		timings:      t.Timings,
		agreed:       t.Deflate,
		closeTimeout: d.CloseTimeout,
		reading:      make(lock, 1),
		message:      make(lock, 1),
		frames:       make(lock, 1),
		buffer:       make([]byte, readBuffer),
		in:           t.Buffered,
		done:         make(chan struct{}),

		closeReceived: make(chan struct{}),
	}
	if c.closeTimeout == 0 {
		c.closeTimeout = DefaultCloseTimeout
	}
	switch c.decoder.MaxMessage = d.MaxMessage; {
	case d.MaxMessage == 0:
		c.decoder.MaxMessage = DefaultMaxMessage
	case d.MaxMessage < 0:
		c.decoder.MaxMessage = math.MaxInt64
	}
	if t.Deflate != nil {
		c.decoder.Deflate = true
		c.deflater = t.Deflate.Deflater()
		c.inflater = t.Deflate.Inflater(c.decoder.MaxMessage)
	}
	return c, nil
}

// Subprotocol returns the one that the server chose, "" if none.
func (c *Conn) Subprotocol() string { return c.subprotocol }

// Deflate returns the parameters of permessage-deflate, and whether the server
// agreed to it at all.
func (c *Conn) Deflate() (DeflateParams, bool) {
	if c.agreed == nil {
		return DeflateParams{}, false
	}
	return *c.agreed, true
}

// Timings says how long opening the connection took.
func (c *Conn) Timings() Timings { return c.timings }

// LocalAddr and RemoteAddr are the socket's.
func (c *Conn) LocalAddr() net.Addr { return c.conn.LocalAddr() }

// RemoteAddr is the server's address.
func (c *Conn) RemoteAddr() net.Addr { return c.conn.RemoteAddr() }

// end makes err the reason why the connection is over, unless there is one, and
// closes the socket. It returns the reason that holds.
func (c *Conn) end(err error) error {
	c.over.Do(func() {
		c.err = err
		close(c.done)
		if secure, ok := c.conn.(*tls.Conn); ok && !isClosed(err) {
			// An orderly end of TLS would wait for a peer that may be dead.
			secure.NetConn().Close()
			return
		}
		c.conn.Close()
	})
	<-c.done
	return c.err
}

// broken ends the connection because its socket failed while it was doing.
func (c *Conn) broken(doing string, err error) error {
	return c.end(fmt.Errorf("%s: %w", doing, err))
}

// fill reads more input, after all earlier input was decoded. The caller holds
// reading. Where ctx ends the wait, the connection stays as it is.
func (c *Conn) fill(ctx context.Context) error {
	// A Read that finds data is ahead of any deadline.
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	release := interrupt(ctx, c.conn.SetReadDeadline)
	n, err := c.conn.Read(c.buffer)
	release()
	c.in = c.buffer[:n]
	if n > 0 || err == nil {
		return nil
	}
	switch {
	case isTimeout(err) && ctx.Err() != nil:
		return context.Cause(ctx)
	case err == io.EOF:
		return c.broken("connection ended without a Close frame", io.ErrUnexpectedEOF)
	}
	return c.broken("reading", bareError(err))
}

// lock is a mutex whose waiters can give up.
type lock chan struct{}

// acquire takes the lock, unless ctx ends or the connection is over first.
func (c *Conn) acquire(ctx context.Context, l lock) error {
	select {
	case <-c.done:
		return c.err
	default:
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	select {
	case l <- struct{}{}:
		return nil
	case <-c.done:
		return c.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (l lock) release() { <-l }
