package loadgen

import (
	"context"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	gorilla "github.com/gorilla/websocket"

	"wsstorm/internal/echoserver"
	"wsstorm/stats"
)

func TestHabits(t *testing.T) {
	for _, c := range []struct {
		plan       Plan
		slow, deaf int
	}{
		{Plan{Connections: 1000}, 0, 0},
		{Plan{Connections: 1000, ReadRate: 1}, 1000, 0},
		{Plan{Connections: 1000, ReadRate: 1, SlowShare: 0.1}, 100, 0},
		{Plan{Connections: 1000, DeafShare: 1}, 0, 1000},
		{Plan{Connections: 1000, ReadRate: 1, SlowShare: 0.333, DeafShare: 0.0666}, 333, 67},
		{Plan{Connections: 5, ReadRate: 1, SlowShare: 0.5, DeafShare: 0.5}, 2, 3}, // rounded up once only
		{Plan{Connections: 3, ReadRate: 1, SlowShare: 0.01, DeafShare: 0.01}, 1, 1},
		{Plan{Connections: 1, ReadRate: 1, SlowShare: 0.5, DeafShare: 0.5}, 0, 1},
	} {
		c.plan.Duration = time.Second
		p := completed(t, c.plan)
		var n [numHabits]int
		odd := 0
		for id, h := range p.habits() {
			n[h]++
			odd += id % 2 * int(h) // of a worker of two
		}
		if n[readsSlowly] != c.slow || n[readsNothing] != c.deaf {
			t.Errorf("%+v: got %d slow and %d deaf readers, want %d and %d", c.plan, n[readsSlowly], n[readsNothing], c.slow, c.deaf)
		}
		if all := c.slow + 2*c.deaf; p.Connections == 1000 && (odd < all/3 || odd > all-all/3) {
			t.Errorf("%+v: %d of %d belong to every other connection", c.plan, odd, all)
		}
	}
	a, b := Plan{Connections: 100, DeafShare: 0.5, Seed: 1}, Plan{Connections: 100, DeafShare: 0.5, Seed: 2}
	if slices.Equal(a.habits(), b.habits()) || !slices.Equal(a.habits(), a.habits()) {
		t.Error("the draw does not follow the seed")
	}
}

// withBuiltIn serves with the built-in server, and returns its URL.
func withBuiltIn(t *testing.T) string {
	t.Helper()
	s, err := echoserver.Listen("127.0.0.1:0", echoserver.Config{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return s.URL()
}

// TestBadReaders: how much slow readers read, and that the others are not disturbed.
func TestBadReaders(t *testing.T) {
	t.Parallel() // it mostly waits
	servers := map[string]func(t *testing.T) string{
		"built-in": withBuiltIn,
		"gorilla":  func(t *testing.T) string { return new(echoServer).start(t, withGorilla).URL() },
		"coder":    func(t *testing.T) string { return new(echoServer).start(t, withCoder).URL() },
	}
	loads := map[string]func(*Plan){
		"closed": func(p *Plan) { p.InFlight = 4 },
		"open":   func(p *Plan) { p.Rate = 400 },
	}
	type serverAndLoad struct{ server, load string }
	cases := map[string]serverAndLoad{}
	for server := range servers {
		for load := range loads {
			cases[server+", "+load] = serverAndLoad{server, load}
		}
	}
	atOnce(t, 6, cases, func(t *testing.T, p Plan, c serverAndLoad) {
		const slow, deaf, others, rate = 3, 2, 15, 20_000
		p = aimed(t, p, servers[c.server](t))
		loads[c.load](&p)
		p.Connections, p.Duration = slow+deaf+others, 400*time.Millisecond
		p.ReadRate, p.SlowShare, p.DeafShare = rate, 0.15, 0.1
		p.Sizes = []SizeClass{{Min: 8000, Max: 8000}, {Min: 50_000, Max: 50_000}}
		r := load(t, t.Context(), p)
		wantErrors(t, r)
		n := int64(slow + deaf + others)
		wantConnections(t, r, stats.Connections{Requested: n, Opened: n, Closed: n - deaf, StillOpen: deaf})
		if c := r.Closing; c == nil || c.Connections != n-deaf || c.NeverClosed != 0 {
			t.Errorf("closing: got %+v, want %d, all closed", c, n-deaf)
		}
		if len(r.Groups) != 3 {
			t.Fatalf("got groups %+v, want three", r.Groups)
		}
		all, slowly, nothing := r.Groups[0], r.Groups[1], r.Groups[2]
		if all.Connections != others || slowly.Connections != slow || nothing.Connections != deaf {
			t.Errorf("got groups of %d, %d and %d connections", all.Connections, slowly.Connections, nothing.Connections)
		}
		if all.Messages != r.Messages || r.Messages.Received == 0 || r.Messages.Lost != 0 {
			t.Errorf("the others: %+v; in total: %+v; want the same, and nothing lost", all.Messages, r.Messages)
		}
		// Each may have taken a portion when the window began.
		if most := slow * int64(rate*r.WindowS+rate/readTurns); slowly.BytesReceived > most {
			t.Errorf("slow readers read %d bytes, want %d at most", slowly.BytesReceived, most)
		}
		if nothing.BytesReceived != 0 || nothing.Messages.Received != 0 || nothing.Messages.Sent == 0 {
			t.Errorf("not reading: %d bytes, %+v; want nothing received and something sent", nothing.BytesReceived, nothing.Messages)
		}
	})
}

// TestSlowReadersGetThere: they read as long as there is something to read, in a
// message larger than their buffers too. In a closed loop the server sees that.
func TestSlowReadersGetThere(t *testing.T) {
	atOnce(t, 4, handlers, func(t *testing.T, p Plan, handler func(*echoServer, http.ResponseWriter, *http.Request)) {
		const conns, rounds, rate = 4, 4, 200_000
		ctx, enough := context.WithCancel(t.Context())
		defer enough()
		s := new(echoServer)
		s.after = func([]byte) {
			if s.messages.Load() >= conns*rounds {
				enough()
			}
		}
		p = aimed(t, p, s.start(t, handler).URL())
		p.Connections, p.Duration, p.InFlight = conns, time.Hour, 1
		p.ReadRate, p.Sizes = rate, []SizeClass{{Min: 25_000, Max: 25_000}}
		r := load(t, ctx, p)
		wantErrors(t, r)
		g := r.Groups[0]
		if most := conns * int64(rate*r.WindowS+rate/readTurns); g.BytesReceived > most || g.Messages.Received < 2*conns || g.RTT.MinNS < int64(p.digest(5000)) {
			t.Errorf("got %d bytes, %d replies and a least rtt of %d ns; want %d bytes at most, and what it takes to read a reply",
				g.BytesReceived, g.Messages.Received, g.RTT.MinNS, most)
		}
	})
}

// withDeadline echoes on gorilla/websocket, and cuts who does not read: the small
// buffer fills at once, and the linger makes the end a reset.
func withDeadline(s *echoServer, w http.ResponseWriter, r *http.Request) {
	up := gorilla.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	c, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer c.Close()
	c.NetConn().(*net.TCPConn).SetWriteBuffer(64 << 10)
	for {
		kind, p, err := c.ReadMessage()
		if err != nil {
			return
		}
		c.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
		if c.WriteMessage(kind, p) != nil {
			s.closed.Add(1)
			c.NetConn().(*net.TCPConn).SetLinger(0)
			return
		}
	}
}

// TestBadReadersAreCut: a server that ends connections which do not read is seen
// to, and that is no failure. The run is over when the last of them is gone.
func TestBadReadersAreCut(t *testing.T) {
	const bad = 4
	atOnce(t, 6, map[string]func(*Plan){
		"slow":         func(p *Plan) { p.Rate, p.ReadRate = 40, 200 },
		"deaf":         func(p *Plan) { p.Rate, p.DeafShare = 40, 1 },
		"deaf, closed": func(p *Plan) { p.InFlight, p.DeafShare = 2, 1 },
	}, func(t *testing.T, p Plan, readers func(*Plan)) {
		s := new(echoServer).start(t, withDeadline)
		p = aimed(t, p, s.URL())
		p.Connections, p.Duration = bad, time.Hour
		p.Sizes = []SizeClass{{Min: 400_000, Max: 400_000}}
		readers(&p)
		r := load(t, t.Context(), p)
		s.stop()
		wantErrors(t, r)
		wantConnections(t, r, stats.Connections{Requested: bad, Opened: bad, Dropped: bad})
		if g := r.Groups[0]; g.Cut != bad || g.CutAfterS <= 0 || s.closed.Load() != bad {
			t.Errorf("got %d cut after %v s, the server cut %d, want %d", g.Cut, g.CutAfterS, s.closed.Load(), bad)
		}
		if r.Connections.Lost != 0 || r.Messages.Lost != 0 {
			t.Errorf("got %d connections and %d messages lost, want those of bad readers in their group", r.Connections.Lost, r.Messages.Lost)
		}
	})
}

// TestNobodyReads: where all readers are bad, there is nothing else to tell.
func TestNobodyReads(t *testing.T) {
	t.Parallel() // it mostly waits
	atOnce(t, 2, map[string]func(*Plan){
		"none": func(p *Plan) { p.DeafShare = 1 },
		"slow": func(p *Plan) { p.ReadRate = 1000 },
		"idle": func(p *Plan) { p.ReadRate, p.Rate = 1000, 0 },
	}, func(t *testing.T, p Plan, readers func(*Plan)) {
		p = aimed(t, p, new(echoServer).start(t, withGorilla).URL())
		p.Duration, p.Rate = 100*time.Millisecond, 1000
		readers(&p)
		r := load(t, t.Context(), p)
		wantErrors(t, r)
		if len(r.Groups) != 1 || r.Groups[0].Connections != 10 || r.Messages != (stats.Messages{}) {
			t.Errorf("got groups %+v and messages %+v, want one group, and nothing beside it", r.Groups, r.Messages)
		}
		for _, f := range r.Verdict.Findings {
			if slices.Contains([]string{"rate", "lag", "behind", "queue", "lost", "connections"}, f.Check) {
				t.Errorf("a finding of what bad readers do not tell: %+v", f)
			}
		}
	})
}

// TestSlowReaderHearsWrongBytes: these are a failure, whoever reads them.
func TestSlowReaderHearsWrongBytes(t *testing.T) {
	st := newStory(t, Plan{InFlight: 1, ReadRate: 1000})
	sent := st.messages()[0]
	sent[len(sent)-1] ^= 1
	st.at(time.Second).echoes(sent)
	st.fails(map[stats.Class]int64{stats.ErrMismatched: 1})
	st.sends()
	g := st.ends().result().Groups[readsSlowly]
	if m := g.Messages; m.Sent != 2 || m.Received != 1 || m.Mismatched != 1 || m.Lost != 1 || g.RTT.MaxNS < int64(time.Second) {
		t.Errorf("got %+v and %+v, want one of two messages received, with other bytes, after a second", m, g.RTT)
	}
}
