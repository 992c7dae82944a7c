package loadgen

import (
	"io"
	"math"
	"net"
	"net/http"
	"testing"
	"time"

	gorilla "github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"

	"wsstorm/internal/echoserver"
	"wsstorm/stats"
	"wsstorm/wsclient"
)

// TestReconnectAfterAStorm: all leave at once, all come back, and traffic goes on.
func TestReconnectAfterAStorm(t *testing.T) {
	t.Parallel() // it mostly waits
	server := new(echoServer).start(t, withGorilla)
	atOnce(t, 4, map[string]Exit{
		"handshake": ExitHandshake, "fin": ExitFIN, "rst": ExitReset, "vanish": ExitVanish,
	}, func(t *testing.T, p Plan, exit Exit) {
		p = aimed(t, p, server.URL())
		p.Connections, p.InFlight = 60, 1
		p.CloseShare, p.CloseAt = 1, 100*time.Millisecond
		p.Exits = []ExitShare{{exit, 1}}
		p.Reconnect = Reconnect{Kind: ReconnectJitter, Base: 100 * time.Millisecond, Cap: time.Second}
		r := loadUntil(t, p, func(so stats.Totals) bool { return so.Opened == 120 })
		wantConnections(t, r, stats.Connections{Requested: 60, Opened: 120, Closed: 120})
		wantErrors(t, r)
		v := r.Recovery
		if v == nil || v.Lost != 60 || v.Recovered != 60 || v.Attempts != 60 || v.Failed != 0 || v.MostAttempts != 1 {
			t.Fatalf("recovery: got %+v, want 60 of 60 at the first attempt", v)
		}
		if !(0 < v.HalfNS && v.HalfNS <= v.NinetyNineNS && v.NinetyNineNS <= v.AllNS) {
			t.Errorf("half, 99%% and all back after %d, %d, %d ns", v.HalfNS, v.NinetyNineNS, v.AllNS)
		}
		// On a busy machine the last one may be back as the run ends.
		inTime := v.AllNS < int64(300*time.Millisecond)
		if len(r.Groups) != 3 || inTime && r.Groups[groupAfter].Messages.Received == 0 {
			t.Errorf("groups: got %+v, want traffic after the storm", r.Groups)
		}
	})
}

// TestReconnectAfterTheServersDoing: a server that closes each connection after
// some messages is gone back to, and its doing is still an error.
func TestReconnectAfterTheServersDoing(t *testing.T) {
	t.Parallel() // it mostly waits
	server := new(echoServer).start(t, closesAfter(20))
	eachDriver(t, func(t *testing.T, p Plan) {
		p = aimed(t, p, server.URL())
		p.Connections, p.Rate = 10, 2000
		p.Reconnect = Reconnect{Kind: ReconnectImmediate}
		r := loadUntil(t, p, func(so stats.Totals) bool { return so.Opened >= 30 })
		c, v := r.Connections, r.Recovery
		if v == nil || v.Lost < 5 || v.Recovered == 0 || c.Regained != v.Recovered || v.Lost > c.Lost {
			t.Fatalf("recovery %+v of %+v: want each of 10 connections lost again and again, and regained", v, c)
		}
		if c.PeerClosed == 0 || r.Errors["peer_closed"].Count != c.PeerClosed {
			t.Errorf("%d connections closed by the peer, errors %+v", c.PeerClosed, r.Errors)
		}
		m := r.Messages
		if due := float64(m.Sent + m.Unsent); math.Abs(due-2000*r.WindowS) > 20 || m.Withdrawn > 0 {
			t.Errorf("%d messages sent, %d unsent, %d withdrawn in %v s; want 2000 a second of the first two", m.Sent, m.Unsent, m.Withdrawn, r.WindowS)
		}
	})
}

// closesAfter answers so many messages of a connection and closes it.
func closesAfter(n int) func(*echoServer, http.ResponseWriter, *http.Request) {
	return func(s *echoServer, w http.ResponseWriter, r *http.Request) {
		up := gorilla.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
		c, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer c.Close()
		for range n {
			kind, p, err := c.ReadMessage()
			if err != nil || c.WriteMessage(kind, p) != nil {
				return
			}
		}
		c.WriteMessage(gorilla.CloseMessage, gorilla.FormatCloseMessage(1001, "enough"))
		for {
			if _, _, err := c.ReadMessage(); err != nil {
				return
			}
		}
	}
}

// TestReconnectToAServerThatRefuses: attempts that fail are counted, and made
// again, until the server takes them.
func TestReconnectToAServerThatRefuses(t *testing.T) {
	t.Parallel() // it mostly waits
	for name, p := range driverPlans() {
		t.Run(name, func(t *testing.T) {
			server := new(echoServer)
			server.refuse = func(n int64) int {
				if n >= 20 && n < 60 {
					return http.StatusServiceUnavailable
				}
				return 0
			}
			server.start(t, withGorilla)
			p = aimed(t, p, server.URL())
			p.Connections, p.InFlight = 20, 1
			p.CloseShare, p.CloseAt = 1, 50*time.Millisecond
			p.Reconnect = Reconnect{Kind: ReconnectFixed, Base: 20 * time.Millisecond}
			r := loadUntil(t, p, func(so stats.Totals) bool { return so.Opened == 40 })
			wantConnections(t, r, stats.Connections{Requested: 20, Opened: 40, Failed: 40, Closed: 40})
			wantErrors(t, r, stats.ErrUpgradeStatus)
			v := r.Recovery
			if v == nil || v.Lost != 20 || v.Recovered != 20 || v.Attempts != 60 || v.Failed != 40 || v.MostAttempts < 3 {
				t.Errorf("recovery: got %+v, want 20 back after 60 attempts of which 40 failed", v)
			}
		})
	}
}

// TestLifetimes: connections leave and others come in their place, nothing is
// lost by it, and no error is counted.
func TestLifetimes(t *testing.T) {
	t.Parallel() // it mostly waits
	server := new(echoServer).start(t, withCoder)
	atOnce(t, 3, map[string]Lifetime{
		"exp":     {Kind: LifetimeExp, Mean: 100 * time.Millisecond},
		"fixed":   {Kind: LifetimeFixed, Mean: 100 * time.Millisecond},
		"uniform": {Kind: LifetimeUniform, Min: 50 * time.Millisecond, Max: 150 * time.Millisecond},
	}, func(t *testing.T, p Plan, lifetime Lifetime) {
		p = aimed(t, p, server.URL())
		p.Connections, p.Rate = 20, 500
		p.Lifetime = lifetime
		r := loadUntil(t, p, func(so stats.Totals) bool { return so.Opened >= 60 })
		wantErrors(t, r)
		c := r.Connections
		if c.Departed < 20 || c.Reopened < c.Departed-20 || c.Reopened > c.Departed || c.Closed != c.Opened {
			t.Errorf("connections: got %+v, want each of 20 to live several times", c)
		}
		if r.Recovery != nil {
			t.Errorf("recovery: got %+v, want none: nothing was lost", r.Recovery)
		}
	})
}

// TestReconnectFromADeafServer: a connection whose Pong does not come is given up
// also while a write to it waits for room, and comes back.
func TestReconnectFromADeafServer(t *testing.T) {
	t.Parallel() // it mostly waits
	server := new(echoServer).start(t, func(s *echoServer, w http.ResponseWriter, r *http.Request) {
		c, err := new(gorilla.Upgrader).Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer c.Close()
		<-s.over
	})
	eachDriver(t, func(t *testing.T, p Plan) {
		p = aimed(t, p, server.URL())
		// The second one is sent a Ping before its first message is due.
		p.Connections, p.Rate = 2, 20
		p.Sizes, p.Reply = []SizeClass{{Min: 32 << 20, Max: 32 << 20}}, ReplyAny
		p.PingInterval, p.PingTimeout = 50*time.Millisecond, 100*time.Millisecond
		p.Drain, p.CloseTimeout = 50*time.Millisecond, 50*time.Millisecond
		p.Reconnect = Reconnect{Kind: ReconnectImmediate}
		r := loadUntil(t, p, func(so stats.Totals) bool { return so.Opened >= 4 })
		if v := r.Recovery; v == nil || v.Recovered == 0 || r.Errors["ping_timeout"].Count == 0 {
			t.Errorf("recovery %+v, errors %+v: want the connection given up, and back", v, r.Errors)
		}
	})
}

// TestRepliesComeBeforeTheEndOfALife: with messages due more often than replies take,
// a connection whose time is up sends no more and leaves with its replies.
func TestRepliesComeBeforeTheEndOfALife(t *testing.T) {
	t.Parallel() // it mostly waits
	delay, err := echoserver.ParseDelay("fixed:5ms")
	if err != nil {
		t.Fatal(err)
	}
	server := withFaults(t, echoserver.Faults{Delay: delay})
	eachDriver(t, func(t *testing.T, p Plan) {
		p = aimed(t, p, server.URL())
		p.Connections, p.Rate, p.Arrival = 4, 1600, Poisson
		p.Lifetime = Lifetime{Kind: LifetimeFixed, Mean: 150 * time.Millisecond}
		r := loadUntil(t, p, func(so stats.Totals) bool { return so.Opened >= 16 })
		wantErrors(t, r)
		c, m := r.Connections, r.Messages
		if c.Departed < 8 || m.Withdrawn == 0 || m.Sent != m.Received+m.Lost+m.Abandoned || m.Lost > 0 {
			t.Errorf("%+v, %+v: want connections that leave, messages withdrawn, and none lost", c, m)
		}
	})
}

// TestTrafficBeginsWithoutTheLost: a server that takes some connections and sends
// the others away again and again gets the load of those that it took.
func TestTrafficBeginsWithoutTheLost(t *testing.T) {
	t.Parallel() // it mostly waits
	eachDriver(t, func(t *testing.T, p Plan) {
		slots := make(chan struct{}, 2)
		server := new(echoServer).start(t, func(s *echoServer, w http.ResponseWriter, r *http.Request) {
			select {
			case slots <- struct{}{}:
				defer func() { <-slots }()
				withGorilla(s, w, r)
			default: // full: accepted, and told so
				closesAfter(0)(s, w, r)
			}
		})
		p = aimed(t, p, server.URL())
		// Nearly always one of 20 is away.
		p.Connections, p.InFlight = 20, 1
		p.Reconnect = Reconnect{ReconnectJitter, 200 * time.Millisecond, 200 * time.Millisecond}
		r := loadUntil(t, p, func(so stats.Totals) bool { return so.Opened >= 60 })
		if r.WindowS < 0.2 || r.Messages.Received == 0 {
			t.Errorf("window %v s, %+v: want traffic for 0.2 s", r.WindowS, r.Messages)
		}
		if c := r.Connections; c.PeerClosed < 36 || r.Recovery == nil || r.Recovery.Lost < c.PeerClosed/2 {
			t.Errorf("%+v, recovery %+v: want 18 sent away again and again", c, r.Recovery)
		}
	})
}

// TestClosesTakeTurnsWhateverElseIsDue: a connection that waits for its turn to be
// closed does not wake for the end of its life, nor for a Pong that fails to come.
func TestClosesTakeTurnsWhateverElseIsDue(t *testing.T) {
	for name, p := range map[string]Plan{
		"lifetime": {Lifetime: Lifetime{Kind: LifetimeFixed, Mean: 600 * time.Millisecond}},
		"pong":     {PingInterval: 100 * time.Millisecond, PingTimeout: 100 * time.Millisecond},
	} {
		p.Connections, p.Workers, p.Duration, p.CloseWithin = 8, 1, 100*time.Millisecond, time.Second
		r := openRun(t, p)
		w := r.workers[0]
		now := r.ctl.stop.get()
		r.ctl.close.set(now)
		end := now + p.CloseWithin
		for i := range w.sessions {
			s := &w.sessions[i]
			wakes := 0
			for at := now; at < end && s.state == stateOpen; at = s.next(w) {
				if wakes++; wakes > 20 {
					t.Fatalf("%s: session %d woken %d times, at last at %v", name, i, wakes, at-now)
				}
				s.wake(w, at)
				s.fill(w, at, nil)
			}
			if s.state != stateClosing {
				t.Errorf("%s: session %d in state %d at the end, want it closing", name, i, s.state)
			}
		}
	}
}

// TestClosedFromBothEnds: the storm takes a connection whose Close frame waits behind
// a message, and the server closes it meanwhile: what was on its way is given up.
func TestClosedFromBothEnds(t *testing.T) {
	st := newStory(t, Plan{InFlight: 1, CloseShare: 1, CloseAt: time.Second})
	st.life(st.s).leaveAt = time.Second
	st.at(0).messages()
	st.s.block()
	st.at(time.Second)
	st.hears(closeFrame(1001, ""))
	st.s.resume(st.now, true)
	st.sends()
	st.counts(stats.Messages{Sent: 1, Abandoned: 1})
}

// TestAFlushBelongsToOneLife: who is to write for a connection that ends before that,
// and comes back with something else to write, leaves it alone.
func TestAFlushBelongsToOneLife(t *testing.T) {
	p := completed(t, Plan{Connections: 1, Rate: 1, Duration: time.Second, PingInterval: 1, Reconnect: Reconnect{Kind: ReconnectImmediate}})
	r := newRun(p)
	var g errgroup.Group
	d := &portableWorker{worker: r.workers[0], group: &g, clock: r.clock, notify: make(chan struct{}, 1), conns: make([]portableConn, 1)}
	begin := func() (peer net.Conn) {
		conn, peer := net.Pipe()
		t.Cleanup(func() { conn.Close() })
		if i, _ := d.dial(r.clock(), 1); i != 0 {
			t.Fatal("nothing to open")
		}
		d.conns[0].conn = conn
		d.sessions[0].opened(d.worker, r.clock(), wsclient.Timings{})
		d.received(0, r.clock(), nil, nil) // a Ping is due, for another goroutine to write
		return peer
	}
	d.shard.Lock()
	begin()
	d.lives[0].openedAt = -time.Hour
	d.sessions[0].ended(d.worker, r.clock(), stats.ErrEOF, io.EOF)
	d.close(0)
	peer := begin()
	d.shard.Unlock()
	time.Sleep(50 * time.Millisecond) // both have begun to write, if they would
	if _, err := io.ReadFull(peer, make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	peer.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	if n, err := peer.Read(make([]byte, 10)); n > 0 {
		t.Errorf("the second connection was sent %d bytes more than one Ping (%v)", n, err)
	}
	peer.Close()
	g.Wait()
}
