package wsclient

import (
	"context"
	"errors"
	"fmt"
	"net"
	"unicode/utf8"
)

// ErrNotUTF8 says that a text message to be sent is not UTF-8, as RFC 6455,
// Section 5.6 demands. Nothing of what was refused is sent.
var ErrNotUTF8 = errors.New("text message is not UTF-8")

var (
	errCloseSent = fmt.Errorf("writing after the Close frame: %w", net.ErrClosed)
	errOpcode    = errors.New("a message is text or binary")
)

// Write sends p as one message in one frame, compressed if that was agreed on. Where ctx ends while the frame is on
// its way the connection is over, because half a frame cannot be taken back.
func (c *Conn) Write(ctx context.Context, op Opcode, p []byte) error {
	if op != OpText && op != OpBinary {
		return errOpcode
	}
	if op == OpText && !utf8.Valid(p) {
		return ErrNotUTF8
	}
	if err := c.acquire(ctx, c.message); err != nil {
		return err
	}
	defer c.message.release()
	return c.writeFrame(ctx, FrameHeader{Fin: true, Opcode: op}, p)
}

// NextWriter begins a fragmented message: each Write of the writer is a frame.
// Other writers of messages wait until it is closed; control frames go in
// between. ctx bounds this call and all calls of the writer.
func (c *Conn) NextWriter(ctx context.Context, op Opcode) (*MessageWriter, error) {
	if op != OpText && op != OpBinary {
		return nil, errOpcode
	}
	if err := c.acquire(ctx, c.message); err != nil {
		return nil, err
	}
	return &MessageWriter{conn: c, ctx: ctx, opcode: op, isText: op == OpText}, nil
}

// MessageWriter writes one message in fragments. RFC 6455, Section 5.4. It
// belongs to one goroutine and must be closed.
type MessageWriter struct {
	conn   *Conn
	ctx    context.Context
	opcode Opcode // of the next frame
	isText bool
	text   utf8Check
	err    error
}

var errWriterClosed = errors.New("writing to a message that was closed")

// Write sends p as one frame of the message, an empty one where p is empty.
// After an error the message cannot be finished, and Close ends the connection.
func (w *MessageWriter) Write(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	if w.isText && !w.text.accept(p) {
		w.err = ErrNotUTF8
		return 0, w.err
	}
	if w.err = w.frame(p, false); w.err != nil {
		return 0, w.err
	}
	return len(p), nil
}

// Close sends the message's last frame, an empty one, and lets other writers go
// on. After a Write that failed it ends the connection instead, because the
// message can be neither finished nor taken back.
func (w *MessageWriter) Close() error {
	switch {
	case w.err == errWriterClosed:
		return nil
	case w.err == nil && w.isText && !w.text.complete():
		w.err = ErrNotUTF8
	}
	err := w.err
	if err == nil {
		err = w.frame(nil, true)
	}
	if err != nil {
		w.conn.end(fmt.Errorf("message left unfinished: %w", err))
	}
	w.err = errWriterClosed
	w.conn.message.release()
	return err
}

func (w *MessageWriter) frame(p []byte, fin bool) error {
	h := FrameHeader{Fin: fin, Opcode: w.opcode}
	w.opcode = OpContinuation
	return w.conn.writeFrame(w.ctx, h, p)
}

// writeFrame sends one frame, unless a Close frame went out before. Data is
// compressed if that was agreed on.
func (c *Conn) writeFrame(ctx context.Context, h FrameHeader, payload []byte) error {
	if err := c.acquire(ctx, c.frames); err != nil {
		return err
	}
	defer c.frames.release()
	if c.closeSent {
		return errCloseSent
	}
	if h.Opcode == OpClose {
		c.closeSent = true
	}
	if c.agreed == nil || h.Opcode.IsControl() {
		return c.sendFrame(ctx, h, payload)
	}
	if cap(c.deflated) > keepMessage {
		c.deflated = nil
	}
	c.deflated = c.deflater.Append(c.deflated[:0], payload, h.Fin)
	h.RSV1 = h.Opcode != OpContinuation
	return c.sendFrame(ctx, h, c.deflated)
}

// sendFrame sends one frame whatever was sent before. An error ends the
// connection. The caller holds frames.
func (c *Conn) sendFrame(ctx context.Context, h FrameHeader, payload []byte) error {
	key := NewMaskKey()
	h.Length = int64(len(payload))
	c.out = AppendHeader(c.out[:0], h, key)
	release := interrupt(ctx, c.conn.SetWriteDeadline)
	defer release()
	for sent := 0; ; {
		// In pieces, so that a long payload needs no masked copy of its own size.
		n := min(len(payload)-sent, writeBuffer-len(c.out))
		c.out = AppendMasked(c.out, payload[sent:sent+n], key, sent)
		sent += n
		if _, err := c.conn.Write(c.out); err != nil {
			return c.broken("writing", ioError(ctx, err))
		}
		if sent == len(payload) {
			return nil
		}
		c.out = c.out[:0]
	}
}
