package loadgen

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"wsstorm/stats"
)

// A hostileLife is a way in which a server treats some of the connections that come
// back after a close storm that took all of them.
type hostileLife struct {
	do    func(*wildConn)
	class stats.Class // of each attempt of those
	opens bool        // it gets as far as an open connection
	plan  func(*Plan) // changes to the load, or nil
}

// TestHostileReconnects: whatever becomes of an attempt to come back, there is
// another one, and then the connection is back; those beside it are not disturbed, and
// all of it adds up.
func TestHostileReconnects(t *testing.T) {
	t.Parallel() // it mostly waits
	refusal := func(response string) func(*wildConn) {
		return func(c *wildConn) {
			c.request()
			c.send([]byte(response))
		}
	}
	atOnce(t, 100, map[string]hostileLife{
		"RST in answer to the request": {class: stats.ErrUpgradeClosed, do: func(c *wildConn) {
			c.request()
			c.reset()
		}},
		"RST in the middle of the answer": {class: stats.ErrUpgradeClosed, do: func(c *wildConn) {
			c.request()
			c.send([]byte("HTTP/1.1 101 Switching"))
			c.reset()
		}},
		"FIN in the middle of the answer": {class: stats.ErrUpgradeClosed, do: refusal("HTTP/1.1 101 Switching")},
		"503":                             {class: stats.ErrUpgradeStatus, do: refusal("HTTP/1.1 503 Service Unavailable\r\n\r\n")},
		"SSH":                             {class: stats.ErrUpgrade, do: refusal("SSH-2.0-OpenSSH_9.6\r\n")},
		"wrong Sec-WebSocket-Accept": {class: stats.ErrUpgrade, do: func(c *wildConn) {
			response, _ := c.request()
			c.send([]byte(strings.Replace(response, "Accept: ", "Accept: A", 1)))
			c.idle()
		}},
		"a header without end": {class: stats.ErrUpgrade, do: func(c *wildConn) {
			c.request()
			c.send([]byte("HTTP/1.1 101 Switching Protocols\r\n"))
			c.flood(repeated([]byte("X-Filler: and so on\r\n"), 1<<16))
		}},
		"silence in the middle of the answer": {class: stats.ErrUpgradeTimeout, do: func(c *wildConn) {
			c.request()
			c.send([]byte("HTTP/1.1 101 Switching"))
			c.idle()
		}, plan: func(p *Plan) { p.ConnectTimeout = patience }},
		"RST behind the answer": {class: stats.ErrReset, opens: true, do: func(c *wildConn) {
			c.upgrade()
			c.message() // the client knows that it is open
			c.reset()
		}},
		"FIN behind the answer": {class: stats.ErrEOF, opens: true, do: func(c *wildConn) {
			c.upgrade()
			c.halfClose()
		}},
		"Close behind the answer": {class: stats.ErrPeerClosed, opens: true, do: func(c *wildConn) {
			response, _ := c.request()
			c.send(append([]byte(response), closeFrame(1013, "try again later")...))
			c.awaitClose()
		}},
		"a violation behind the answer": {class: stats.ErrProtocol, opens: true, do: func(c *wildConn) {
			response, _ := c.request()
			c.send(append([]byte(response), 0xFF, 0xFF))
			c.idle()
		}},
	}, func(t *testing.T, p Plan, l hostileLife) {
		p.Connections, p.InFlight = 20, 1
		l.run(t, p, func(n int64) bool { return n > 20 && n <= 30 && n%2 == 0 })
	})
}

// TestUnreadConnectionsComeBack: a connection whose peer does not read what is being
// written is lost like any other, and opened again.
func TestUnreadConnectionsComeBack(t *testing.T) {
	t.Parallel() // it mostly waits
	l := hostileLife{class: stats.ErrProtocol, opens: true, do: func(c *wildConn) {
		c.SetReadBuffer(4096)
		c.upgrade()
		c.r.Peek(1) // of a message
		c.send([]byte{0xFF, 0xFF})
		c.deaf()
	}, plan: func(p *Plan) { p.CloseTimeout = patience }}
	atOnce(t, 2, map[string]hostileLife{"a violation": l}, func(t *testing.T, p Plan, l hostileLife) {
		if slowness > 1 {
			t.Skip("the race detector would look at each of many megabytes")
		}
		p.Connections, p.Rate = 4, 8
		p.Sizes = []SizeClass{{Min: 6 << 20, Max: 6 << 20}} // more than the buffers take
		l.run(t, p, func(n int64) bool { return n == 5 })
	})
}

// run puts the load of p, with a close storm that takes everybody, on a server that
// does what l says with the connections that are picked.
func (l hostileLife) run(t *testing.T, p Plan, picks func(n int64) bool) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := int64(p.Connections)
	var back atomic.Int64
	s := startWild(t, &wildServer{wild: l.do, picks: picks, heard: func(k int64) {
		if k > n && back.Add(1) == n {
			cancel() // it has seen everything
		}
	}})
	p = aimed(t, p, s.URL())
	p.Workers, p.Duration = 1, 20*time.Second
	p.Drain = 10 * patience
	p.CloseShare, p.CloseAt = 1, 10*time.Millisecond
	p.Reconnect = Reconnect{Kind: ReconnectFixed, Base: 20 * time.Millisecond}
	if l.plan != nil {
		l.plan(&p)
	}
	r := load(t, ctx, p)
	s.hangUp()

	hostile := s.hostile.Load()
	c, v := r.Connections, r.Recovery
	want := stats.Connections{Requested: n, Opened: 2 * n, Closed: 2 * n}
	switch {
	case !l.opens:
		want.Failed = hostile
	case l.class == stats.ErrPeerClosed:
		want.Opened += hostile
		want.PeerClosed = hostile
	default:
		want.Opened += hostile
		want.Dropped = hostile
	}
	wantConnections(t, r, want)
	if hostile == 0 || sumOf(r, l.class) != hostile {
		t.Errorf("%d errors of class %v, want %d", sumOf(r, l.class), l.class, hostile)
	}
	for name, e := range r.Errors {
		if name != l.class.String() && name != stats.ErrLost.String() && name != stats.ErrUnsent.String() {
			t.Errorf("%d errors of class %s: %s", e.Count, name, e.Example)
		}
	}
	if v == nil || v.Lost != v.Recovered || v.Lost != n+c.Lost {
		t.Fatalf("recovery: got %+v of %+v, want all of %d and of what the server ended back", v, c, n)
	}
	if c.Reattempts != n+hostile || v.Attempts != c.Reattempts {
		t.Errorf("%d attempts to reconnect, %d of them after a loss, want %d", c.Reattempts, v.Attempts, n+hostile)
	}
	if s.messages.Load() != s.echoed.Load() || s.parted.Load() != 2*n {
		t.Errorf("healthy connections: %d messages, %d echoed, %d connections closed; want %d closed",
			s.messages.Load(), s.echoed.Load(), s.parted.Load(), 2*n)
	}
}
