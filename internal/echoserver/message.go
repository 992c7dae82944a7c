package echoserver

import (
	"encoding/binary"
	"io"
	"slices"
	"sync"

	"github.com/gobwas/ws"
)

const (
	// headroom is the longest header of an unmasked frame.
	headroom = 10
	// readStep bounds how much memory an announced length alone can claim.
	readStep = 1 << 20
	// maxPooled keeps one large message from pinning its memory for good.
	maxPooled = 1 << 20
)

// message is one message on its way through the server. The first headroom
// bytes of buf are free for the header of the reply, so that header and
// payload leave in one write without a copy.
type message struct {
	op         ws.OpCode
	compressed bool
	buf        []byte
}

var messagePool = sync.Pool{New: func() any { return &message{buf: make([]byte, headroom, 4096)} }}

// newMessage returns an empty message; its owner calls free.
func newMessage(op ws.OpCode, compressed bool) *message {
	m := messagePool.Get().(*message)
	m.op, m.compressed, m.buf = op, compressed, m.buf[:headroom]
	return m
}

func (m *message) free() {
	if cap(m.buf) <= maxPooled {
		messagePool.Put(m)
	}
}

// payload is valid until the next call of append or free.
func (m *message) payload() []byte { return m.buf[headroom:] }

// Write appends p to the payload; it never fails.
func (m *message) Write(p []byte) (int, error) {
	m.buf = append(m.buf, p...)
	return len(p), nil
}

// readFrom appends n masked bytes from r to the payload, unmasked.
func (m *message) readFrom(r io.Reader, n int, mask [4]byte) error {
	start := len(m.buf)
	for n > 0 {
		step := min(n, readStep)
		m.buf = slices.Grow(m.buf, step)
		end := len(m.buf)
		m.buf = m.buf[:end+step]
		if _, err := io.ReadFull(r, m.buf[end:]); err != nil {
			return err
		}
		n -= step
	}
	ws.Cipher(m.buf[start:], mask, 0)
	return nil
}

// frame returns the message as one unmasked frame, header and payload.
func (m *message) frame() []byte {
	n := len(m.payload())
	var frame []byte
	switch {
	case n <= 125:
		frame = m.buf[headroom-2:]
		frame[1] = byte(n)
	case n <= 0xffff:
		frame = m.buf[headroom-4:]
		frame[1] = 126
		binary.BigEndian.PutUint16(frame[2:], uint16(n))
	default:
		frame = m.buf[headroom-10:]
		frame[1] = 127
		binary.BigEndian.PutUint64(frame[2:], uint64(n))
	}
	frame[0] = 0x80 | byte(m.op)
	if m.compressed {
		frame[0] |= 0x40 // RSV1, RFC 7692, Section 6.1
	}
	return frame
}
