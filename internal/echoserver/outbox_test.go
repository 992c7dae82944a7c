package echoserver

import (
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// Service is serial within a connection: n messages that come together take n
// service times, and the client sees that.
func TestDelayIsServiceTime(t *testing.T) {
	const delay, n = 5 * time.Millisecond, 10
	s := start(t, Config{Faults: Faults{Delay: Delay{Kind: DelayFixed, Base: delay}}})
	c := dial(t, s, websocket.Dialer{})
	begin := time.Now()
	for _, text := range messages(n) {
		say(t, c, text)
	}
	for i, text := range messages(n) {
		hear(t, c, text)
		if took, want := time.Since(begin), time.Duration(i+1)*delay; took < want {
			t.Errorf("reply %d came after %v, want %v at least", i+1, took, want)
		}
	}
}

// Pongs and Close wait for their turn behind delayed replies.
func TestControlFramesKeepTheirPlace(t *testing.T) {
	s := start(t, Config{Faults: Faults{Delay: Delay{Kind: DelayFixed, Base: 2 * time.Millisecond}}})
	c := dial(t, s, websocket.Dialer{})
	var events []string
	c.SetPongHandler(func(p string) error { events = append(events, "pong "+p); return nil })
	c.SetCloseHandler(func(code int, _ string) error { events = append(events, fmt.Sprint("close ", code)); return nil })
	// In one write, so that the server reads it at once.
	wire := append(frame(0x89, 0, []byte("1")), frame(0x81, 0, []byte("a"))...)
	wire = append(append(wire, frame(0x89, 0, []byte("2"))...), frame(0x81, 0, []byte("b"))...)
	wire = append(wire, frame(0x88, 0, []byte{0x03, 0xe8})...)
	if _, err := c.NetConn().Write(wire); err != nil {
		t.Fatal(err)
	}
	for {
		_, p, err := c.ReadMessage()
		if err != nil {
			break
		}
		events = append(events, string(p))
	}
	want := []string{"pong 1", "a", "pong 2", "b", "close 1000"}
	if !slices.Equal(events, want) {
		t.Errorf("got %q, want %q", events, want)
	}
}

// A client that sends and does not read is made to wait when the queue and the
// kernel are full, and loses nothing.
func TestFullQueueOfAnEchoLosesNothing(t *testing.T) {
	s := start(t, Config{Faults: Faults{Reorder: 1e-9, Queue: 4096}})
	c := dial(t, s, websocket.Dialer{})
	const n, size = 200, 100_000 // more than the kernel holds for a loopback connection
	wrote := make(chan error, 1)
	go func() {
		for i := range n {
			if err := c.WriteMessage(websocket.BinaryMessage, append(make([]byte, size), byte(i))); err != nil {
				wrote <- err
				return
			}
		}
		wrote <- nil
	}()
	for i := range n {
		_, p, err := c.ReadMessage()
		if err != nil || len(p) != size+1 || p[size] != byte(i) {
			t.Fatalf("message %d: got %d bytes, %v", i, len(p), err)
		}
	}
	if err := <-wrote; err != nil {
		t.Error(err)
	}
}

// What waits when the last message has come is sent nevertheless, as the client
// reads.
func TestWhatWaitsForTheKernelIsSent(t *testing.T) {
	s := start(t, Config{Faults: Faults{Reorder: 1e-9, Queue: 1 << 30}})
	c := dial(t, s, websocket.Dialer{})
	const n, size = 200, 100_000
	for range n {
		if err := c.WriteMessage(websocket.BinaryMessage, make([]byte, size)); err != nil {
			t.Fatal(err)
		}
	}
	for s.Counts().Messages < n {
		time.Sleep(time.Millisecond)
	}
	for i := range n {
		if _, p, err := c.ReadMessage(); err != nil || len(p) != size {
			t.Fatalf("message %d: got %d bytes, %v", i, len(p), err)
		}
	}
}

// A violation's Close frame comes behind the replies that are owed, and its
// stream ends in order.
func TestViolationBehindDelayedReplies(t *testing.T) {
	s := start(t, Config{Faults: Faults{Delay: Delay{Kind: DelayFixed, Base: 2 * time.Millisecond}}})
	c := dial(t, s, websocket.Dialer{})
	say(t, c, "owed")
	if _, err := c.NetConn().Write(frame(0x83, 0, nil)); err != nil {
		t.Fatal(err)
	}
	if got, code, err := rest(c); !slices.Equal(got, []string{"owed"}) || code != 1002 {
		t.Errorf("got %q and %v, want the reply and close code 1002", got, err)
	}
	if n, err := c.NetConn().Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("got %d bytes, %v; want EOF", n, err)
	}
}
