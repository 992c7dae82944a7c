package wsclient

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"unicode/utf8"
)

// Close does the closing handshake: it sends a Close frame, waits for the
// server's, waits for the server to close TCP, and closes the socket in any case,
// after the Dialer's CloseTimeout for each wait. Messages that still come are
// discarded. It returns nil if the handshake was done, whoever began it. With code
// 0 or StatusNoStatus the frame has neither code nor reason; a reason of more than
// 123 bytes is cut. RFC 6455, Sections 7.1.1 and 7.1.2.
func (c *Conn) Close(code StatusCode, reason string) error {
	if code != 0 && code != StatusNoStatus && !code.Valid() {
		return fmt.Errorf("a Close frame cannot carry status code %s", code)
	}
	if !utf8.ValidString(reason) {
		return errors.New("the reason for closing is not UTF-8")
	}
	ctx, cancel := context.WithTimeout(context.Background(), c.closeTimeout)
	defer cancel()
	err := c.writeClose(ctx, code, reason)
	if err == nil || errors.Is(err, errCloseSent) {
		err = c.awaitClose(ctx)
	}
	if !isClosed(err) {
		err = c.end(err)
	}
	if isClosed(err) {
		return nil
	}
	return err
}

// isClosed reports whether err says that the peer closed the connection.
func isClosed(err error) bool {
	var closed *CloseError
	return errors.As(err, &closed)
}

// CloseNow closes the socket without a closing handshake. RFC 6455,
// Section 7.1.7. It returns at once, and what other goroutines wait for fails
// with net.ErrClosed.
func (c *Conn) CloseNow() { c.end(net.ErrClosed) }

// writeClose sends our Close frame.
func (c *Conn) writeClose(ctx context.Context, code StatusCode, reason string) error {
	var payload []byte
	if code != 0 && code != StatusNoStatus {
		payload = binary.BigEndian.AppendUint16(nil, uint16(code))
		payload = append(payload, cutReason(reason)...)
	}
	return c.writeFrame(ctx, FrameHeader{Fin: true, Opcode: OpClose}, payload)
}

// awaitClose waits until the connection is over, reading if nobody else does. It
// returns why it is over.
func (c *Conn) awaitClose(ctx context.Context) error {
	err := c.acquire(ctx, c.reading)
	if err == nil {
		defer c.reading.release()
		c.reader = nil
		for err == nil {
			_, err = c.next(ctx)
		}
	}
	if ctx.Err() == nil {
		return err
	}
	select {
	case <-c.closeReceived:
		<-c.done // whoever received it is waiting for TCP to end
		return c.err
	default:
		return c.end(fmt.Errorf("no Close frame from the server within %v: %w", c.closeTimeout, context.Cause(ctx)))
	}
}

// closed answers the peer's Close frame, unless it is itself the answer to ours,
// and waits for the server to close TCP. The caller holds reading. RFC 6455,
// Sections 5.5.1 and 7.1.1.
func (c *Conn) closed(code StatusCode, reason string) error {
	ctx, cancel := context.WithTimeout(context.Background(), c.closeTimeout)
	defer cancel()
	close(c.closeReceived)
	// The closing handshake is done either way: whether the answer gets through
	// makes no difference to what the peer said.
	c.writeClose(ctx, code, "")
	c.drain(ctx)
	return c.end(&CloseError{code, reason})
}

// fail sends a Close frame that says what the peer did wrong, gives it time to
// arrive, and ends the connection. What still comes, an answer too, is ignored.
// The caller holds reading. RFC 6455, Section 7.1.7.
func (c *Conn) fail(err error) error {
	ctx, cancel := context.WithTimeout(context.Background(), c.closeTimeout)
	defer cancel()
	var fault *ProtocolError
	if errors.As(err, &fault) && c.writeClose(ctx, fault.Code, fault.Text) == nil {
		// Closing a socket with unread input resets the connection, and a reset
		// overtakes the Close frame: RFC 6455, Section 7.1.1.
		if half, ok := c.conn.(interface{ CloseWrite() error }); ok {
			half.CloseWrite()
			c.drain(ctx)
		}
	}
	return c.end(err)
}

// drain discards input until the peer closes its side, or ctx ends. The caller
// holds reading.
func (c *Conn) drain(ctx context.Context) {
	release := interrupt(ctx, c.conn.SetReadDeadline)
	defer release()
	for {
		if _, err := c.conn.Read(c.buffer); err != nil {
			return
		}
	}
}
