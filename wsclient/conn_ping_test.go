package wsclient

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// RFC 6455, Section 5.5.2: a ping is answered with its own payload, also between
// the fragments of a message, in either direction.
func TestConnAnswersPings(t *testing.T) {
	frames := make(chan clientFrame, 8)
	url := serveRaw(t, func(c net.Conn) {
		defer close(frames)
		if !upgradeRaw(c, bytes.Join([][]byte{serverFrame(0x89, "one"), serverFrame(0x01, "a"), serverFrame(0x89, ""), serverFrame(0x80, "b")}, nil)) {
			return
		}
		for range 4 {
			f, err := readFrame(c)
			if err != nil {
				return
			}
			frames <- f
		}
	})
	c := dialTo(t, url, Dialer{})
	ctx := within(t)
	w, err := c.NextWriter(ctx, OpBinary)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, got, err := c.Read(ctx); err != nil || string(got) != "ab" {
		t.Fatalf("got %q, %v, want %q", got, err, "ab")
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	want := []clientFrame{{0x02, true, []byte("x")}, {0x8A, true, []byte("one")}, {0x8A, true, []byte{}}, {0x80, true, []byte{}}}
	for i, w := range want {
		if got := <-frames; got.first != w.first || !got.masked || !bytes.Equal(got.payload, w.payload) {
			t.Errorf("frame %d: got %+v, want %+v", i, got, w)
		}
	}
}

// A ping that cannot be answered ends the connection, after a while: it must
// neither hold the reader for ever nor be forgotten.
func TestConnPongIsBounded(t *testing.T) {
	url := serveRaw(t, func(c net.Conn) {
		upgradeRaw(c, serverFrame(0x89, "ping"))
		io.Copy(io.Discard, c)
	})
	c := dialTo(t, url, Dialer{CloseTimeout: 50 * time.Millisecond})
	c.frames <- struct{}{} // as if a writer were stuck
	_, _, err := c.Read(within(t))
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "answering a ping") {
		t.Errorf("got %v, want a time-out in answering a ping", err)
	}
	if err := c.Write(within(t), OpText, nil); err == nil {
		t.Error("got no error from a connection that owes a pong, want one")
	}
}

func TestConnPing(t *testing.T) {
	for _, server := range echoServers {
		t.Run(server.name, func(t *testing.T) {
			c := dialTo(t, serve(t, server.handler), Dialer{})
			var wg sync.WaitGroup
			wg.Go(func() { c.Read(t.Context()) })
			for range 3 {
				if err := c.Ping(within(t)); err != nil {
					t.Fatal(err)
				}
			}
			c.CloseNow()
			wg.Wait()
			if err := c.Ping(within(t)); !errors.Is(err, net.ErrClosed) {
				t.Errorf("got %v from a closed connection, want %v", err, net.ErrClosed)
			}
		})
	}
}

// RFC 6455, Section 5.5.3: a pong nobody asked for is no answer, a pong for a
// later ping is one.
func TestPongsAreMatched(t *testing.T) {
	var p pings
	first, pong1 := p.add()
	_, pong2 := p.add()
	_, pong3 := p.add()
	answered := func(ch <-chan struct{}) bool {
		select {
		case <-ch:
			return true
		default:
			return false
		}
	}
	for _, payload := range []string{"", "hello", "\x00\x00\x00\x00\x00\x00\x00\x00", "\x00\x00\x00\x00\x00\x00\x00\x04", "\xff\xff\xff\xff\xff\xff\xff\xff"} {
		p.answered([]byte(payload))
		if answered(pong1) || answered(pong2) || answered(pong3) {
			t.Fatalf("pong %q was taken for an answer", payload)
		}
	}
	p.answered([]byte("\x00\x00\x00\x00\x00\x00\x00\x02"))
	if !answered(pong1) || !answered(pong2) || answered(pong3) {
		t.Error("a pong for the second ping has to answer the first two and no more")
	}
	p.remove(first)
	p.answered([]byte("\x00\x00\x00\x00\x00\x00\x00\x02")) // again, which must not panic
}
