package wsclient

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// The lengths at which the encoding of a frame changes, and some long ones.
var boundaries = []int{0, 1, 125, 126, 127, 128, 65534, 65535, 65536, 65537, 1 << 20}

func TestConnEchoesEverySize(t *testing.T) {
	for _, server := range echoServers {
		t.Run(server.name, func(t *testing.T) {
			c := dialTo(t, serve(t, server.handler), Dialer{})
			ctx := within(t)
			for _, n := range boundaries {
				for _, op := range []Opcode{OpBinary, OpText} {
					sent := randomBytes(n)
					if op == OpText {
						sent = bytes.Repeat([]byte("ü"), n/2)
					}
					if err := c.Write(ctx, op, sent); err != nil {
						t.Fatal(err)
					}
					gotOp, got, err := c.Read(ctx)
					if err != nil {
						t.Fatal(err)
					}
					if gotOp != op || !sameBytes(t, got, sent) {
						t.Errorf("%d bytes %v: got %v", n, op, gotOp)
					}
				}
			}
			if err := c.Close(StatusNormalClosure, "done"); err != nil {
				t.Errorf("closing: %v", err)
			}
		})
	}
}

func TestConnOverTLS(t *testing.T) {
	url, trust := serveTLS(t, nil, coderEcho)
	c := dialTo(t, url, Dialer{TLS: &tls.Config{RootCAs: trust}})
	ctx := within(t)
	sent := randomBytes(100000)
	if err := c.Write(ctx, OpBinary, sent); err != nil {
		t.Fatal(err)
	}
	_, got, err := c.Read(ctx)
	if err != nil || !sameBytes(t, got, sent) {
		t.Errorf("got error %v", err)
	}
	if err := c.Close(StatusNormalClosure, ""); err != nil {
		t.Errorf("closing: %v", err)
	}
}

// RFC 6455, Section 5.4: fragments both ways.
func TestConnStreams(t *testing.T) {
	for _, server := range echoServers {
		t.Run(server.name, func(t *testing.T) {
			c := dialTo(t, serve(t, server.handler), Dialer{})
			ctx := within(t)
			for _, pieces := range [][]string{{}, {""}, {"one"}, {"gr\xc3", "\xbc\xc3", "", "\x9fe"}, {"a", "b", "c"}} {
				w, err := c.NextWriter(ctx, OpText)
				if err != nil {
					t.Fatal(err)
				}
				want := ""
				for _, p := range pieces {
					want += p
					if _, err := io.WriteString(w, p); err != nil {
						t.Fatal(err)
					}
				}
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
				op, r, err := c.NextReader(ctx)
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(r)
				if err != nil || op != OpText || string(got) != want {
					t.Errorf("got %v %q, %v, want text %q", op, got, err, want)
				}
				if _, err := w.Write(nil); !errors.Is(err, errWriterClosed) {
					t.Errorf("got %v from a closed writer, want %v", err, errWriterClosed)
				}
			}
		})
	}
}

// What is left of a message is skipped, whoever had begun to read it.
func TestConnSkipsWhatIsLeft(t *testing.T) {
	url := serveRaw(t, func(c net.Conn) {
		upgradeRaw(c, bytes.Join([][]byte{
			serverFrame(0x01, "first "), serverFrame(0x00, "message, "), serverFrame(0x80, "all of it"),
			serverFrame(0x82, "second"), serverFrame(0x01, "third"), serverFrame(0x80, ", too"),
		}, nil))
		io.Copy(io.Discard, c)
	})
	c := dialTo(t, url, Dialer{})
	ctx := within(t)
	_, first, err := c.NextReader(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var p [3]byte
	if _, err := io.ReadFull(first, p[:]); err != nil || string(p[:]) != "fir" {
		t.Fatalf("got %q, %v, want %q", p, err, "fir")
	}
	_, second, err := c.Read(ctx)
	if err != nil || string(second) != "second" {
		t.Errorf("got %q, %v, want %q", second, err, "second")
	}
	if _, err := first.Read(p[:]); !errors.Is(err, errReaderOver) {
		t.Errorf("got %v from the old reader, want %v", err, errReaderOver)
	}
	_, third, err := c.Read(ctx)
	if err != nil || string(third) != "third, too" {
		t.Errorf("got %q, %v, want %q", third, err, "third, too")
	}
}

// An interrupted Read loses nothing.
func TestConnReadGoesOnAfterInterruption(t *testing.T) {
	resume := make(chan struct{})
	url := serveRaw(t, func(c net.Conn) {
		upgradeRaw(c, append(serverFrame(0x01, "half a "), 0x00, 6, 'm', 'e'))
		<-resume
		c.Write(append([]byte("ssag"), serverFrame(0x80, "e")...))
		io.Copy(io.Discard, c)
	})
	c := dialTo(t, url, Dialer{})
	short, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, _, err := c.Read(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v, want %v", err, context.DeadlineExceeded)
	}
	close(resume)
	op, got, err := c.Read(within(t))
	if err != nil || op != OpText || string(got) != "half a message" {
		t.Errorf("got %v %q, %v, want %q", op, got, err, "half a message")
	}
}

// Somebody else may come for the next message after a Read was interrupted.
func TestConnInterruptedReadIsGivenUp(t *testing.T) {
	resume := make(chan struct{})
	url := serveRaw(t, func(c net.Conn) {
		upgradeRaw(c, serverFrame(0x01, "half"))
		<-resume
		c.Write(append(append(serverFrame(0x80, "whole"), serverFrame(0x82, "next")...), serverFrame(0x82, "last")...))
		io.Copy(io.Discard, c)
	})
	c := dialTo(t, url, Dialer{})
	short, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, _, err := c.Read(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v, want %v", err, context.DeadlineExceeded)
	}
	close(resume)
	_, r, err := c.NextReader(within(t))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != "next" {
		t.Errorf("got %q, %v, want %q", got, err, "next")
	}
	if _, got, err := c.Read(within(t)); err != nil || string(got) != "last" {
		t.Errorf("got %q, %v, want %q", got, err, "last")
	}
}

// One reader, many writers, pings: nothing lost, nothing torn.
func TestConnManyWriters(t *testing.T) {
	c := dialTo(t, serve(t, coderEcho), Dialer{})
	ctx := within(t)
	const writers, each = 8, 50
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			for n := range each {
				text := fmt.Sprintf("writer %d message %d", i, n)
				if n%2 == 0 {
					if err := c.Write(ctx, OpText, []byte(text)); err != nil {
						t.Error(err)
					}
					continue
				}
				w, err := c.NextWriter(ctx, OpText)
				if err != nil {
					t.Error(err)
					return
				}
				io.WriteString(w, text[:5])
				io.WriteString(w, text[5:])
				if err := w.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Go(func() {
		for range 10 {
			if err := c.Ping(ctx); err != nil {
				t.Error(err)
			}
		}
	})
	next := make([]int, writers)
	for range writers * each {
		_, p, err := c.Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var i, n int
		if _, err := fmt.Sscanf(string(p), "writer %d message %d", &i, &n); err != nil || n != next[i] {
			t.Fatalf("got %q, want message %d of that writer", p, next[i])
		}
		next[i]++
	}
	// A reader for the pings that are still on their way.
	done := make(chan error)
	go func() {
		_, _, err := c.Read(ctx)
		done <- err
	}()
	wg.Wait()
	if err := c.Close(StatusNormalClosure, ""); err != nil {
		t.Error(err)
	}
	var closed *CloseError
	if err := <-done; !errors.As(err, &closed) {
		t.Errorf("got %v from the reader, want a *CloseError", err)
	}
}
