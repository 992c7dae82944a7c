package loadgen

import (
	"net/http"
	"testing"
	"time"

	gorilla "github.com/gorilla/websocket"

	"wsstorm/stats"
)

// TestReconnectAfterAStorm: all leave at once, all come back, and traffic goes on.
func TestReconnectAfterAStorm(t *testing.T) {
	server := new(echoServer).start(t, withGorilla)
	atOnce(t, 4, map[string]Exit{
		"handshake": ExitHandshake, "fin": ExitFIN, "rst": ExitReset, "vanish": ExitVanish,
	}, func(t *testing.T, p Plan, exit Exit) {
		p = aimed(t, p, server.URL())
		p.Connections, p.InFlight, p.Duration = 60, 1, 700*time.Millisecond
		p.CloseShare, p.CloseAt = 1, 100*time.Millisecond
		p.Exits = []ExitShare{{exit, 1}}
		p.Reconnect = Reconnect{Kind: ReconnectJitter, Base: 100 * time.Millisecond, Cap: time.Second}
		r := load(t, t.Context(), p)
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
	server := new(echoServer).start(t, closesAfter(20))
	eachDriver(t, func(t *testing.T, p Plan) {
		p = aimed(t, p, server.URL())
		p.Connections, p.Rate, p.Duration = 10, 2000, 500*time.Millisecond
		p.Reconnect = Reconnect{Kind: ReconnectImmediate}
		r := load(t, t.Context(), p)
		c, v := r.Connections, r.Recovery
		if v == nil || v.Lost < 5 || v.Recovered == 0 || c.Regained != v.Recovered || v.Lost > c.Lost {
			t.Fatalf("recovery %+v of %+v: want each of 10 connections lost again and again, and regained", v, c)
		}
		if c.PeerClosed == 0 || r.Errors["peer_closed"].Count != c.PeerClosed {
			t.Errorf("%d connections closed by the peer, errors %+v", c.PeerClosed, r.Errors)
		}
		m := r.Messages
		if due := m.Sent + m.Unsent; due < 996 || due > 1004 || m.Withdrawn > 0 {
			t.Errorf("%d messages sent, %d unsent, %d withdrawn; want 1000 of the first two", m.Sent, m.Unsent, m.Withdrawn)
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
			p.Connections, p.InFlight, p.Duration = 20, 1, 500*time.Millisecond
			p.CloseShare, p.CloseAt = 1, 50*time.Millisecond
			p.Reconnect = Reconnect{Kind: ReconnectFixed, Base: 20 * time.Millisecond}
			r := load(t, t.Context(), p)
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
	server := new(echoServer).start(t, withCoder)
	atOnce(t, 3, map[string]Lifetime{
		"exp":     {Kind: LifetimeExp, Mean: 100 * time.Millisecond},
		"fixed":   {Kind: LifetimeFixed, Mean: 100 * time.Millisecond},
		"uniform": {Kind: LifetimeUniform, Min: 50 * time.Millisecond, Max: 150 * time.Millisecond},
	}, func(t *testing.T, p Plan, lifetime Lifetime) {
		p = aimed(t, p, server.URL())
		p.Connections, p.Rate, p.Duration = 20, 500, 500*time.Millisecond
		p.Lifetime = lifetime
		r := load(t, t.Context(), p)
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
		p.Connections, p.Rate, p.Duration = 2, 20, 500*time.Millisecond
		p.Sizes, p.Reply = []SizeClass{{Min: 32 << 20, Max: 32 << 20}}, ReplyAny
		p.PingInterval, p.PingTimeout = 50*time.Millisecond, 100*time.Millisecond
		p.Drain, p.CloseTimeout = 50*time.Millisecond, 50*time.Millisecond
		p.Reconnect = Reconnect{Kind: ReconnectImmediate}
		r := load(t, t.Context(), p)
		if v := r.Recovery; v == nil || v.Recovered == 0 || r.Errors["ping_timeout"].Count == 0 {
			t.Errorf("recovery %+v, errors %+v: want the connection given up, and back", v, r.Errors)
		}
	})
}
