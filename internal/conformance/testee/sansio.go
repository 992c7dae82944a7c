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

// echoSansIO goes through Handshake, Decoder and AppendFrame over a plain
// net.Conn, as the drivers of the load generator do.
func echoSansIO(ctx context.Context, u *wsclient.Upgrade) error {
	var d net.Dialer
	nc, err := d.DialContext(ctx, "tcp", u.Target().Address())
	if err != nil {
		return err
	}
	defer nc.Close()
	defer context.AfterFunc(ctx, func() { nc.Close() })()
	in := make([]byte, readSize)
	first, err := shake(nc, u, in)
	if err != nil {
		return err
	}
	c := sansIO{nc: nc}
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
func shake(nc net.Conn, u *wsclient.Upgrade, in []byte) (rest []byte, err error) {
	h := u.Start()
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
	message []byte // so far
	out     []byte
}

// feed decodes input and answers what it completes.
func (c *sansIO) feed(in []byte) error {
	for len(in) > 0 {
		ev, rest, err := c.decoder.Next(in)
		if err != nil {
			return err
		}
		in = rest
		key := wsclient.NewMaskKey()
		switch {
		case ev.Kind == wsclient.EventData:
			c.message = append(c.message, ev.Payload...)
			if !ev.Fin {
				continue
			}
			c.out = wsclient.AppendFrame(c.out[:0], wsclient.FrameHeader{Fin: true, Opcode: ev.Opcode}, key, c.message)
			c.message = c.message[:0]
		case ev.Kind == wsclient.EventControl && ev.Opcode == wsclient.OpPing:
			c.out = wsclient.AppendFrame(c.out[:0], wsclient.FrameHeader{Fin: true, Opcode: wsclient.OpPong}, key, ev.Payload)
		case ev.Kind == wsclient.EventControl && ev.Opcode == wsclient.OpClose:
			code, _ := wsclient.ParseClose(ev.Payload)
			if err := c.send(wsclient.AppendClose(c.out[:0], code, "", key)); err != nil {
				return err
			}
			return errClosed
		default:
			continue
		}
		if err := c.send(c.out); err != nil {
			return err
		}
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
