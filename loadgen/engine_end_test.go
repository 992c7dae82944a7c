package loadgen

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

// TestServerDies: all connections break in mid-run, and the run ends with them.
func TestServerDies(t *testing.T) {
	for name, plan := range map[string]func(p *Plan){
		"closed loop":           func(p *Plan) { p.InFlight, p.Duration = 1, time.Minute },
		"a number of messages":  func(p *Plan) { p.InFlight, p.Messages = 2, 100_000 },
		"open loop":             func(p *Plan) { p.Rate, p.Duration = 5000, time.Minute },
		"open loop, a number":   func(p *Plan) { p.Rate, p.Messages = 5000, 100_000 },
		"in the middle of warm": func(p *Plan) { p.InFlight, p.Warmup, p.Duration = 1, time.Minute, time.Minute },
	} {
		t.Run(name, func(t *testing.T) {
			eachDriver(t, func(t *testing.T, p Plan) {
				var s *wildServer
				var n atomic.Int64
				s = startWild(t, &wildServer{wild: func(c *wildConn) {
					c.talk(func(op wsclient.Opcode, b []byte) {
						c.answer(op, b)
						if n.Add(1) == 20 {
							c.s.hangUp()
						}
					})
				}})
				p = aimed(t, p, s.URL())
				plan(&p)
				r := load(t, t.Context(), p)
				wantConnections(t, r, stats.Connections{Requested: 10, Opened: 10, Dropped: 10})
				if p.Warmup == 0 && r.Messages.Received < 10 {
					t.Errorf("%+v, want at least the 20 that were answered", r.Messages)
				}
				if p.Messages > 0 && p.InFlight > 0 && r.Messages.Sent+r.Messages.Unsent != p.Messages {
					t.Errorf("%d sent and %d unsent, want %d together", r.Messages.Sent, r.Messages.Unsent, p.Messages)
				}
			})
		})
	}
}

// TestOneReplyIsLost: a run for a number of messages ends although one of its
// replies never comes, with the others.
func TestOneReplyIsLost(t *testing.T) {
	t.Parallel() // it mostly waits
	atOnce(t, 100, map[string]func(p *Plan){
		"closed loop":                    func(p *Plan) { p.InFlight, p.Messages = 1, 1000 },
		"closed loop, many in flight":    func(p *Plan) { p.InFlight, p.Messages = 16, 1000 },
		"open loop":                      func(p *Plan) { p.Rate, p.Messages = 20_000, 1000 },
		"open loop, nothing is read":     func(p *Plan) { p.Rate, p.Messages, p.Sizes = 20_000, 100, []SizeClass{{Min: 1 << 20, Max: 1 << 20}} },
		"one connection, nothing at all": func(p *Plan) { p.Connections, p.InFlight, p.Messages = 1, 1, 1000 },
	}, func(t *testing.T, p Plan, plan func(p *Plan)) {
		s := startWild(t, &wildServer{wild: func(c *wildConn) {
			c.upgrade()
			c.deaf()
		}})
		p = aimed(t, p, s.URL())
		p.Drain, p.CloseTimeout = slowness*time.Second, slowness*time.Second
		plan(&p)
		r := load(t, t.Context(), p)
		s.hangUp()
		all := int64(p.Connections)
		mute := (all + wildEvery - 1) / wildEvery
		wantConnections(t, r, stats.Connections{Requested: all, Opened: all, Closed: all - mute, StillOpen: mute})
		m := r.Messages
		if m.Lost == 0 || m.Received != s.echoed.Load() {
			t.Errorf("%+v, want some lost and %d received", m, s.echoed.Load())
		}
		if p.InFlight > 0 && m.Sent+m.Unsent != p.Messages {
			t.Errorf("%d sent and %d unsent, want %d together", m.Sent, m.Unsent, p.Messages)
		}
	})
}

// TestCloseIsNeverAnswered: the connections stay open for the close timeout, and
// are then said to have.
func TestCloseIsNeverAnswered(t *testing.T) {
	eachDriver(t, func(t *testing.T, p Plan) {
		s := (&echoServer{silent: true}).start(t, withGorilla)
		p = aimed(t, p, s.URL())
		p.Duration, p.CloseTimeout = 10*time.Millisecond, 50*time.Millisecond
		r := load(t, t.Context(), p)
		wantConnections(t, r, stats.Connections{Requested: 10, Opened: 10, StillOpen: 10})
		wantErrors(t, r, stats.ErrCloseTimeout)
		s.stop()
		if s.closed.Load() != 10 {
			t.Errorf("the server saw %d Close frames, want 10", s.closed.Load())
		}
	})
}

// TestCloseCodes: what the plan says goes out, and comes back.
func TestCloseCodes(t *testing.T) {
	eachDriver(t, func(t *testing.T, p Plan) {
		var wrong atomic.Int64
		s := startWild(t, &wildServer{wild: func(c *wildConn) {
			payload, ok := c.talkUntilClose(c.answer)
			if code, reason := wsclient.ParseClose(payload); !ok || code != 4321 || reason != "enough" {
				wrong.Add(1)
			}
			c.send(closeFrame(4999, ""))
		}})
		p = aimed(t, p, s.URL())
		p.InFlight, p.Messages, p.CloseCode, p.CloseReason = 1, 10, 4321, "enough"
		r := load(t, t.Context(), p)
		if len(r.Closes) != 2 || r.Closes[0] != (stats.CloseCount{Sent: 4321, Received: 4321, Count: 8}) ||
			r.Closes[1] != (stats.CloseCount{Sent: 4321, Received: 4999, Count: 2}) || wrong.Load() > 0 {
			t.Errorf("closes %+v, %d of them wrong", r.Closes, wrong.Load())
		}
		wantErrors(t, r)
	})
}

// TestInterrupt ends the run in each of its phases. What was on its way is
// awaited, and what is reported adds up.
func TestInterrupt(t *testing.T) {
	const drain = 100 * time.Millisecond
	at := func(phase string) func(p *Plan, s *echoServer, cancel func()) {
		return func(p *Plan, s *echoServer, cancel func()) {
			p.Progress = func(now Progress) {
				if now.Phase == phase {
					cancel()
				}
			}
		}
	}
	onMessage := func(n int64) func(p *Plan, s *echoServer, cancel func()) {
		return func(p *Plan, s *echoServer, cancel func()) {
			s.after = func([]byte) {
				if s.messages.Load() >= n {
					cancel()
				}
			}
		}
	}
	for _, c := range []struct {
		name  string
		plan  func(p *Plan, s *echoServer, cancel func())
		check func(t *testing.T, p Plan, r *stats.Result)
	}{
		{"before it begins", func(p *Plan, s *echoServer, cancel func()) {
			p.InFlight, p.Duration = 1, time.Hour
			cancel()
		}, nil},
		{"open", func(p *Plan, s *echoServer, cancel func()) {
			p.InFlight, p.Duration = 1, time.Hour
			s.delay = func(n int64) {
				if n == 5 {
					cancel()
					<-s.over
				}
			}
		}, func(t *testing.T, p Plan, r *stats.Result) {
			if r.Connections.Failed != 0 || r.Messages.Sent != 0 {
				t.Errorf("%+v, %+v, %+v; want neither failures nor messages", r.Connections, r.Messages, r.Errors)
			}
		}},
		{"warmup, closed loop", func(p *Plan, s *echoServer, cancel func()) {
			p.InFlight, p.Warmup, p.Duration = 1, time.Hour, time.Hour
			onMessage(100)(p, s, cancel)
		}, func(t *testing.T, p Plan, r *stats.Result) {
			if r.Messages.Sent != 0 || r.WindowS != 0 {
				t.Errorf("%+v in a window of %v s, want nothing", r.Messages, r.WindowS)
			}
		}},
		{"measure, closed loop", func(p *Plan, s *echoServer, cancel func()) {
			p.InFlight, p.Duration = 1, time.Hour
			onMessage(100)(p, s, cancel)
		}, func(t *testing.T, p Plan, r *stats.Result) {
			if r.Messages.Received < 90 || r.Messages.Lost != 0 || r.WindowS <= 0 {
				t.Errorf("%+v in a window of %v s, want 100 received and none lost", r.Messages, r.WindowS)
			}
		}},
		{"measure, a number of messages", func(p *Plan, s *echoServer, cancel func()) {
			p.InFlight, p.Messages = 1, 1<<40
			onMessage(100)(p, s, cancel)
		}, func(t *testing.T, p Plan, r *stats.Result) {
			if r.Messages.Received < 90 || r.Messages.Lost != 0 || r.Messages.Unsent != 0 {
				t.Errorf("%+v, want 100 received, none lost and none unsent", r.Messages)
			}
		}},
		{"measure, open loop", func(p *Plan, s *echoServer, cancel func()) {
			p.Rate, p.Duration = 2000, time.Hour
			onMessage(100)(p, s, cancel)
		}, func(t *testing.T, p Plan, r *stats.Result) {
			if r.Messages.Received < 90 || r.Messages.Lost != 0 || r.Messages.Unsent != 0 {
				t.Errorf("%+v, want 100 received, none lost and none unsent", r.Messages)
			}
		}},
		{"drain", func(p *Plan, s *echoServer, cancel func()) {
			p.Rate, p.Duration, p.Drain, p.CloseTimeout = 10_000, 20*time.Millisecond, drain, drain
			s.silent = true
			at("drain")(p, s, cancel)
		}, checkSchedule},
		{"close", func(p *Plan, s *echoServer, cancel func()) {
			p.Rate, p.Duration, p.Drain, p.CloseTimeout = 10_000, 20*time.Millisecond, drain, drain
			s.silent = true
			at("close")(p, s, cancel)
		}, checkSchedule},
	} {
		t.Run(c.name, func(t *testing.T) {
			eachDriver(t, func(t *testing.T, p Plan) {
				s := new(echoServer)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				c.plan(&p, s, cancel)
				s.start(t, withGorilla)
				p = aimed(t, p, s.URL())
				r := load(t, ctx, p)
				if !r.Interrupted {
					t.Error("the result does not say that it was interrupted")
				}
				if c.check != nil {
					c.check(t, p, r)
				}
			})
		})
	}
}

// checkSchedule: interrupted when sending was over, a run has still sent all that
// was due, and nothing that was due later.
func checkSchedule(t *testing.T, p Plan, r *stats.Result) {
	t.Helper()
	want := int64(p.Rate * p.Duration.Seconds())
	if m := r.Messages; m.Sent != want || m.Lost != want || m.Unsent != 0 {
		t.Errorf("%+v, want %d sent and lost", m, want)
	}
}
