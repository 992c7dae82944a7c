package loadgen

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// ends counts the connections of a server by their two addresses.
type ends struct {
	mu sync.Mutex
	n  map[string]int // "127.0.0.2 to 127.0.0.1"
	to map[string]int // Host headers
}

func (e *ends) count(r *http.Request) {
	local := r.Context().Value(http.LocalAddrContextKey).(net.Addr).String()
	from, _, _ := net.SplitHostPort(r.RemoteAddr)
	to, _, _ := net.SplitHostPort(local)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.n[from+" to "+to]++
	e.to[r.Host]++
}

// take returns what was counted, and begins anew.
func (e *ends) take() (pairs, hosts map[string]int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	pairs, hosts = e.n, e.to
	e.n, e.to = map[string]int{}, map[string]int{}
	return pairs, hosts
}

// listen has servers of one port on the addresses of the loopback network that
// end in the given numbers, and returns what they saw and the port.
func listen(t *testing.T, numbers ...int) (*ends, string) {
	t.Helper()
	seen := &ends{n: map[string]int{}, to: map[string]int{}}
	var listeners []net.Listener
	port := "0"
	for attempt := 0; len(listeners) < len(numbers); {
		ln, err := net.Listen("tcp", fmt.Sprintf("127.0.0.%d:%s", numbers[len(listeners)], port))
		if err == nil {
			listeners = append(listeners, ln)
			_, port, _ = net.SplitHostPort(ln.Addr().String())
			continue
		}
		if len(listeners) == 0 {
			t.Skipf("no listening on another address of the loopback network here: %v", err)
		}
		// Somebody has this port on the other address.
		for _, ln := range listeners {
			ln.Close()
		}
		listeners, port = nil, "0"
		if attempt++; attempt == 10 {
			t.Skipf("no port that is free on all of them: %v", err)
		}
	}
	for _, ln := range listeners {
		s := &echoServer{over: make(chan struct{})}
		handle := s.handle(withGorilla)
		s.http = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			seen.count(r)
			handle(w, r)
		}))
		s.http.Listener.Close()
		s.http.Listener = ln
		s.http.Start()
		t.Cleanup(s.stop)
	}
	return seen, port
}

// bindable skips the test where the loopback network has one address only.
func bindable(t *testing.T, address string) {
	t.Helper()
	c, err := net.ListenPacket("udp", address+":0")
	if err != nil {
		t.Skip(err)
	}
	c.Close()
}

// TestSources: the server sees as many connections from each source address.
func TestSources(t *testing.T) {
	bindable(t, "127.0.0.5")
	eachDriver(t, func(t *testing.T, p Plan) {
		seen, port := listen(t, 1)
		p = aimed(t, p, "ws://127.0.0.1:"+port+"/")
		p.Connections, p.InFlight, p.Messages = 40, 1, 40
		p.Sources = addrs(t, "127.0.0.2-127.0.0.5")
		r := load(t, t.Context(), p)
		if r.Connections.Opened != 40 || r.Messages.Received != 40 {
			t.Errorf("got %+v, errors %+v", r.Connections, r.Errors)
		}
		pairs, _ := seen.take()
		for i := 2; i <= 5; i++ {
			if pair := fmt.Sprintf("127.0.0.%d to 127.0.0.1", i); pairs[pair] != 10 {
				t.Errorf("%s: got %d connections, want 10: %v", pair, pairs[pair], pairs)
			}
		}
	})
}

// TestConnectTo: the connections spread over servers at several addresses, from
// several ones, and what is sent is about the host of the URL.
func TestConnectTo(t *testing.T) {
	for name, host := range map[string]string{"a name": "name.invalid", "an address": "127.0.0.99"} {
		t.Run(name, func(t *testing.T) {
			eachDriver(t, func(t *testing.T, p Plan) {
				seen, port := listen(t, 1, 2)
				p = aimed(t, p, "ws://"+host+":"+port+"/")
				p.Connections, p.InFlight, p.Messages = 12, 1, 12
				p.ConnectTo = addrs(t, "127.0.0.1-127.0.0.2")
				r := load(t, t.Context(), p)
				pairs, hosts := seen.take()
				if r.Connections.Opened != 12 || r.Latency["dns"] != nil || len(hosts) != 1 || hosts[host+":"+port] != 12 {
					t.Errorf("got %+v, dns %+v, hosts %v, errors %+v", r.Connections, r.Latency["dns"], hosts, r.Errors)
				}
				for _, to := range []string{"1", "2"} {
					n := 0
					for pair, count := range pairs {
						if strings.HasSuffix(pair, " to 127.0.0."+to) {
							n += count
						}
					}
					if n != 6 {
						t.Errorf("127.0.0.%s: got %d connections, want 6: %v", to, n, pairs)
					}
				}
				p.Sources = addrs(t, "127.0.0.7,127.0.0.9")
				load(t, t.Context(), p)
				if pairs, _ = seen.take(); len(pairs) != 4 {
					t.Errorf("got %v, want four pairs", pairs)
				}
				for pair, n := range pairs {
					if n != 3 {
						t.Errorf("%s: got %d connections, want 3", pair, n)
					}
				}
			})
		})
	}
}

// TestASourceThatIsNotHere: an address that this machine does not have fails the
// connections that it should serve, and the example says which it is.
func TestASourceThatIsNotHere(t *testing.T) {
	t.Parallel() // it mostly waits
	bindable(t, "127.0.0.2")
	eachDriver(t, func(t *testing.T, p Plan) {
		_, port := listen(t, 1)
		p = aimed(t, p, "ws://127.0.0.1:"+port+"/")
		p.Connections, p.InFlight, p.Messages = 4, 1, 4
		p.Sources = addrs(t, "127.0.0.2,192.0.2.9")
		r := load(t, t.Context(), p)
		if r.Connections.Opened != 2 || r.Connections.Failed != 2 {
			t.Errorf("got %+v", r.Connections)
		}
		want := "connect 127.0.0.1:" + port + " from 192.0.2.9: bind: " + syscall.EADDRNOTAVAIL.Error() + ": this machine does not have it"
		if e := r.Errors["connect"]; e.Count != 2 || e.Example != want {
			t.Errorf("got %+v, want 2 with %q", r.Errors, want)
		}
	})
}
