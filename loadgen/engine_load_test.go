package loadgen

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

// handlers are the servers that engine tests run against.
var handlers = map[string]func(*echoServer, http.ResponseWriter, *http.Request){
	"gorilla": withGorilla,
	"coder":   withCoder,
}

// TestExactNumberOfMessages: exactly as many as were asked for are sent, arrive,
// and come back, whatever the number of connections.
func TestExactNumberOfMessages(t *testing.T) {
	for name, handler := range handlers {
		for _, c := range []struct {
			messages        int64
			conns, inFlight int
		}{{10_000 / slowness, 50, 1}, {1000, 7, 13}, {1, 50, 1}, {49, 50, 1}, {51, 50, 4}} {
			t.Run(fmt.Sprintf("%s, %d over %d", name, c.messages, c.conns), func(t *testing.T) {
				eachDriver(t, func(t *testing.T, p Plan) {
					s := new(echoServer).start(t, handler)
					p = aimed(t, p, s.URL())
					p.Connections, p.InFlight, p.Messages = c.conns, c.inFlight, c.messages
					r := load(t, t.Context(), p)
					if m := r.Messages; m.Sent != c.messages || m.Received != c.messages || s.messages.Load() != c.messages {
						t.Errorf("got %d sent, %d received, %d seen by the server; want %d", m.Sent, m.Received, s.messages.Load(), c.messages)
					}
					checkAllClosed(t, r, s, c.conns)
				})
			})
		}
	}
}

// checkAllClosed checks that every connection opened and closed in order, and
// that the server saw that too.
func checkAllClosed(t *testing.T, r *stats.Result, s *echoServer, conns int) {
	t.Helper()
	n := int64(conns)
	wantConnections(t, r, stats.Connections{Requested: n, Opened: n, Closed: n})
	s.stop() // its handlers may still be about to count
	if s.opened.Load() != n || s.closed.Load() != n {
		t.Errorf("the server saw %d connections and %d closed, want %d", s.opened.Load(), s.closed.Load(), n)
	}
	wantErrors(t, r)
}

// TestLoads runs every kind of load once.
func TestLoads(t *testing.T) {
	const n = 600 / slowness
	closed := func(p *Plan) { p.InFlight, p.Messages = 2, n }
	for _, c := range []struct {
		name  string
		plan  func(p *Plan)
		check func(t *testing.T, s *echoServer, r *stats.Result)
	}{
		{"sizes, a row each", func(p *Plan) {
			p.Sizes = []SizeClass{{Min: 0, Max: 0}, {Min: 125, Max: 125}, {Min: 126, Max: 126}, {Min: 127, Max: 127}, {Min: 65535, Max: 65535}, {Min: 65536, Max: 65536}}
		}, func(t *testing.T, s *echoServer, r *stats.Result) {
			if len(r.Sizes) != 6 || r.Sizes[4].Bytes != "65535" {
				t.Fatalf("rows: %+v", r.Sizes)
			}
			for _, row := range r.Sizes {
				if row.Messages.Received < n/12 || row.RTT.Count != row.Messages.Received {
					t.Errorf("size %s: %d received, %d timed, want about %d", row.Bytes, row.Messages.Received, row.RTT.Count, n/6)
				}
			}
		}},
		{"weights and a range", func(p *Plan) {
			p.Sizes = []SizeClass{{Min: 64, Max: 4096, Weight: 9}, {Min: 100_000, Max: 100_000}}
		}, func(t *testing.T, s *echoServer, r *stats.Result) {
			large := r.Sizes[1].Messages.Received
			if large < n/20 || large > n/5 || r.Sizes[0].Bytes != "64-4096" {
				t.Errorf("%d of %d messages were of the class with a tenth of the weight", large, n)
			}
		}},
		{"text", func(p *Plan) { p.Text = true }, func(t *testing.T, s *echoServer, r *stats.Result) {
			if s.text.Load() != n {
				t.Errorf("%d text messages, want %d", s.text.Load(), n)
			}
		}},
		{"a file as text", func(p *Plan) {
			p.Text, p.Payload, p.PayloadData = true, PayloadFile, []byte(`{"say":"grüß dich"}`)
			p.Sizes = []SizeClass{{Min: 21, Max: 21}}
		}, func(t *testing.T, s *echoServer, r *stats.Result) {
			if s.text.Load() != n || s.bytes.Load() != 21*n {
				t.Errorf("%d text messages, %d bytes; want %d, %d", s.text.Load(), s.bytes.Load(), n, 21*n)
			}
		}},
		{"zeros", func(p *Plan) { p.Payload = PayloadZero }, nil},
		{"fragments", func(p *Plan) { p.Fragment, p.Sizes = 7, []SizeClass{{Min: 0, Max: 200}} }, nil},
		{"random fragments, Pings in between", func(p *Plan) {
			p.Fragment, p.Sizes = FragmentRandom, []SizeClass{{Min: 20, Max: 70_000}}
		}, func(t *testing.T, s *echoServer, r *stats.Result) {
			if s.pings.Load() == 0 || r.Latency["ping"] == nil {
				t.Errorf("%d Pings, latency %+v", s.pings.Load(), r.Latency["ping"])
			}
		}},
		{"a message of 4 MiB", func(p *Plan) {
			p.Messages, p.Connections, p.Sizes = 6, 3, []SizeClass{{Min: 4 << 20, Max: 4 << 20}}
		}, func(t *testing.T, s *echoServer, r *stats.Result) {
			if got := s.bytes.Load(); got != 6*4<<20 {
				t.Errorf("the server saw %d bytes, want 24 MiB", got)
			}
			if b := r.Bytes; b.Sent < 24<<20 || b.Received < 24<<20 {
				t.Errorf("bytes on the wire: %+v", b)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for name, handler := range handlers {
				t.Run(name, func(t *testing.T) {
					eachDriver(t, func(t *testing.T, p Plan) {
						s := new(echoServer).start(t, handler)
						p = aimed(t, p, s.URL())
						closed(&p)
						c.plan(&p)
						r := load(t, t.Context(), p)
						if m := r.Messages; m.Sent != p.Messages || m.Received != p.Messages || s.messages.Load() != p.Messages {
							t.Errorf("got %d sent, %d received, %d seen by the server; want %d", m.Sent, m.Received, s.messages.Load(), p.Messages)
						}
						if c.check != nil {
							c.check(t, s, r)
						}
						checkAllClosed(t, r, s, p.Connections)
					})
				})
			}
		})
	}
}

// TestOpenLoopIsExact: rate times duration messages, no more and no less.
func TestOpenLoopIsExact(t *testing.T) {
	for _, c := range []struct {
		name string
		plan func(p *Plan)
		want int64 // 0: to be drawn
	}{
		{"constant", func(p *Plan) { p.Rate = 4000 }, 400},
		{"constant, behind a warm-up", func(p *Plan) { p.Rate, p.Warmup = 2000, 50*time.Millisecond }, 200},
		{"faster than it can be", func(p *Plan) { p.Rate, p.Duration = 400_000, 10*time.Millisecond }, 4000},
		{"a number of messages", func(p *Plan) { p.Rate, p.Duration, p.Messages = 5000, 0, 777 }, 777},
		{"a number of messages that takes less than the time", func(p *Plan) { p.Rate, p.Messages = 20_000, 777 }, 777},
		{"poisson", func(p *Plan) { p.Rate, p.Arrival = 4000, Poisson }, 0},
		{"poisson, a number of messages", func(p *Plan) { p.Rate, p.Arrival, p.Duration, p.Messages = 5000, Poisson, 0, 500 }, 500},
		{"stages", func(p *Plan) {
			p.Duration = 0
			p.Stages = []Stage{{50 * time.Millisecond, 1000, 1000}, {100 * time.Millisecond, 1000, 3000}}
		}, 250},
	} {
		t.Run(c.name, func(t *testing.T) {
			eachDriver(t, func(t *testing.T, p Plan) {
				s := new(echoServer).start(t, withGorilla)
				p = aimed(t, p, s.URL())
				p.Duration = 100 * time.Millisecond
				c.plan(&p)
				want := c.want
				if want == 0 {
					all, _ := dues(openRun(t, p), p.Duration)
					want = int64(len(all))
				}
				r := load(t, t.Context(), p)
				if m := r.Messages; m.Sent != want || m.Received != want || m.Unsent != 0 {
					t.Errorf("got %d sent, %d received, %d unsent; want %d, %d, 0", m.Sent, m.Received, m.Unsent, want, want)
				}
				checkAllClosed(t, r, s, p.Connections)
			})
		})
	}
}

// TestReplyModesOfARun: messages that need no reply, and replies that need not be
// an echo.
func TestReplyModesOfARun(t *testing.T) {
	t.Run("none", func(t *testing.T) {
		eachDriver(t, func(t *testing.T, p Plan) {
			s := new(echoServer).start(t, withGorilla)
			p = aimed(t, p, s.URL())
			p.InFlight, p.Messages, p.Reply = 1, 1000, ReplyNone
			r := load(t, t.Context(), p)
			if m := r.Messages; m.Sent != 1000 || m.Received != 0 || m.Lost != 0 {
				t.Errorf("got %+v, want 1000 sent", m)
			}
			// Close frames come behind all messages, so the server has seen them.
			if got := s.messages.Load(); got != 1000 {
				t.Errorf("the server saw %d messages, want 1000", got)
			}
			checkAllClosed(t, r, s, p.Connections)
		})
	})
	// A server that reads faster than the engine can write never makes a write
	// wait, and must not keep a worker from everything else.
	t.Run("none, as fast as it can be written", func(t *testing.T) {
		eachDriver(t, func(t *testing.T, p Plan) {
			s := startWild(t, &wildServer{wild: func(c *wildConn) {
				c.upgrade()
				c.idle()
			}})
			p = aimed(t, p, s.URL())
			p.Connections, p.InFlight, p.Reply = 1, 1, ReplyNone
			p.Duration, p.CloseTimeout = 50*time.Millisecond, 50*time.Millisecond
			r := load(t, t.Context(), p)
			if m := r.Messages; m.Sent == 0 {
				t.Errorf("got %+v, want some sent", m)
			}
			wantErrors(t, r, stats.ErrCloseTimeout)
		})
	})
	t.Run("any", func(t *testing.T) {
		eachDriver(t, func(t *testing.T, p Plan) {
			s := startWild(t, &wildServer{wild: func(c *wildConn) {
				c.talk(func(op wsclient.Opcode, _ []byte) { c.answer(op, []byte("ok")) })
			}})
			p = aimed(t, p, s.URL())
			p.Connections, p.InFlight, p.Messages, p.Reply = 1, 3, 100, ReplyAny
			r := load(t, t.Context(), p)
			if m := r.Messages; m.Received != 100 {
				t.Errorf("got %+v, want 100 received", m)
			}
			wantErrors(t, r)
		})
	})
}

// TestHeldConnections: no traffic but Pings.
func TestHeldConnections(t *testing.T) {
	eachDriver(t, func(t *testing.T, p Plan) {
		var mu sync.Mutex
		s := new(echoServer).start(t, withGorilla)
		p = aimed(t, p, s.URL())
		p.PingInterval = 20 * time.Millisecond
		p.Duration = 150 * time.Millisecond
		var phases []string
		p.Progress = func(now Progress) {
			mu.Lock()
			defer mu.Unlock()
			phases = append(phases, now.Phase)
		}
		r := load(t, t.Context(), p)
		if r.Messages.Sent != 0 || s.messages.Load() != 0 {
			t.Errorf("%d messages were sent, %d arrived", r.Messages.Sent, s.messages.Load())
		}
		ping := r.Latency["ping"]
		if ping == nil || ping.Count > s.pings.Load() || ping.Count < int64(p.Connections) {
			t.Errorf("ping latency %+v of %d Pings, want one a connection at least", ping, s.pings.Load())
		}
		if got, want := fmt.Sprint(phases), "[warmup measure drain close]"; got != want {
			t.Errorf("progress: got %s, want %s", got, want)
		}
		checkAllClosed(t, r, s, p.Connections)
	})
}
