package main

import (
	"context"
	"errors"
	"io"
	"net"
	"time"

	"wsstorm/wsclient"
)

const (
	// readSize is small and odd so that frames and characters straddle reads.
	readSize = 4093
	// lingerTimeout bounds the wait for the server to close TCP.
	lingerTimeout = 5 * time.Second
)

// echoSansIO goes through Handshake, Decoder, AppendFrame, Inflater and Deflater
// over a plain net.Conn, as the drivers of the load generator do.
func echoSansIO(ctx context.Context, u *wsclient.Upgrade) error {
	var d net.Dialer
	nc, err := d.DialContext(ctx, "tcp", u.Target().Address())
	if err != nil {
		return err
	}
	defer nc.Close()
	defer context.AfterFunc(ctx, func() { nc.Close() })()
	in := make([]byte, readSize)
	h := u.Start()
	first, err := shake(nc, &h, in)
	if err != nil {
		return err
	}
	c := sansIO{nc: nc}
	if agreed, ok := h.Deflate(); ok {
		c.decoder.Deflate = true
		c.deflate = &deflation{deflater: agreed.Deflater(), inflater: agreed.Inflater(0)}
	}
	for err = c.feed(first); err == nil; {
		var n int
		n, err = nc.Read(in)
		if e := c.feed(in[:n]); e != nil {
			err = e
		}
	}
	var fault *wsclient.ProtocolError
	switch {
	case errors.As(err, &fault):
		if c.send(wsclient.AppendClose(c.out[:0], fault.Code, fault.Text, wsclient.NewMaskKey())) == nil {
			linger(nc)
		}
	case errors.Is(err, errClosed):
		linger(nc)
	}
	return nil
}

// shake does the opening handshake and returns what in holds behind it.
func shake(nc net.Conn, h *wsclient.Handshake, in []byte) (rest []byte, err error) {
	if _, err := nc.Write(h.AppendRequest(nil)); err != nil {
		return nil, err
	}
	for {
		n, err := nc.Read(in)
		rest, done, fault := h.Feed(in[:n])
		if fault != nil || done {
			return rest, fault
		}
		if err != nil {
			return nil, h.Finish(err)
		}
	}
}

// errClosed says that Close frames went both ways.
var errClosed = errors.New("closing handshake complete")

// sansIO is one connection.
type sansIO struct {
	nc      net.Conn
	decoder wsclient.Decoder
	deflate *deflation // nil where permessage-deflate was not agreed on
	message []byte     // so far
	out     []byte
}

// deflation is a connection's part in permessage-deflate.
type deflation struct {
	deflater wsclient.Deflater
	inflater wsclient.Inflater
	frame    []byte // compressed payload of the frame that is being sent
}

// feed decodes input and answers what it completes.
func (c *sansIO) feed(in []byte) error {
	for len(in) > 0 {
		ev, rest, err := c.decoder.Next(in)
		if err != nil {
			return err
		}
		in = rest
		switch {
		case ev.Kind == wsclient.EventData && ev.RSV1:
			err = c.inflate(ev)
		case ev.Kind == wsclient.EventData:
			err = c.data(ev)
		case ev.Kind == wsclient.EventControl:
			err = c.control(ev)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// inflate takes in a piece of a compressed message.
func (c *sansIO) inflate(ev wsclient.Event) error {
	in := &c.deflate.inflater
	if err := in.Feed(ev); err != nil {
		return err
	}
	for {
		ev, err := in.Next()
		if err != nil || ev.Kind == wsclient.EventNone {
			return err
		}
		if err := c.data(ev); err != nil {
			return err
		}
	}
}

// data echoes a message with its last piece.
func (c *sansIO) data(ev wsclient.Event) error {
	c.message = append(c.message, ev.Payload...)
	if !ev.Fin {
		return nil
	}
	h := wsclient.FrameHeader{Fin: true, Opcode: ev.Opcode}
	payload := c.message
	if d := c.deflate; d != nil {
		h.RSV1 = true
		d.frame = d.deflater.Append(d.frame[:0], payload, true)
		payload = d.frame
	}
	c.out = wsclient.AppendFrame(c.out[:0], h, wsclient.NewMaskKey(), payload)
	c.message = c.message[:0]
	return c.send(c.out)
}

// control answers a control frame.
func (c *sansIO) control(ev wsclient.Event) error {
	key := wsclient.NewMaskKey()
	switch ev.Opcode {
	case wsclient.OpPing:
		c.out = wsclient.AppendFrame(c.out[:0], wsclient.FrameHeader{Fin: true, Opcode: wsclient.OpPong}, key, ev.Payload)
		return c.send(c.out)
	case wsclient.OpClose:
		code, _ := wsclient.ParseClose(ev.Payload)
		if err := c.send(wsclient.AppendClose(c.out[:0], code, "", key)); err != nil {
			return err
		}
		return errClosed
	}
	return nil
}

func (c *sansIO) send(frame []byte) error {
	_, err := c.nc.Write(frame)
	return err
}

// linger waits for the server to close TCP first: RFC 6455, Section 7.1.1.
func linger(nc net.Conn) {
	nc.SetReadDeadline(time.Now().Add(lingerTimeout))
	io.Copy(io.Discard, nc)
}
