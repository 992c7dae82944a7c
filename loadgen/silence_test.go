package loadgen

import (
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	gorilla "github.com/gorilla/websocket"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

func TestPingTimeout(t *testing.T) {
	st := newStory(t, Plan{PingInterval: 1000, PingTimeout: 300})
	st.s.pingDue = 1000
	ping := st.at(1000).sends()
	if len(ping) != 1 || ping[0].op != wsclient.OpPing {
		t.Fatalf("got %v, want a Ping", ping)
	}
	if at := st.s.next(st.worker); at != 1300 {
		t.Errorf("next: got %d, want 1300, when the Pong comes too late", at)
	}
	st.at(1200).hears(appendFrame(nil, fin|byte(wsclient.OpPong), ping[0].payload))
	if more := st.at(1900).sends(); len(more) > 0 || st.s.state != stateOpen {
		t.Fatalf("got %v, state %d after a Pong in time", more, st.s.state)
	}
	if ping = st.at(2000).sends(); len(ping) != 1 {
		t.Fatalf("got %v, want the next Ping", ping)
	}
	st.at(2299)
	if st.s.state != stateOpen {
		t.Fatal("lost before its time")
	}
	st.at(2300)
	st.isOver(stats.Connections{Dropped: 1})
	st.fails(one(stats.ErrPingTimeout))
	// What it did not survive is the silence before the Ping.
	wantIdle(t, st, 800)
}

// TestPingTimeoutOfAnUnsentPing: a Ping that has to wait behind a message for a peer
// that reads nothing is as good as unanswered; while the peer reads on, it waits.
func TestPingTimeoutOfAnUnsentPing(t *testing.T) {
	st := newStory(t, Plan{PingInterval: 1000, PingTimeout: 300})
	st.s.pingDue = 1000
	st.at(900)
	st.s.block()
	if at := st.s.next(st.worker); at != 1300 {
		t.Errorf("next: got %d, want 1300, the timeout behind the Ping's time", at)
	}
	st.at(1250).hears(appendFrame(nil, firstPing, nil)) // it still moves
	st.at(1549)
	if st.s.state != stateOpen {
		t.Fatal("lost before its time")
	}
	st.at(1550)
	st.isOver(stats.Connections{Dropped: 1})
	st.fails(one(stats.ErrPingTimeout))
}

// wantIdle checks the one silence before a loss.
func wantIdle(t *testing.T, st *story, want int64) {
	t.Helper()
	got := st.result().Latency["idle"]
	if want == 0 && got == nil {
		return
	}
	if got == nil || got.Count != 1 || got.MinNS > want || got.MaxNS < want {
		t.Errorf("idle: got %+v, want one of %d ns", got, want)
	}
}

func TestSilenceBeforeALoss(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(st *story)
		idle int64
	}{
		{"FIN", func(st *story) { st.at(700).eof() }, 700},
		{"RST after a message from the server", func(st *story) {
			st.at(300).echoes([]byte("hello"))
			st.at(700).reset()
		}, 400},
		{"Close frame", func(st *story) { st.at(700).hears(closeFrame(1001, "")) }, 700},
		{"RST in answer to a Ping", func(st *story) {
			st.s.pingDue = 500
			st.at(500).sends()
			st.at(520).reset()
		}, 500},
		{"the peer broke the protocol", func(st *story) { st.at(700).hears([]byte{0xFF, 0xFF}) }, 0},
		{"in our close phase", func(st *story) {
			st.at(700).ends()
			st.sends()
			st.at(800).eof()
		}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			st := newStory(t, Plan{})
			c.do(st)
			wantIdle(t, st, c.idle)
		})
	}
}

func TestSilencesAreSpread(t *testing.T) {
	lengths := func(q Silences, n int) []time.Duration {
		var all []time.Duration
		for k := range n {
			all = append(all, q.of(uint32(k), n))
		}
		return all
	}
	for _, c := range []struct {
		q    Silences
		n    int
		want []time.Duration
	}{
		{Silences{0, 100}, 4, []time.Duration{25, 50, 75, 100}},
		{Silences{0, 100}, 1, []time.Duration{100}},
		{Silences{50, 100}, 4, []time.Duration{60, 70, 80, 90}},
		{Silences{50, 100}, 1, []time.Duration{75}},
	} {
		if got := lengths(c.q, c.n); !slices.Equal(got, c.want) {
			t.Errorf("%v for %d connections: got %v, want %v", c.q, c.n, got, c.want)
		}
	}
}

// TestSilenceIsTried: silent until it is over, a Ping, and a Close frame behind
// the Pong. What the server says begins it anew.
func TestSilenceIsTried(t *testing.T) {
	st := newStory(t, Plan{Silences: Silences{To: 1000}, PingTimeout: 300})
	st.at(600).hears(appendFrame(nil, fin|byte(wsclient.OpPing), nil))
	if got := st.sends(); len(got) != 1 || got[0].op != wsclient.OpPong {
		t.Fatalf("got %v, want a Pong", got)
	}
	if got := st.at(1599).sends(); len(got) > 0 {
		t.Fatalf("got %v in the silence", got)
	}
	if r := st.run.idleRound(); r.Broken != 1 {
		t.Errorf("got %+v, want a silence that was broken", r)
	}
	ping := st.at(1600).sends()
	if len(ping) != 1 || ping[0].op != wsclient.OpPing {
		t.Fatalf("got %v, want a Ping", ping)
	}
	st.at(1700).hears(appendFrame(nil, fin|byte(wsclient.OpPong), ping[0].payload))
	st.wantClose(wsclient.StatusNormalClosure, "")
	want := stats.IdleRound{ToS: 1e-6, Survived: 1, SurvivedS: 1e-6}
	if got := st.run.idleRound(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// A cutter is what a server does with a connection that was silent for too long.
type cutter func(c *gorilla.Conn, over <-chan struct{})

// cuts starts a server that answers Pings, and cuts connections after a silence.
func cuts(t *testing.T, after time.Duration, cut cutter) *echoServer {
	return new(echoServer).start(t, func(s *echoServer, w http.ResponseWriter, r *http.Request) {
		var up gorilla.Upgrader
		c, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer c.Close()
		heard := func() { c.SetReadDeadline(time.Now().Add(after)) }
		answer := c.PingHandler()
		c.SetPingHandler(func(data string) error {
			heard()
			return answer(data)
		})
		heard()
		_, _, err = c.ReadMessage()
		if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
			cut(c, s.over)
		}
	})
}

// TestFindIdleTimeout: whichever way connections are cut, it is found out after
// how much silence.
func TestFindIdleTimeout(t *testing.T) {
	t.Parallel() // it mostly waits
	const limit = 500 * time.Millisecond
	type server struct {
		cut  cutter
		how  stats.Class
		told bool
	}
	atOnce(t, 8, map[string]server{
		"FIN": {func(*gorilla.Conn, <-chan struct{}) {}, stats.ErrEOF, true},
		"RST": {func(c *gorilla.Conn, _ <-chan struct{}) { c.NetConn().(*net.TCPConn).SetLinger(0) }, stats.ErrReset, true},
		"Close frame": {func(c *gorilla.Conn, _ <-chan struct{}) {
			c.WriteControl(gorilla.CloseMessage, gorilla.FormatCloseMessage(1001, ""), time.Time{})
		}, stats.ErrPeerClosed, true},
		// As a box that forgets a connection and drops its packets.
		"silently": {func(_ *gorilla.Conn, over <-chan struct{}) { <-over }, stats.ErrPingTimeout, false},
	}, func(t *testing.T, p Plan, c server) {
		s := cuts(t, limit, c.cut)
		p = aimed(t, p, s.URL())
		p.CloseTimeout = 50 * time.Millisecond // nobody answers behind a cut
		p.Silences, p.PingTimeout = Silences{To: 3 * time.Second}, 500*time.Millisecond
		r := load(t, t.Context(), p)
		i := r.IdleTimeout
		if i == nil || len(i.Rounds) != 1 {
			t.Fatalf("got %+v, want a round", i)
		}
		// Not how long exactly: the server counts from a moment before the client.
		if i.CutS == 0 || i.SurvivedS >= i.CutS || i.How != c.how.String() || i.Told != c.told {
			t.Errorf("got %+v, want a cut by %v", i, c.how)
		}
		round := i.Rounds[0]
		if round.Connections != 10 || round.Cut < enoughCut || round.Survived+round.Cut > 10 || round.Broken != 0 {
			t.Errorf("got %+v", round)
		}
		if l := r.Latency["idle"]; l == nil || l.Count != round.Cut {
			t.Errorf("idle: got %+v, want the %d that were cut", l, round.Cut)
		}
	})
}

// TestNoIdleTimeout: each connection survives its silence, and is closed.
func TestNoIdleTimeout(t *testing.T) {
	t.Parallel() // it mostly waits
	s := new(echoServer).start(t, withGorilla)
	eachDriver(t, func(t *testing.T, p Plan) {
		p = aimed(t, p, s.URL())
		p.Silences = Silences{To: 100 * time.Millisecond}
		r := load(t, t.Context(), p)
		wantErrors(t, r)
		wantConnections(t, r, stats.Connections{Requested: 10, Opened: 10, Closed: 10})
		if i := r.IdleTimeout; i.Rounds[0].Survived != 10 || i.SurvivedS < 0.1 || i.CutS != 0 {
			t.Errorf("got %+v, want all to survive", i)
		}
	})
}

// TestPingTimeoutOnTheWire: a server that is no longer there shows by the Pong
// that does not come.
func TestPingTimeoutOnTheWire(t *testing.T) {
	eachDriver(t, func(t *testing.T, p Plan) {
		s := cuts(t, time.Millisecond, func(_ *gorilla.Conn, over <-chan struct{}) { <-over })
		p = aimed(t, p, s.URL())
		p.Connections, p.Duration = 3, time.Minute
		p.PingInterval, p.PingTimeout = 30*time.Millisecond, 20*time.Millisecond
		r := load(t, t.Context(), p)
		wantConnections(t, r, stats.Connections{Requested: 3, Opened: 3, Dropped: 3})
		wantErrors(t, r, stats.ErrPingTimeout)
	})
}
