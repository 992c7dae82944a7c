package loadgen

import (
	"context"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"wsstorm/internal/echoserver"
	"wsstorm/stats"
	"wsstorm/wsclient"
)

// TestCloseStorm: a share of the connections leaves in the middle of the window,
// in each of the ways, and the others go on undisturbed.
func TestCloseStorm(t *testing.T) {
	t.Parallel() // it mostly waits
	server := new(echoServer).start(t, withGorilla)
	atOnce(t, 4, map[string]Exit{
		"handshake": ExitHandshake, "fin": ExitFIN, "rst": ExitReset, "vanish": ExitVanish,
	}, func(t *testing.T, p Plan, exit Exit) {
		p = aimed(t, p, server.URL())
		p.Connections, p.InFlight, p.Duration = 40, 1, time.Second
		p.CloseShare, p.CloseAt, p.CloseWithin = 0.3, 400*time.Millisecond, 50*time.Millisecond
		p.Exits = []ExitShare{{exit, 1}}
		r := load(t, t.Context(), p)
		want := stats.Connections{Requested: 40, Opened: 40, Closed: 40}
		wantConnections(t, r, want)
		wantErrors(t, r)
		c := r.Connections
		if got := [4]int64{c.Closed - c.ClosedFIN - c.ClosedRST - c.Vanished, c.ClosedFIN, c.ClosedRST, c.Vanished}; got[exit] != 40 {
			t.Errorf("closed by handshake, FIN, RST and silence: got %v, want all by %v", got, exit)
		}
		if r.Closing == nil || r.Closing.Connections != 12 || r.Closing.NeverClosed != 0 || (r.Closing.LastGoneS > 0) != (exit != ExitVanish) {
			t.Errorf("closing: got %+v, want 12, the last one gone later unless nobody can tell", r.Closing)
		}
		if len(r.Groups) != 4 || r.Groups[groupLeaving].Connections != 12 || r.Groups[groupBefore].Connections != 28 {
			t.Fatalf("groups: got %+v, want 4 of them, 12 connections leaving and 28 staying", r.Groups)
		}
		for k, g := range r.Groups {
			// A busy machine may come to no message in one of the times.
			if g.Messages.Sent == 0 && (k == groupLeaving || k == groupBefore) || g.Messages.Lost > 0 || g.Messages.Abandoned > 12 {
				t.Errorf("%s: %+v", g.Name, g.Messages)
			}
		}
	})
}

// TestCloseStormOfAnOpenLoop: what falls due on connections that have left is not
// offered, and nobody is to blame.
func TestCloseStormOfAnOpenLoop(t *testing.T) {
	server := new(echoServer).start(t, withCoder)
	eachDriver(t, func(t *testing.T, p Plan) {
		p = aimed(t, p, server.URL())
		p.Connections, p.Rate, p.Duration = 20, 1000, 600*time.Millisecond
		p.CloseShare, p.CloseAt = 0.5, 300*time.Millisecond
		r := load(t, t.Context(), p)
		wantErrors(t, r)
		m := r.Messages
		if due := m.Sent + m.Withdrawn; due < 598 || due > 602 {
			t.Errorf("%d messages sent and %d withdrawn, want 600 together", m.Sent, m.Withdrawn)
		}
		late := slices.ContainsFunc(r.Verdict.Findings, func(f stats.Finding) bool { return f.Check == "lag" || f.Check == "behind" })
		if m.Withdrawn < 100 && !late || m.Withdrawn > 151 {
			t.Errorf("%d messages withdrawn, want a quarter of 600: half of the connections for half of the time", m.Withdrawn)
		}
		for _, f := range r.Verdict.Findings {
			if f.Check == "rate" && !late || f.Check == "connections" { // a busy machine offers less
				t.Errorf("finding: %+v", f)
			}
		}
	})
}

// TestClosesSpreadOverTheEnd: without a storm in the window, the closes at the end
// are spread.
func TestClosesSpreadOverTheEnd(t *testing.T) {
	server := new(echoServer).start(t, withGorilla)
	eachDriver(t, func(t *testing.T, p Plan) {
		p = aimed(t, p, server.URL())
		p.Connections, p.InFlight, p.Duration = 10, 1, 50*time.Millisecond
		p.CloseWithin = 300 * time.Millisecond
		r := load(t, t.Context(), p)
		wantConnections(t, r, stats.Connections{Requested: 10, Opened: 10, Closed: 10})
		if got := r.Closing; got == nil || got.Connections != 10 || got.WithinS != 0.3 || got.LastGoneS < 0.27 {
			t.Errorf("closing: got %+v, want 10 over 0.3 s", got)
		}
	})
}

// TestNobodyAnswersTheStorm: a server that never answers is told as such.
func TestNobodyAnswersTheStorm(t *testing.T) {
	server := (&echoServer{silent: true}).start(t, withGorilla)
	eachDriver(t, func(t *testing.T, p Plan) {
		p = aimed(t, p, server.URL())
		p.Connections, p.Duration, p.CloseTimeout = 10, 300*time.Millisecond, 100*time.Millisecond
		p.CloseShare, p.CloseAt = 0.5, 50*time.Millisecond
		r := load(t, t.Context(), p)
		wantConnections(t, r, stats.Connections{Requested: 10, Opened: 10, StillOpen: 10})
		wantErrors(t, r, stats.ErrCloseTimeout)
		if got := r.Closing; got == nil || got.Connections != 5 || got.NeverClosed != 5 {
			t.Errorf("closing: got %+v, want 5, none of them closed by the server", got)
		}
	})
}

// TestStormAfterLosses: the storm takes those that the server had closed before and
// that have come back; whoever has not come back is not among those it closed.
func TestStormAfterLosses(t *testing.T) {
	atOnce(t, 4, map[string]ReconnectKind{"back": ReconnectImmediate, "gone": ReconnectNone}, func(t *testing.T, p Plan, kind ReconnectKind) {
		server := withFaults(t, echoserver.Faults{Seed: 4, CloseAfter: echoserver.After{Messages: 1, Share: 0.5}})
		p = aimed(t, p, server.URL())
		p.Connections, p.Rate, p.Duration = 20, 400, 600*slowness*time.Millisecond
		p.CloseShare, p.CloseAt = 1, 300*slowness*time.Millisecond
		p.Exits = []ExitShare{{ExitReset, 1}}
		p.Reconnect = Reconnect{Kind: kind}
		r := load(t, t.Context(), p)
		c, closing := r.Connections, r.Closing
		if c.PeerClosed == 0 || closing == nil {
			t.Fatalf("connections %+v, closing %+v: want losses before a storm", c, closing)
		}
		if kind == ReconnectNone && (closing.Connections != 20-c.PeerClosed || closing.Connections != c.ClosedRST) {
			t.Errorf("%d closed by the storm, %d by a reset and %d by the peer of 20 before", closing.Connections, c.ClosedRST, c.PeerClosed)
		}
		if kind == ReconnectImmediate && closing.Connections <= 12 {
			t.Errorf("%d closed by the storm, want more than the 12 of 20 that were never lost", closing.Connections)
		}
	})
}

// TestTheStormTakesWhoCameBack: whoever is lost before the storm leaves in it all
// the same, if it is back by then; whoever is away does not, and does not leave
// later either. What the storm sums up are those that left.
func TestTheStormTakesWhoCameBack(t *testing.T) {
	const n = 10
	r := openRun(t, Plan{
		Connections: n, Workers: 1, Duration: 10 * time.Second, CloseShare: 1, CloseAt: 5 * time.Second,
		Exits: []ExitShare{{ExitReset, 1}}, Reconnect: Reconnect{Kind: ReconnectFixed, Base: time.Second},
	})
	w, start := r.workers[0], r.ctl.start.get()
	lose := func(i int, at time.Duration) {
		w.sessions[i].ended(w, start+at, stats.ErrReset, errLost)
		w.buried(i)
	}
	back := func(at time.Duration) {
		i, _ := w.dial(start+at, n)
		if i < 0 {
			t.Fatalf("nobody comes back at %v", at)
		}
		w.sessions[i].opened(w, start+at, wsclient.Timings{})
	}
	lose(0, time.Second)
	back(2 * time.Second)
	lose(1, 4500*time.Millisecond)
	storm := start + 5*time.Second
	for i := range w.sessions {
		if s := &w.sessions[i]; i != 1 {
			if at := s.next(w); at != storm {
				t.Errorf("session %d is to be woken at %v, want %v", i, at-start, storm-start)
			}
			s.wake(w, storm)
			if s.state != stateOver {
				t.Errorf("session %d is not closed by the storm", i)
			}
			w.buried(i)
		}
	}
	back(5500 * time.Millisecond)
	if s := &w.sessions[1]; s.state != stateOpen || s.next(w) < start+10*time.Second {
		t.Errorf("session 1, away during the storm, is in state %d and woken at %v, want it open to the end", s.state, s.next(w)-start)
	}
	for range n - 1 {
		back(6 * time.Second)
	}
	if w.leaving != 0 || w.away != 0 {
		t.Errorf("%d leaving and %d away when all are back", w.leaving, w.away)
	}
	r.ctl.storm.set(storm)
	if got := r.closingOf(0); got == nil || got.Connections != n-1 || got.LastGoneS != 0 {
		t.Errorf("closing: got %+v, want %d, gone at once", got, n-1)
	}
}

// TestInterruptedBeforeTheStorm: nothing is told of a storm that did not come.
func TestInterruptedBeforeTheStorm(t *testing.T) {
	server := new(echoServer).start(t, withGorilla)
	eachDriver(t, func(t *testing.T, p Plan) {
		ctx, interrupt := context.WithCancel(t.Context())
		defer interrupt()
		p = aimed(t, p, server.URL())
		p.Connections, p.InFlight, p.Duration = 10, 1, time.Minute
		p.CloseShare, p.CloseAt = 0.5, 30*time.Second
		p.Progress = func(now Progress) {
			if now.Phase == "measure" {
				interrupt()
			}
		}
		r := load(t, ctx, p)
		wantConnections(t, r, stats.Connections{Requested: 10, Opened: 10, Closed: 10})
		if !r.Interrupted || r.Closing != nil {
			t.Errorf("interrupted %v, closing %+v; want no closing", r.Interrupted, r.Closing)
		}
	})
}

// TestInterruptedCloses: whoever interrupts a run does not wait for connections that
// take turns to be closed, neither before nor while they do.
func TestInterruptedCloses(t *testing.T) {
	for _, length := range []time.Duration{20 * time.Millisecond, time.Hour} {
		eachDriver(t, func(t *testing.T, p Plan) {
			ctx, interrupt := context.WithCancel(t.Context())
			server := new(echoServer).start(t, interruptsAt(10, 200*time.Millisecond, interrupt))
			p = aimed(t, p, server.URL())
			p.Connections, p.InFlight, p.Duration, p.CloseWithin = 10, 1, length, time.Hour
			r := load(t, ctx, p)
			wantConnections(t, r, stats.Connections{Requested: 10, Opened: 10, Closed: 10})
			if !r.Interrupted {
				t.Error("got that it was not interrupted")
			}
			if c := r.Closing; c == nil || c.WithinS > 60 || length == time.Hour && c.WithinS != 0 {
				t.Errorf("closing: got %+v, want closes until the interruption", c)
			}
		})
	}
}

// TestInterruptedWhileOpening: the window is empty, and the closes come behind it.
func TestInterruptedWhileOpening(t *testing.T) {
	eachDriver(t, func(t *testing.T, p Plan) {
		ctx, interrupt := context.WithCancel(t.Context())
		server := new(echoServer).start(t, interruptsAt(3, 50*time.Millisecond, interrupt))
		p = aimed(t, p, server.URL())
		p.Connections, p.ConnectRate, p.InFlight, p.Duration = 1000, 50, 1, time.Second
		r := load(t, ctx, p)
		if c := r.Closing; c == nil || c.Connections == 0 || c.AtS < 0 || c.LastGoneS < 0 || r.WindowS != 0 {
			t.Errorf("window %v s, closing %+v; want closes at its end", r.WindowS, c)
		}
	})
}

// interruptsAt is withGorilla, and interrupts some time after connection n has come.
func interruptsAt(n int64, after time.Duration, interrupt func()) func(*echoServer, http.ResponseWriter, *http.Request) {
	var come atomic.Int64
	return func(s *echoServer, w http.ResponseWriter, r *http.Request) {
		if come.Add(1) == n {
			time.AfterFunc(after, interrupt)
		}
		withGorilla(s, w, r)
	}
}
