package wsclient

import (
	"context"
	"errors"
	"io"
)

// Read returns the next whole message, text or binary; the caller owns it. Where
// ctx ends first, the connection stays usable, and the next Read goes on with the
// message where this one stopped; an answer to a ping or to a Close frame that is
// on its way is finished before. All other errors are final: a *CloseError when
// the peer closed, a *ProtocolError when it broke the rules, or what became of
// the socket.
func (c *Conn) Read(ctx context.Context) (Opcode, []byte, error) {
	if err := c.acquire(ctx, c.reading); err != nil {
		return 0, nil, err
	}
	defer c.reading.release()
	if c.partial == nil {
		if err := c.skip(ctx); err != nil {
			return 0, nil, err
		}
		c.partial = []byte{}
	}
	for {
		ev, err := c.next(ctx)
		if err != nil {
			return 0, nil, err
		}
		c.partial = append(c.partial, ev.Payload...)
		if ev.Fin {
			message := c.partial
			c.partial = nil
			return ev.Opcode, message, nil
		}
	}
}

// NextReader waits for the next message and returns a reader of it, for messages
// that are not to be held in memory. ctx bounds this call and all reads of the
// reader. What is left of an earlier message, unread, is skipped.
func (c *Conn) NextReader(ctx context.Context) (Opcode, *MessageReader, error) {
	if err := c.acquire(ctx, c.reading); err != nil {
		return 0, nil, err
	}
	defer c.reading.release()
	if err := c.skip(ctx); err != nil {
		return 0, nil, err
	}
	ev, err := c.next(ctx)
	if err != nil {
		return 0, nil, err
	}
	c.reader = &MessageReader{conn: c, ctx: ctx, piece: ev.Payload, fin: ev.Fin}
	return ev.Opcode, c.reader, nil
}

// MessageReader reads one message. It is good until the Conn's next Read or
// NextReader.
type MessageReader struct {
	conn  *Conn
	ctx   context.Context
	piece []byte // of the message, received and not read
	fin   bool   // nothing comes behind piece
}

var errReaderOver = errors.New("reading a message after the next one was asked for")

// Read reads up to len(p) bytes of the message's payload, and returns io.EOF at
// its end. Other errors are those of Conn.Read.
func (r *MessageReader) Read(p []byte) (int, error) {
	c := r.conn
	if err := c.acquire(r.ctx, c.reading); err != nil {
		return 0, err
	}
	defer c.reading.release()
	if c.reader != r {
		return 0, errReaderOver
	}
	if len(p) == 0 {
		return 0, nil
	}
	for len(r.piece) == 0 {
		if r.fin {
			return 0, io.EOF
		}
		ev, err := c.next(r.ctx)
		if err != nil {
			return 0, err
		}
		r.piece, r.fin = ev.Payload, ev.Fin
	}
	n := copy(p, r.piece)
	r.piece = r.piece[n:]
	return n, nil
}

// skip reads to the end of a message that was begun and not finished, and takes
// it away from whoever was reading it. The caller holds reading.
func (c *Conn) skip(ctx context.Context) error {
	c.reader = nil
	c.partial = nil
	for c.open {
		if _, err := c.next(ctx); err != nil {
			return err
		}
	}
	return nil
}

// next returns the next piece of a data message, and does what control frames
// ask for on the way. The piece is good until the next call. The caller holds
// reading.
func (c *Conn) next(ctx context.Context) (Event, error) {
	for {
		// What is inflated may be a thousand times what was read.
		if c.inflating && ctx.Err() != nil {
			return Event{}, context.Cause(ctx)
		}
		ev, err := c.decode()
		if err != nil {
			return Event{}, c.fail(err)
		}
		switch ev.Kind {
		case EventData:
			c.open = !ev.Fin
			return ev, nil
		case EventControl:
			// A buffer holds thousands of pings, and each answer may have to wait.
			if err = c.control(ev); err == nil && ctx.Err() != nil {
				err = context.Cause(ctx)
			}
		case EventNone:
			err = c.fill(ctx)
		}
		if err != nil {
			return Event{}, err
		}
	}
}

// decode returns the next event in what was read, decompressed. EventNone means
// that more has to be read.
func (c *Conn) decode() (Event, error) {
	for {
		if c.inflating {
			ev, err := c.inflater.Next()
			c.inflating = !ev.Fin
			return ev, err
		}
		ev, rest, err := c.decoder.Next(c.in)
		c.in = rest
		if err != nil || ev.Kind != EventData || !ev.RSV1 {
			return ev, err
		}
		if err := c.inflater.Feed(ev); err != nil {
			return Event{}, err
		}
		c.inflating = ev.Fin
	}
}

// control does what a control frame asks for. RFC 6455, Section 5.5.
func (c *Conn) control(ev Event) error {
	switch ev.Opcode {
	case OpPing:
		return c.pong(ev.Payload)
	case OpPong:
		c.pings.answered(ev.Payload)
		return nil
	}
	return c.closed(ParseClose(ev.Payload))
}
