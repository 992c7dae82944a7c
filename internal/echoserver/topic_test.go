package echoserver

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gorilla/websocket"
)

// subscribe opens a connection with a path.
func subscribe(t *testing.T, s *Server, path string, compress bool) *websocket.Conn {
	t.Helper()
	d := websocket.Dialer{EnableCompression: compress}
	c, _, err := d.Dial(strings.TrimSuffix(s.URL(), "/")+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestBroadcastReachesThePath(t *testing.T) {
	for _, tt := range []struct {
		broadcast Broadcast
		want      [3][]string // what each of three connections to /a hears
	}{
		{BroadcastAll, [3][]string{{"one", "two"}, {"one", "two"}, {"one", "two"}}},
		{BroadcastOthers, [3][]string{{"two"}, {"one"}, {"one", "two"}}},
	} {
		t.Run(tt.broadcast.String(), func(t *testing.T) {
			s, stop := startStoppable(t, Config{Compress: true, Faults: Faults{Broadcast: tt.broadcast}})
			defer stop()
			// Two are compressed and one is not; a query makes no other topic.
			cs := [3]*websocket.Conn{subscribe(t, s, "/a", true), subscribe(t, s, "/a?x=1", false), subscribe(t, s, "/a", true)}
			other := subscribe(t, s, "/b", false)
			say(t, cs[0], "one")
			hear(t, cs[2], "one")
			say(t, cs[1], "two")
			hear(t, cs[2], "two")
			// Behind everything that is queued for them.
			for i, c := range cs {
				hang(t, c)
				got, code, err := rest(c)
				want := tt.want[i]
				if i == 2 {
					want = nil // heard already
				}
				if code != 1000 || !slices.Equal(got, want) {
					t.Errorf("connection %d: got %q, %v; want %q", i, got, err, want)
				}
			}
			hang(t, other)
			if got, _, _ := rest(other); len(got) > 0 {
				t.Errorf("another path: got %q, want nothing", got)
			}
			stop()
			if n := len(s.instrument.topics.byPath); n != 0 {
				t.Errorf("got %d topics when all are gone, want 0", n)
			}
		})
	}
}

// From the moment that a client knows that it is connected, it misses nothing;
// and everybody hears a sender's messages in their order.
func TestBroadcastMissesNothing(t *testing.T) {
	s, stop := startStoppable(t, Config{Faults: Faults{Broadcast: BroadcastAll, Delay: Delay{Kind: DelayFixed, Base: 1}}})
	defer stop()
	const senders, each = 4, 50
	var cs []*websocket.Conn
	for range senders {
		cs = append(cs, dial(t, s, websocket.Dialer{}))
	}
	var wg sync.WaitGroup
	for i, c := range cs {
		wg.Go(func() {
			for n := range each {
				if err := c.WriteMessage(websocket.TextMessage, fmt.Appendf(nil, "%d %d", i, n)); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			next := make([]int, senders)
			for range senders * each {
				_, p, err := c.ReadMessage()
				var from, n int
				if _, scan := fmt.Sscan(string(p), &from, &n); err != nil || scan != nil {
					t.Errorf("connection %d: got %q, %v", i, p, err)
					return
				}
				if n != next[from] {
					t.Errorf("connection %d: got message %d of %d, want %d", i, n, from, next[from])
					return
				}
				next[from]++
			}
		})
	}
	wg.Wait()
	for _, c := range cs {
		c.Close()
	}
	stop()
	if n := s.Counts(); n.Messages != senders*each || n.Replies != senders*senders*each || n.Overflowed != 0 {
		t.Errorf("got %+v", n)
	}
}

// Somebody who does not read does not hold up the others, and what the queue has
// no room for is counted.
func TestSlowReceiverMissesWhatTheOthersGet(t *testing.T) {
	s, stop := startStoppable(t, Config{Faults: Faults{Broadcast: BroadcastOthers, Queue: 4096}})
	defer stop()
	sender, deaf, good := dial(t, s, websocket.Dialer{}), dial(t, s, websocket.Dialer{}), dial(t, s, websocket.Dialer{})
	const n, size = 200, 100_000 // more than the kernel holds for a loopback connection
	for i := range n {
		if err := sender.WriteMessage(websocket.BinaryMessage, append(make([]byte, size), byte(i))); err != nil {
			t.Fatal(err)
		}
		_, p, err := good.ReadMessage()
		if err != nil || len(p) != size+1 || p[size] != byte(i) {
			t.Fatalf("message %d: got %d bytes, %v", i, len(p), err)
		}
	}
	hang(t, deaf)
	got, code, err := rest(deaf)
	if code != 1000 {
		t.Fatal(err)
	}
	sender.Close()
	good.Close()
	missed := s.Counts().Overflowed
	if len(got)+int(missed) != n || missed == 0 {
		t.Errorf("got %d messages and %d missed, want %d in all and some missed", len(got), missed, n)
	}
	last := -1
	for _, p := range got {
		if int(p[size]) <= last {
			t.Fatalf("got message %d after %d", p[size], last)
		}
		last = int(p[size])
	}
}

// The faults of replies are each receiver's own.
func TestBroadcastCopiesGoWrongOneByOne(t *testing.T) {
	f := Faults{Seed: 9, Broadcast: BroadcastAll, Drop: 0.2, Duplicate: 0.2, Flip: 0.2}
	s := start(t, Config{Faults: f})
	cs := []*websocket.Conn{dial(t, s, websocket.Dialer{}), dial(t, s, websocket.Dialer{})}
	texts := messages(200)
	for _, text := range texts {
		say(t, cs[0], text)
	}
	for s.Counts().Messages < int64(len(texts)) {
		// Only then the second one's Close may overtake nothing.
		if err := cs[0].WriteMessage(websocket.PingMessage, nil); err != nil {
			t.Fatal(err)
		}
	}
	for i, c := range []*websocket.Conn{cs[1], cs[0]} {
		conn := uint64(2 - i)
		hang(t, c)
		got, _, _ := rest(c)
		if want := transcript(f, conn, texts); !slices.Equal(got, want) {
			t.Errorf("connection %d: got %d messages, want %d", conn, len(got), len(want))
		}
	}
}
