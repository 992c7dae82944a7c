package loadgen

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

// TestNobodyListens: nothing could be connected, and the result says just that.
func TestNobodyListens(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "ws://" + ln.Addr().String() + "/"
	ln.Close()
	for name, plan := range map[string]func(p *Plan){
		"closed loop": func(p *Plan) { p.InFlight, p.Messages = 1, 100 },
		"open loop":   func(p *Plan) { p.Rate, p.Duration = 100, time.Minute },
	} {
		t.Run(name, func(t *testing.T) {
			eachDriver(t, func(t *testing.T, p Plan) {
				p = aimed(t, p, url)
				plan(&p)
				r := load(t, t.Context(), p)
				wantConnections(t, r, stats.Connections{Requested: 10, Failed: 10})
				if r.Messages.Sent != 0 || r.WindowS != 0 {
					t.Errorf("%d messages in a window of %v s", r.Messages.Sent, r.WindowS)
				}
				if r.Errors["refused"].Count != 10 {
					t.Errorf("errors: %+v", r.Errors)
				}
			})
		})
	}
}

// TestUnknownHost: the name does not resolve, by its own rules (RFC 6761).
func TestUnknownHost(t *testing.T) {
	eachDriver(t, func(t *testing.T, p Plan) {
		p = aimed(t, p, "ws://nobody.invalid:9/")
		p.Connections, p.InFlight, p.Messages = 3, 1, 3
		r := load(t, t.Context(), p)
		if r.Connections.Failed != 3 || r.Errors["dns"].Count != 3 {
			t.Errorf("%+v, errors %+v", r.Connections, r.Errors)
		}
	})
}

// TestLocalhost: a name is resolved, and the time that takes is recorded.
func TestLocalhost(t *testing.T) {
	eachDriver(t, func(t *testing.T, p Plan) {
		s := new(echoServer).start(t, withGorilla)
		p = aimed(t, p, strings.Replace(s.URL(), "127.0.0.1", "localhost", 1))
		p.InFlight, p.Messages = 1, 100
		r := load(t, t.Context(), p)
		if r.Messages.Received != 100 || r.Latency["dns"] == nil || r.Latency["dns"].Count != 10 {
			t.Errorf("%+v, dns %+v", r.Messages, r.Latency["dns"])
		}
		checkAllClosed(t, r, s, p.Connections)
	})
}

// TestSomeAreRefused: the connections that are left do all of the work.
func TestSomeAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		refuse func(n int64) int
		opened int64
	}{
		"every other": {func(n int64) int { return int(n%2) * 503 }, 20},
		"all but one": {func(n int64) int { return int(min(n, 1)) * 403 }, 1},
		"all":         {func(n int64) int { return 404 }, 0},
	} {
		for loop, plan := range map[string]func(p *Plan){
			"closed loop": func(p *Plan) { p.InFlight, p.Messages = 1, 1001 },
			"open loop":   func(p *Plan) { p.Rate, p.Messages = 20_000, 1001 },
		} {
			t.Run(name+", "+loop, func(t *testing.T) {
				eachDriver(t, func(t *testing.T, p Plan) {
					s := (&echoServer{refuse: c.refuse}).start(t, withGorilla)
					p = aimed(t, p, s.URL())
					p.Connections = 40
					plan(&p)
					r := load(t, t.Context(), p)
					wantConnections(t, r, stats.Connections{Requested: 40, Opened: c.opened, Closed: c.opened, Failed: 40 - c.opened})
					want := int64(1001)
					if c.opened == 0 {
						want = 0
					}
					if r.Messages.Received != want || r.Messages.Unsent != 0 && want > 0 {
						t.Errorf("%+v, want %d received", r.Messages, want)
					}
					if e := r.Errors["upgrade_status"]; e.Count != 40-c.opened || !strings.Contains(e.Example, "0") {
						t.Errorf("errors: %+v", r.Errors)
					}
				})
			})
		}
	}
}

// TestConnectionsOpenAsPlanned: not more at the same time, nor sooner, than was
// asked for.
func TestConnectionsOpenAsPlanned(t *testing.T) {
	for _, n := range []int{1, 3} {
		eachDriver(t, func(t *testing.T, p Plan) {
			s := (&echoServer{delay: func(int64) { time.Sleep(time.Millisecond) }}).start(t, withGorilla)
			p = aimed(t, p, s.URL())
			p.Workers, p.ConnectConcurrency = 4, n
			p.Connections, p.InFlight, p.Messages = 25, 1, 25
			r := load(t, t.Context(), p)
			if got := s.most.Load(); got > int64(n) {
				t.Errorf("%d connections were opening at the same time, want at most %d", got, n)
			}
			checkAllClosed(t, r, s, p.Connections)
		})
	}
	eachDriver(t, func(t *testing.T, p Plan) {
		const rate = 200
		var early atomic.Int64
		begun := time.Now()
		s := (&echoServer{delay: func(n int64) {
			if time.Since(begun) < time.Duration(n)*time.Second/rate {
				early.Add(1)
			}
		}}).start(t, withGorilla)
		p = aimed(t, p, s.URL())
		p.ConnectRate = rate
		p.Connections, p.InFlight, p.Messages = 30, 1, 30
		r := load(t, t.Context(), p)
		if early.Load() > 0 {
			t.Errorf("%d connections were opened before it was their time", early.Load())
		}
		checkAllClosed(t, r, s, p.Connections)
	})
}

// TestTrafficWaitsForAll: no message before the last connection is open, or has
// failed.
func TestTrafficWaitsForAll(t *testing.T) {
	eachDriver(t, func(t *testing.T, p Plan) {
		var accepted, early atomic.Int64
		s := &echoServer{
			delay: func(n int64) {
				time.Sleep(time.Duration(n) * 5 * time.Millisecond)
				accepted.Add(1)
			},
			after: func([]byte) {
				if accepted.Load() < 10 {
					early.Add(1)
				}
			},
		}
		s.start(t, withCoder)
		p = aimed(t, p, s.URL())
		p.InFlight, p.Messages = 1, 100
		r := load(t, t.Context(), p)
		if early.Load() > 0 {
			t.Errorf("%d messages came before all connections were open", early.Load())
		}
		checkAllClosed(t, r, s, p.Connections)
	})
}

// TestTLS runs against a server whose certificate the plan trusts, and against
// the same where it does not.
func TestTLS(t *testing.T) {
	s := new(echoServer)
	s.http = httptest.NewUnstartedServer(s.handle(withGorilla))
	s.http.Config.ErrorLog = quiet
	s.http.StartTLS()
	defer s.stop()
	roots := x509.NewCertPool()
	roots.AddCert(s.http.Certificate())
	p := aimed(t, Plan{Connections: 10, InFlight: 2, Messages: 500, Driver: DriverPortable, Sizes: []SizeClass{{Max: 100_000}}}, s.URL())
	p.TLS = &tls.Config{RootCAs: roots}
	r := load(t, t.Context(), p)
	if r.Messages.Received != 500 || r.Latency["tls"] == nil || r.Latency["tls"].Count != 10 {
		t.Errorf("%+v, tls %+v", r.Messages, r.Latency["tls"])
	}
	p.TLS = nil
	r = load(t, t.Context(), p)
	if r.Connections.Failed != 10 || r.Errors["tls"].Count != 10 {
		t.Errorf("an unknown certificate: %+v, errors %+v", r.Connections, r.Errors)
	}
	// DriverAuto takes what can serve.
	p.TLS = &tls.Config{RootCAs: roots}
	p.Driver = DriverAuto
	if r, err := Run(t.Context(), p); err != nil || r.Driver != "portable" {
		t.Errorf("got %v, %v; want the portable driver", r, err)
	}
}

func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	ln, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	s := new(echoServer)
	s.http = &httptest.Server{Listener: ln, Config: &http.Server{Handler: s.handle(withGorilla)}}
	s.http.Start()
	defer s.stop()
	p := aimed(t, Plan{Connections: 10, InFlight: 2, Messages: 500, Driver: DriverPortable, UnixSocket: path}, "ws://somewhere/")
	r := load(t, t.Context(), p)
	if r.Messages.Received != 500 {
		t.Errorf("%+v", r.Messages)
	}
	checkAllClosed(t, r, s, p.Connections)
}

// TestRequestIsSent: the handshake is the caller's to shape.
func TestRequestIsSent(t *testing.T) {
	eachDriver(t, func(t *testing.T, p Plan) {
		var wrong atomic.Int64
		s := new(echoServer).start(t, func(s *echoServer, w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-Token") != "abc" || r.URL.RequestURI() != "/chat?room=1" {
				wrong.Add(1)
			}
			withGorilla(s, w, r)
		})
		p = aimed(t, p, s.URL()+"chat?room=1")
		p.Request.Headers = []wsclient.Header{{Name: "X-Token", Value: "abc"}}
		p.InFlight, p.Messages = 1, 10
		r := load(t, t.Context(), p)
		if wrong.Load() > 0 {
			t.Errorf("%d requests were not as planned", wrong.Load())
		}
		checkAllClosed(t, r, s, p.Connections)
	})
}
