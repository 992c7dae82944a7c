package wsclient

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"testing"
)

// floodConn is a connection whose peer sends without end: a Read finds data
// whatever deadline there is, as one of a socket does that is ahead of it.
type floodConn struct {
	net.Conn
	first, more []byte // what is sent once, and what again and again
	most        int    // Reads until the flood ends after all; 0 is never
	over        context.Context
	stop        func() // ends over in the third Read

	reads, late    int // Reads, and those after over had ended
	writesWhenOver int // Writes after over had ended
}

func (f *floodConn) Read(p []byte) (int, error) {
	if f.over.Err() != nil {
		f.late++
	}
	if f.reads++; f.reads == 3 {
		f.stop()
	}
	if f.reads == f.most {
		return 0, io.EOF
	}
	n := copy(p, f.first)
	f.first = f.first[n:]
	for len(p)-n >= len(f.more) {
		n += copy(p[n:], f.more)
	}
	return n, nil
}

func (f *floodConn) Write(p []byte) (int, error) {
	if f.over.Err() != nil {
		f.writesWhenOver++
	}
	return len(p), nil
}

// flooded makes c the victim of a flood, in the third Read of which ctx ends.
func flooded(t testing.TB, c *Conn, first, more string) (ctx context.Context, f *floodConn) {
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	f = &floodConn{Conn: c.conn, first: []byte(first), more: []byte(more), most: 10, over: ctx, stop: cancel}
	c.conn = f
	return ctx, f
}

// A context binds a Conn even where there is always something to read: once it is
// over nothing more is read, and what is being answered is the last.
func TestConnContextEndsFloods(t *testing.T) {
	floods := []struct{ name, first, more string }{
		{"pings", "", "\x89\x00"},
		{"pongs", "", "\x8A\x00"},
		{"empty fragments", "\x02\x00", "\x00\x00"},
		{"fragments", "\x02\x00", "\x00\x01x"},
		{"empty messages", "", "\x82\x00"},
		{"compressed fragments", "\x42\x00", "\x00\x01x"},
	}
	waits := []struct {
		name string
		wait func(*Conn, context.Context) error
	}{
		{"Read", func(c *Conn, ctx context.Context) error {
			for {
				if _, _, err := c.Read(ctx); err != nil {
					return err
				}
			}
		}},
		{"NextReader", func(c *Conn, ctx context.Context) error {
			for {
				_, r, err := c.NextReader(ctx)
				if err == nil {
					_, err = io.Copy(io.Discard, r)
				}
				if err != nil {
					return err
				}
			}
		}},
		// What Close does, without having to guess when its time is up.
		{"Close", (*Conn).awaitClose},
	}
	url := serveRaw(t, func(c net.Conn) {
		upgradeDeflate(c, nil)
		io.Copy(io.Discard, c)
	})
	for _, flood := range floods {
		for _, w := range waits {
			t.Run(w.name+", "+flood.name, func(t *testing.T) {
				c := dialDeflate(t, url, DeflateParams{}, Dialer{MaxMessage: -1})
				ctx, f := flooded(t, c, flood.first, flood.more)
				if err := w.wait(c, ctx); !errors.Is(err, context.Canceled) {
					t.Errorf("got %v, want %v", err, context.Canceled)
				}
				if f.late > 0 || f.writesWhenOver > 1 {
					t.Errorf("%d reads and %d answers after the end of the context, want none and at most one", f.late, f.writesWhenOver)
				}
			})
		}
	}
}

// Decompressing ends with the context, too, and goes on where it ended.
func TestConnContextEndsInflating(t *testing.T) {
	const size = 64 << 10
	url := serveRaw(t, func(c net.Conn) {
		upgradeDeflate(c, nil)
		io.Copy(io.Discard, c)
	})
	c := dialDeflate(t, url, DeflateParams{}, Dialer{})
	message := bomb(size)
	ctx, f := flooded(t, c, string(serverFrame(0xC2, string(message))), "\x82\x00")
	f.reads = 2 // so that the context ends when the message is there
	if _, _, err := c.Read(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want %v", err, context.Canceled)
	}
	if _, got, err := c.Read(t.Context()); err != nil || !bytes.Equal(got, make([]byte, size)) {
		t.Errorf("got %d bytes, %v from the next Read, want the %d of the message", len(got), err, size)
	}
}

func BenchmarkConnRead(b *testing.B) {
	url := serveRaw(b, func(c net.Conn) {
		upgradeRaw(c, nil)
		io.Copy(io.Discard, c)
	})
	for _, bench := range []struct{ name, message string }{
		{"message", string(serverFrame(0x82, "sixteen bytes it"))},
		{"fragments", "\x02\x00" + string(bytes.Repeat([]byte("\x00\x01x"), 100)) + "\x80\x00"},
		{"pings", string(bytes.Repeat([]byte("\x89\x00"), 100)) + "\x82\x00"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			c := dialTo(b, url, Dialer{})
			_, f := flooded(b, c, "", bench.message)
			f.stop, f.most = func() {}, 0
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := c.Read(ctx); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
