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

// RFC 6455, Section 5.3: each frame is masked with a key of its own.
func TestConnMasksEachFrameAnew(t *testing.T) {
	keys := make(chan [4]byte, 2)
	url := serveRaw(t, func(c net.Conn) {
		defer close(keys)
		upgradeRaw(c, nil)
		for range 2 {
			var frame [9]byte
			if _, err := io.ReadFull(c, frame[:]); err != nil {
				return
			}
			keys <- [4]byte(frame[2:6])
		}
	})
	c := dialTo(t, url, Dialer{})
	for range 2 {
		if err := c.Write(within(t), OpText, []byte("abc")); err != nil {
			t.Fatal(err)
		}
	}
	if first, second := <-keys, <-keys; first == second {
		t.Errorf("got the key % x twice", first)
	}
}

func TestConnMessageLimit(t *testing.T) {
	url := serveRaw(t, func(c net.Conn) {
		upgradeRaw(c, append(serverFrame(0x82, "12345678"), serverFrame(0x82, "123456789")...))
		io.Copy(io.Discard, c)
	})
	c := dialTo(t, url, Dialer{MaxMessage: 8})
	if _, got, err := c.Read(within(t)); err != nil || len(got) != 8 {
		t.Fatalf("got %q, %v, want 8 bytes", got, err)
	}
	var fault *ProtocolError
	if _, _, err := c.Read(within(t)); !errors.As(err, &fault) || fault.Code != StatusTooBig {
		t.Errorf("got %v, want code %d", err, StatusTooBig)
	}
}

func TestConnRefusesWhatItMustNotSend(t *testing.T) {
	c := dialTo(t, serve(t, gorillaEcho), Dialer{})
	ctx := within(t)
	if err := c.Write(ctx, OpPing, nil); err == nil {
		t.Error("got no error for a message with opcode ping")
	}
	if _, err := c.NextWriter(ctx, OpContinuation); err == nil {
		t.Error("got no error for a message with opcode continuation")
	}
	if err := c.Write(ctx, OpText, []byte("\xff")); !errors.Is(err, ErrNotUTF8) {
		t.Errorf("got %v, want %v", err, ErrNotUTF8)
	}
	if err := c.Close(StatusAbnormal, ""); err == nil {
		t.Error("got no error for status code 1006")
	}
	if err := c.Close(StatusNormalClosure, "\xff"); err == nil {
		t.Error("got no error for a reason that is not UTF-8")
	}
	// None of that did any harm.
	if err := c.Write(ctx, OpText, []byte("fine")); err != nil {
		t.Fatal(err)
	}
	if _, got, err := c.Read(ctx); err != nil || string(got) != "fine" {
		t.Errorf("got %q, %v, want %q", got, err, "fine")
	}
	// But a text that turns out not to be UTF-8 after its beginning was sent can
	// only end the connection.
	w, err := c.NextWriter(ctx, OpText)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("\xc3")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); !errors.Is(err, ErrNotUTF8) {
		t.Errorf("got %v, want %v", err, ErrNotUTF8)
	}
	if err := c.Write(ctx, OpText, nil); !errors.Is(err, ErrNotUTF8) {
		t.Errorf("got %v from a connection with half a message, want %v", err, ErrNotUTF8)
	}
}

// A server that does not read must not hold a writer for longer than it wants.
func TestConnWriteIsInterrupted(t *testing.T) {
	url := serveRaw(t, func(c net.Conn) {
		upgradeRaw(c, nil)
		<-t.Context().Done()
	})
	c := dialTo(t, url, Dialer{})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := c.Write(ctx, OpBinary, make([]byte, 64<<20)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
	}
	if _, _, err := c.Read(within(t)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v from a connection with half a frame, want the writer's error", err)
	}
}

func TestConnWaitsForItsTurnOnlySoLong(t *testing.T) {
	c := dialTo(t, serve(t, gorillaEcho), Dialer{})
	w, err := c.NextWriter(within(t), OpText)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := c.Write(ctx, OpText, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v while a message is being written, want %v", err, context.DeadlineExceeded)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Write(within(t), OpText, nil); err != nil {
		t.Errorf("got %v after it was closed, want nil", err)
	}
}
