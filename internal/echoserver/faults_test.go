package echoserver

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// say sends a text message.
func say(t *testing.T, c *websocket.Conn, text string) {
	t.Helper()
	if err := c.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

// hear fails the test unless the next message is want.
func hear(t *testing.T, c *websocket.Conn, want string) {
	t.Helper()
	if _, got, err := c.ReadMessage(); err != nil || string(got) != want {
		t.Fatalf("got %q, %v; want %q", got, err, want)
	}
}

// hang begins the closing handshake.
func hang(t *testing.T, c *websocket.Conn) {
	t.Helper()
	if err := c.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(1000, "")); err != nil {
		t.Fatal(err)
	}
}

// rest reads up to the end of the connection: the messages and the close code, 0
// for an end without one.
func rest(c *websocket.Conn) (texts []string, code int, err error) {
	for {
		_, p, err := c.ReadMessage()
		if err == nil {
			texts = append(texts, string(p))
			continue
		}
		var ce *websocket.CloseError
		if errors.As(err, &ce) {
			code = ce.Code
		}
		return texts, code, err
	}
}

// messages returns n different texts of six bytes.
func messages(n int) []string {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = fmt.Sprintf("%06d", i+1)
	}
	return texts
}

// transcript is what a client of connection conn must get for texts: the faults
// as their documentation has them, told once more.
func transcript(f Faults, conn uint64, texts []string) []string {
	type group []string // a reply, or two the same
	var replies []group
	var swaps []bool
	for i, text := range texts {
		n := uint64(i + 1)
		hit := func(share float64, s stream) bool { return draw(f.Seed, s, conn, n) < share }
		if hit(f.Drop, drawDrop) {
			continue
		}
		if hit(f.Flip, drawFlip) {
			b := []byte(text)
			b[int(draw(f.Seed, drawFlipAt, conn, n)*float64(len(b)))] ^= 1
			text = string(b)
		}
		g := group{text}
		if hit(f.Duplicate, drawDuplicate) {
			g = append(g, text)
		}
		replies = append(replies, g)
		swaps = append(swaps, hit(f.Reorder, drawReorder))
	}
	for i := 0; i+1 < len(replies); i++ {
		if swaps[i] {
			replies[i], replies[i+1] = replies[i+1], replies[i]
			i++
		}
	}
	return slices.Concat(func() (flat [][]string) {
		for _, g := range replies {
			flat = append(flat, g)
		}
		return flat
	}()...)
}

func TestRepliesGoWrongAsDrawn(t *testing.T) {
	short := Delay{Kind: DelayUniform, Base: 1, High: 100 * time.Microsecond}
	for name, f := range map[string]Faults{
		"drop":           {Seed: 1, Drop: 0.1},
		"drop all":       {Seed: 1, Drop: 1},
		"flip":           {Seed: 1, Flip: 0.1},
		"duplicate":      {Seed: 1, Duplicate: 0.1},
		"reorder":        {Seed: 1, Reorder: 0.1},
		"reorder all":    {Seed: 1, Reorder: 1},
		"all":            {Seed: 2, Drop: 0.2, Flip: 0.2, Duplicate: 0.2, Reorder: 0.2},
		"all, delayed":   {Seed: 3, Drop: 0.2, Flip: 0.2, Duplicate: 0.2, Reorder: 0.2, Delay: short},
		"all, at once":   {Seed: 4, Drop: 0.2, Flip: 0.2, Duplicate: 0.2},
		"queued, no lot": {Delay: short},
	} {
		f.ReorderWait = time.Hour
		for _, compress := range []bool{false, true} {
			if compress && f.Flip == 0 {
				continue // as without
			}
			t.Run(fmt.Sprintf("%s/compress=%t", name, compress), func(t *testing.T) {
				s := start(t, Config{Compress: compress, Faults: f})
				texts := messages(200)
				for conn := range uint64(2) {
					c := dial(t, s, websocket.Dialer{EnableCompression: compress})
					go func() { // ends with the connection
						for _, text := range texts {
							c.WriteMessage(websocket.TextMessage, []byte(text))
						}
						c.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""))
					}()
					got, code, err := rest(c)
					if code != 1000 {
						t.Fatalf("connection %d: got %v, want close code 1000", conn+1, err)
					}
					if want := transcript(f, conn+1, texts); !slices.Equal(got, want) {
						t.Errorf("connection %d: got %d messages, want %d:\n%q\n%q", conn+1, len(got), len(want), got, want)
					}
				}
			})
		}
	}
}

// The transcript above is told in the same words as the code; these are counted.
func TestCountsOfFaults(t *testing.T) {
	s, stop := startStoppable(t, Config{Faults: Faults{Seed: 1, Drop: 0.1, Flip: 0.1, Duplicate: 0.1, Reorder: 0.1, ReorderWait: time.Hour, NoPong: 0.5}})
	defer stop()
	c := dial(t, s, websocket.Dialer{})
	pongs := 0
	c.SetPongHandler(func(string) error { pongs++; return nil })
	texts := messages(1000)
	go func() { // ends with the connection
		for i, text := range texts {
			if i < 100 {
				c.WriteMessage(websocket.PingMessage, nil)
			}
			c.WriteMessage(websocket.TextMessage, []byte(text))
		}
		c.WriteMessage(websocket.CloseMessage, nil)
	}()
	got, code, err := rest(c)
	if code != websocket.CloseNoStatusReceived {
		t.Fatal(err)
	}
	stop()
	n := s.Counts()
	seen := map[string]int{}
	behind, flipped, twice := 0, 0, 0
	last := 0
	for _, text := range got {
		if seen[text]++; seen[text] == 2 {
			twice++
			continue
		}
		v, err := strconv.Atoi(text)
		if err != nil || v > len(texts) || text != texts[max(v, 1)-1] {
			flipped++
			continue
		}
		if v < last {
			behind++
		}
		last = max(last, v)
	}
	if n.Connections != 1 || n.Messages != 1000 || int(n.Replies) != len(got) || n.Dropped+n.Replies-n.Duplicated != 1000 {
		t.Errorf("got %d replies of 1000 messages, and %+v", len(got), n)
	}
	if n.NoPong != int64(100-pongs) {
		t.Errorf("got %d pongs for 100 pings, and %d left out", pongs, n.NoPong)
	}
	// A flipped digit may make another message of the thousand, so that these
	// agree about, not exactly; each is 100 with a deviation of 9.5.
	for _, v := range []struct {
		what         string
		counted, got int64
	}{
		{"dropped", n.Dropped, n.Dropped}, {"flipped", n.Flipped, 0}, {"duplicated", n.Duplicated, int64(twice)}, {"reordered", n.Reordered, int64(behind)},
	} {
		if v.counted < 60 || v.counted > 140 {
			t.Errorf("%s: got %d of 1000 at 0.1", v.what, v.counted)
		}
	}
	if flipped == 0 || twice == 0 || behind == 0 {
		t.Errorf("seen: %d flipped, %d twice, %d behind; want some of each", flipped, twice, behind)
	}
}

// Nothing follows the reply that is to trade places: it comes nevertheless.
func TestLastReplyIsNotWithheldForEver(t *testing.T) {
	c := dial(t, start(t, Config{Faults: Faults{Reorder: 1, ReorderWait: time.Millisecond}}), websocket.Dialer{})
	say(t, c, "alone")
	hear(t, c, "alone")
	c = dial(t, start(t, Config{Faults: Faults{Reorder: 1, ReorderWait: time.Hour}}), websocket.Dialer{})
	say(t, c, "before the Close")
	hang(t, c)
	hear(t, c, "before the Close")
	if _, code, err := rest(c); code != 1000 {
		t.Errorf("got %v, want close code 1000", err)
	}
}

func TestNoPong(t *testing.T) {
	c := dial(t, start(t, Config{Faults: Faults{NoPong: 1}}), websocket.Dialer{})
	c.SetPongHandler(func(string) error { t.Error("got a pong"); return nil })
	if err := c.WriteMessage(websocket.PingMessage, nil); err != nil {
		t.Fatal(err)
	}
	echo(t, c, websocket.TextMessage, []byte("after the ping"))
}

func TestCountsSayWhatHappened(t *testing.T) {
	got := Counts{Connections: 2, Messages: 10, Replies: 9, Dropped: 1, CloseAnswer: 2}.String()
	if want := "connections 2, messages 10, replies 9, dropped 1, closes answered otherwise 2"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRefuse(t *testing.T) {
	s := start(t, Config{Faults: Faults{Seed: 5, Refuse: 0.5}})
	var want, refused int64
	for i := range uint64(40) {
		c, resp, err := websocket.DefaultDialer.Dial(s.URL(), nil)
		if draw(5, drawRefuse, i+1, 0) < 0.5 {
			want++
		}
		switch {
		case err == nil:
			c.Close()
		case resp != nil && resp.StatusCode == http.StatusServiceUnavailable:
			refused++
		default:
			t.Fatal(err)
		}
	}
	if n := s.Counts(); refused != want || n.Refused != want || n.Connections != 40 {
		t.Errorf("got %d refused and %+v, want %d of 40", refused, n, want)
	}
}

// The shares of connections fall as drawn.
func TestSharesOfConnections(t *testing.T) {
	s := start(t, Config{Faults: Faults{Seed: 3, CloseAnswer: Answer{Code: 1011, Share: 0.3}}})
	for i := range uint64(40) {
		want := 1000
		if draw(3, drawCloseAnswer, i+1, 0) < 0.3 {
			want = 1011
		}
		c := dial(t, s, websocket.Dialer{})
		hang(t, c)
		if _, code, err := rest(c); code != want {
			t.Errorf("connection %d: got %v, want close code %d", i+1, err, want)
		}
	}
}

// A slow reader takes its time: at least what the bytes take at its rate.
func TestSlowRead(t *testing.T) {
	s := start(t, Config{Faults: Faults{SlowRead: SlowRead{Rate: 20_000}}})
	c := dial(t, s, websocket.Dialer{})
	begin := time.Now()
	echo(t, c, websocket.BinaryMessage, random(2000))
	if took := time.Since(begin); took < 99*time.Millisecond {
		t.Errorf("2000 bytes at 20000 a second: got %v, want 100ms at least", took)
	}
}

// A server without faults allocates nothing for a message, nor does one whose
// faults need no queue.
func TestEchoDoesNotAllocate(t *testing.T) {
	for name, f := range map[string]Faults{"no faults": {}, "drop": {Drop: 1e-9}, "stall": {Stall: Stall{For: 1, Every: time.Hour}}} {
		s := start(t, Config{Faults: f})
		c := dial(t, s, websocket.Dialer{})
		echo(t, c, websocket.TextMessage, []byte("up"))
		out, in := frame(0x82, 0, random(20)), make([]byte, 22)
		var conn net.Conn = c.NetConn()
		got := testing.AllocsPerRun(2000, func() {
			if _, err := conn.Write(out); err != nil {
				t.Fatal(err)
			}
			for n := 0; n < len(in); {
				m, err := conn.Read(in[n:])
				if err != nil {
					t.Fatal(err)
				}
				n += m
			}
		})
		if got != 0 {
			t.Errorf("%s: got %v allocations a message, want 0", name, got)
		}
	}
}
