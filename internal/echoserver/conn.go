package echoserver

import (
	"bufio"
	"errors"
	"io"
	"net"
	"time"
	"unicode/utf8"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsflate"
)

const (
	// readBuffer is small because every idle connection holds one: it serves
	// headers and short messages, and long payloads are read past it.
	readBuffer = 1024
	// maxRequest bounds the opening handshake, in bytes: the library reads a line
	// however long it is.
	maxRequest = 64 << 10
	// lingerTimeout bounds the wait for a peer that broke the protocol to
	// read why.
	lingerTimeout = time.Second
)

// violation is what a peer did wrong, with the close code that says so.
type violation struct {
	code   ws.StatusCode
	reason string
}

func (v *violation) Error() string { return v.reason }

// errClosed ends a connection whose closing handshake is complete.
var errClosed = errors.New("closing handshake complete")

// conn is one connection, owned by one goroutine.
type conn struct {
	srv     *Server
	wire    wire
	faulty  *faultyConn // wire.Conn where the server has faults, or nil
	in      *bufio.Reader
	state   ws.State
	deflate bool
	partial *message // a fragmented message so far, or nil
	header  [ws.MaxHeaderSize]byte
	control [ws.MaxControlFramePayloadSize]byte
}

func newConn(s *Server, nc net.Conn) *conn {
	c := &conn{srv: s, wire: wire{Conn: nc, stopping: &s.stopping}, state: ws.StateServerSide}
	c.faulty, _ = nc.(*faultyConn)
	return c
}

// serve runs the connection to its end. The caller closes it.
func (c *conn) serve() {
	err := c.converse()
	if c.faulty != nil {
		c.finish(err)
	}
}

// converse returns what has ended the connection.
func (c *conn) converse() error {
	if err := c.upgrade(); err != nil {
		return err
	}
	c.in = bufio.NewReaderSize(&c.wire, readBuffer)
	var err error
	for err == nil {
		err = c.readFrame()
	}
	if c.partial != nil {
		c.partial.free()
	}
	var bad *violation
	if errors.As(err, &bad) && c.wire.sendClose(bad.code, bad.reason) == nil {
		c.linger()
	}
	return err
}

// upgrade does the opening handshake. It accepts any path and origin, and the
// first subprotocol that the client offers: a target does not choose.
func (c *conn) upgrade() error {
	if err := c.wire.SetDeadline(time.Now().Add(c.srv.cfg.HandshakeTimeout)); err != nil {
		return err
	}
	up := ws.Upgrader{Protocol: func([]byte) bool { return true }}
	var deflate wsflate.Extension
	if c.srv.cfg.Compress {
		deflate.Parameters = wsflate.DefaultParameters
		up.Negotiate = deflate.Negotiate
	}
	if c.faulty != nil {
		c.disturb(&up, func() bool { _, ok := deflate.Accepted(); return ok })
	}
	// Nothing comes behind the request before we answer.
	request := struct {
		io.Reader
		io.Writer
	}{io.LimitReader(c.wire.Conn, maxRequest), c.wire.Conn}
	if _, err := up.Upgrade(request); err != nil {
		return err
	}
	if _, ok := deflate.Accepted(); ok {
		c.deflate = true
		c.state = c.state.Set(ws.StateExtended)
	}
	if err := c.wire.SetDeadline(time.Time{}); err != nil {
		return err
	}
	if c.faulty != nil {
		if err := c.upgraded(); err != nil {
			return err
		}
	}
	if c.srv.stopping.Load() {
		return c.wire.SetReadDeadline(time.Now())
	}
	return nil
}

// readFrame reads one frame and acts on it.
func (c *conn) readFrame() error {
	first, err := c.in.Peek(2)
	if err != nil {
		return err
	}
	short := first[1] & 0x7f
	h, err := ws.ReadHeaderBuffer(c.in, c.header[:])
	if errors.Is(err, ws.ErrHeaderLengthMSB) {
		return &violation{ws.StatusProtocolError, err.Error()}
	}
	if err != nil {
		return err
	}
	// RFC 6455, Section 5.2: the minimal number of bytes encodes the length.
	// The library does not check it, and a client under test should hear of it.
	if short == 126 && h.Length <= 125 || short == 127 && h.Length <= 0xffff {
		return &violation{ws.StatusProtocolError, "length not in minimal form"}
	}
	if err := ws.CheckHeader(h, c.state); err != nil {
		return &violation{ws.StatusProtocolError, err.Error()}
	}
	if h.OpCode.IsControl() {
		return c.readControl(h)
	}
	return c.readData(h)
}

// readControl answers a ping or a Close (RFC 6455, Section 5.5).
func (c *conn) readControl(h ws.Header) error {
	if h.Rsv != 0 {
		return &violation{ws.StatusProtocolError, "control frame with RSV bits"}
	}
	payload := c.control[:h.Length]
	if _, err := io.ReadFull(c.in, payload); err != nil {
		return err
	}
	ws.Cipher(payload, h.Mask, 0)
	switch h.OpCode {
	case ws.OpPing:
		if c.wire.closeSent || c.faulty != nil && c.ignorePing() {
			return nil
		}
		pong := newMessage(ws.OpPong, false)
		defer pong.free()
		pong.Write(payload)
		return c.wire.send(pong.frame(), c.in.Buffered() == 0)
	case ws.OpClose:
		code, reason := ws.ParseCloseFrameData(payload)
		if len(payload) > 0 {
			known := code
			if known >= 1012 && known <= 1014 {
				known = ws.StatusInternalServerError // registered with IANA, and not in the library's table
			}
			if err := ws.CheckCloseFrameData(known, reason); err != nil {
				return &violation{ws.StatusProtocolError, err.Error()}
			}
		}
		if c.faulty != nil && !c.wire.closeSent {
			return c.answerClose(code)
		}
		if err := c.wire.sendClose(code, ""); err != nil {
			return err
		}
		return errClosed
	}
	return nil // a pong nobody asked for is allowed (RFC 6455, Section 5.5.3)
}

// readData reads a data frame and delivers the message that it completes.
func (c *conn) readData(h ws.Header) error {
	r1, r2, r3 := h.Rsv1(), h.Rsv2(), h.Rsv3()
	if r2 || r3 || r1 && h.OpCode == ws.OpContinuation {
		return &violation{ws.StatusProtocolError, "unexpected RSV bits"}
	}
	m := c.partial
	if m == nil {
		m = newMessage(h.OpCode, r1)
		c.partial = m
	}
	if h.Length > int64(c.srv.cfg.MaxMessage-len(m.payload())) {
		return &violation{ws.StatusMessageTooBig, "message too large"}
	}
	if err := m.readFrom(c.in, int(h.Length), h.Mask); err != nil {
		return err
	}
	if !h.Fin {
		c.state = c.state.Set(ws.StateFragmented)
		return nil
	}
	c.state = c.state.Clear(ws.StateFragmented)
	c.partial = nil
	return c.deliver(m)
}

// deliver answers one message and frees it. Every data message passes here,
// and nowhere else.
func (c *conn) deliver(m *message) error {
	if c.faulty != nil {
		c.faulty.read = c.faulty.clock()
	}
	if m.compressed {
		plain, err := inflate(m, c.srv.cfg.MaxMessage)
		m.free()
		if err != nil {
			return err
		}
		m = plain
	}
	defer func() { m.free() }()
	if m.op == ws.OpText && !utf8.Valid(m.payload()) {
		return &violation{ws.StatusInvalidFramePayloadData, "text is not UTF-8"}
	}
	if c.wire.closeSent {
		return nil // RFC 6455, Section 5.5.1: no data after Close
	}
	if c.faulty != nil {
		return c.answer(m)
	}
	if c.deflate {
		packed, err := deflate(m)
		if err != nil {
			return err
		}
		m.free()
		m = packed
	}
	return c.wire.send(m.frame(), c.in.Buffered() == 0)
}

// linger reads what a broken peer still sends, for a bounded time: closing a
// socket with unread input makes the kernel send a reset, and that would
// destroy the Close frame on its way to the peer.
func (c *conn) linger() {
	if half, ok := c.wire.Conn.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
	c.wire.SetReadDeadline(time.Now().Add(lingerTimeout))
	io.Copy(io.Discard, c.wire.Conn)
}
