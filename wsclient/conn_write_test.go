package wsclient

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"
)

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
	c := dialTo(t, url, Dialer{MaxMessage: 8, CloseTimeout: 50 * time.Millisecond})
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
	begun := make(chan struct{})
	url := serveRaw(t, func(c net.Conn) {
		upgradeRaw(c, nil)
		io.ReadFull(c, make([]byte, 1))
		close(begun)
		<-t.Context().Done()
	})
	c := dialTo(t, url, Dialer{})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-begun
		cancel()
	}()
	if err := c.Write(ctx, OpBinary, make([]byte, 64<<20)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if _, _, err := c.Read(within(t)); !errors.Is(err, context.Canceled) {
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
