package echoserver

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

func TestCloseAfterMessages(t *testing.T) {
	for name, f := range map[string]Faults{
		"default":  {CloseAfter: After{Messages: 3}},
		"code":     {CloseAfter: After{Messages: 3}, CloseCode: 1012},
		"in queue": {CloseAfter: After{Messages: 3}, CloseCode: 1012, Delay: Delay{Kind: DelayFixed, Base: time.Millisecond}},
		"withheld": {CloseAfter: After{Messages: 3}, CloseCode: 1012, Reorder: 0.001}, // none drawn, with the queue
	} {
		t.Run(name, func(t *testing.T) {
			s, stop := startStoppable(t, Config{Faults: f})
			c := dial(t, s, websocket.Dialer{})
			for _, text := range messages(5) {
				say(t, c, text)
			}
			got, code, err := rest(c) // gorilla answers the Close
			want := f.CloseCode
			if want == 0 {
				want = websocket.CloseGoingAway
			}
			if !slices.Equal(got, messages(3)) || code != want {
				t.Errorf("got %q and %v, want three messages and close code %d", got, err, want)
			}
			stop()
			if n := s.Counts().Closed; n != 1 {
				t.Errorf("got %d closes counted, want 1", n)
			}
		})
	}
}

func TestCloseAfterTime(t *testing.T) {
	s := start(t, Config{Faults: Faults{CloseAfter: After{Time: 20 * time.Millisecond}, CloseCode: 4000}})
	idle, busy := dial(t, s, websocket.Dialer{}), dial(t, s, websocket.Dialer{})
	go func() {
		for busy.WriteMessage(websocket.TextMessage, []byte("x")) == nil {
		}
	}()
	for name, c := range map[string]*websocket.Conn{"idle": idle, "busy": busy} {
		if _, code, err := rest(c); code != 4000 {
			t.Errorf("%s: got %v, want close code 4000", name, err)
		}
	}
}

// A peer that does not answer the server's Close is let go.
func TestCloseAfterIsBounded(t *testing.T) {
	s := start(t, Config{StopTimeout: 10 * time.Millisecond, Faults: Faults{CloseAfter: After{Messages: 1}}})
	c := dial(t, s, websocket.Dialer{})
	c.SetCloseHandler(func(int, string) error { return nil })
	say(t, c, "x")
	if _, code, err := rest(c); code != websocket.CloseGoingAway {
		t.Fatalf("got %v, want close code 1001", err)
	}
	if n, err := c.NetConn().Read(make([]byte, 1)); n != 0 || err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %d bytes, %v; want the end of the stream", n, err)
	}
}

func TestReset(t *testing.T) {
	for name, tc := range map[string]struct {
		faults Faults
		close  bool
		want   int // messages answered before
		count  func(Counts) int64
	}{
		"after messages":       {Faults{ResetAfter: After{Messages: 3}}, false, 3, func(n Counts) int64 { return n.Reset }},
		"after messages, late": {Faults{ResetAfter: After{Messages: 3}, Delay: Delay{Kind: DelayFixed, Base: time.Millisecond}}, false, 3, func(n Counts) int64 { return n.Reset }},
		"after a time":         {Faults{ResetAfter: After{Time: time.Millisecond}}, false, 0, func(n Counts) int64 { return n.Reset }},
		"before a Close":       {Faults{ResetAfter: After{Messages: 3}, CloseAfter: After{Messages: 3}}, false, 3, func(n Counts) int64 { return n.Reset - n.Closed }},
		"on close":             {Faults{ResetOnClose: 1, NoClose: 1, CloseAnswer: Answer{Code: 1011}}, true, 3, func(n Counts) int64 { return n.ResetOnClose }},
	} {
		t.Run(name, func(t *testing.T) {
			s, stop := startStoppable(t, Config{Faults: tc.faults})
			c := dial(t, s, websocket.Dialer{})
			for _, text := range messages(tc.want) {
				say(t, c, text)
				hear(t, c, text)
			}
			if tc.close {
				hang(t, c)
			}
			if got, _, err := rest(c); len(got) > 0 || !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("got %q and %v, want a reset", got, err)
			}
			stop()
			if n := tc.count(s.Counts()); n != 1 {
				t.Errorf("got %d resets counted, want 1", n)
			}
		})
	}
}

func TestCloseAnswer(t *testing.T) {
	s := start(t, Config{Faults: Faults{CloseAnswer: Answer{Code: 1011}}})
	c := dial(t, s, websocket.Dialer{})
	hang(t, c)
	if _, code, err := rest(c); code != 1011 {
		t.Errorf("got %v, want close code 1011", err)
	}
}

func TestNoClose(t *testing.T) {
	s, stop := startStoppable(t, Config{Faults: Faults{NoClose: 1, Delay: Delay{Kind: DelayFixed, Base: time.Millisecond}}})
	c := dial(t, s, websocket.Dialer{})
	say(t, c, "owed")
	hang(t, c)
	hear(t, c, "owed")
	// Whatever the server would have said comes before the end of its stream.
	stop()
	if got, code, err := rest(c); len(got) > 0 || code != websocket.CloseAbnormalClosure {
		t.Errorf("got %q and %v, want the end of the stream", got, err)
	}
	if n := s.Counts().NoClose; n != 1 {
		t.Errorf("got %d counted, want 1", n)
	}
}

// A Close that stays unanswered, and a timed fault: the reset strikes, and a Close
// of the server's own does not.
func TestNoCloseAndTimedFaults(t *testing.T) {
	s, stop := startStoppable(t, Config{Faults: Faults{NoClose: 1, CloseAfter: After{Time: 500 * time.Millisecond}, ResetAfter: After{Time: 700 * time.Millisecond}}})
	c := dial(t, s, websocket.Dialer{})
	hang(t, c)
	if got, _, err := rest(c); len(got) > 0 || !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("got %q and %v, want a reset", got, err)
	}
	stop()
	if n := s.Counts(); n.Reset != 1 || n.Closed != 0 || n.NoClose != 1 {
		t.Errorf("got %+v counted, want a Close without an answer and a reset", n)
	}
}

// The time of a reset comes for a peer, too, that sends and does not read.
func TestResetOfADeafPeer(t *testing.T) {
	for name, delay := range map[string]Delay{"at once": {}, "late": {Kind: DelayFixed, Base: time.Millisecond}} {
		t.Run(name, func(t *testing.T) {
			s, stop := startStoppable(t, Config{Faults: Faults{Delay: delay, ResetAfter: After{Time: 200 * time.Millisecond}}})
			c := dial(t, s, websocket.Dialer{})
			c.SetWriteDeadline(time.Now().Add(10 * time.Second))
			payload := make([]byte, 64<<10)
			for {
				if err := c.WriteMessage(websocket.BinaryMessage, payload); err == nil {
					continue
				} else if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
					t.Errorf("got %v, want a reset", err)
				}
				break
			}
			stop()
			if n := s.Counts().Reset; n != 1 {
				t.Errorf("got %d resets counted, want 1", n)
			}
		})
	}
}

// A request without end is cut off.
func TestEndlessRequest(t *testing.T) {
	s := start(t, Config{})
	nc, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	nc.SetDeadline(time.Now().Add(5 * time.Second))
	fmt.Fprintf(nc, "GET / HTTP/1.1\r\nX: ")
	sent := 0
	for line := bytes.Repeat([]byte{'a'}, 64<<10); err == nil; sent += len(line) {
		_, err = nc.Write(line)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) || sent > 32<<20 { // what socket buffers hold is more than what the server reads
		t.Errorf("%d bytes were taken, and then %v", sent, err)
	}
}
