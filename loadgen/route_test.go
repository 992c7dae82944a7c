package loadgen

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"wsstorm/wsclient"
)

// addrs reads "127.0.0.2-127.0.0.9,::1".
func addrs(t testing.TB, text string) AddrSet {
	t.Helper()
	var s AddrSet
	for item := range strings.SplitSeq(text, ",") {
		first, last, ranged := strings.Cut(item, "-")
		if !ranged {
			last = first
		}
		s = append(s, AddrRange{netip.MustParseAddr(first), netip.MustParseAddr(last)})
	}
	return s
}

// TestAddrSet: the addresses of a list, however large it is.
func TestAddrSet(t *testing.T) {
	for _, tt := range []struct {
		set  string
		len  int
		some map[int]string
	}{
		{"127.0.0.1", 1, map[int]string{0: "127.0.0.1"}},
		{"127.0.0.254-127.0.1.1,10.0.0.7", 5, map[int]string{0: "127.0.0.254", 2: "127.0.1.0", 3: "127.0.1.1", 4: "10.0.0.7"}},
		{"2001:db8::-2001:db8::ffff:ffff:ffff:ffff", 1 << 24, map[int]string{0: "2001:db8::", 1<<24 - 1: "2001:db8::ff:ffff"}},
		{"::ffff:ffff:ffff:ffff-::1:0:0:0:2", 4, map[int]string{0: "::ffff:ffff:ffff:ffff", 1: "::1:0:0:0:0", 3: "::1:0:0:0:2"}},
		{"0.0.0.0-255.255.255.255,::1", 1 << 24, map[int]string{1<<24 - 1: "0.255.255.255"}},
		{"fe80::1%lo", 1, map[int]string{0: "fe80::1%lo"}},
	} {
		s := addrs(t, tt.set)
		if !s.valid() || s.Len() != tt.len || s.String() != tt.set {
			t.Errorf("%s: got valid %v, %d addresses, %q, want %d", tt.set, s.valid(), s.Len(), s, tt.len)
		}
		for i, want := range tt.some {
			if got := s.At(i); got != netip.MustParseAddr(want) {
				t.Errorf("%s: address %d: got %s, want %s", tt.set, i, got, want)
			}
		}
		first := s.First(3)
		if len(first) != min(3, tt.len) {
			t.Errorf("%s: got the first addresses %v", tt.set, first)
		}
		for i, a := range first {
			if a != s.At(i) {
				t.Errorf("%s: got %s among the first, want %s", tt.set, a, s.At(i))
			}
		}
	}
	for _, set := range []AddrSet{
		addrs(t, "127.0.0.2-127.0.0.1"), addrs(t, "127.0.0.1-::1"), addrs(t, "::1-127.0.0.1"), {{}}, addrs(t, "::ffff:127.0.0.1"),
	} {
		if set.valid() {
			t.Errorf("%v is valid", set)
		}
	}
}

// TestPairsGetEqualNumbers: each pair of addresses of one IP version stands once
// in each row of as many connections as there are pairs, and no other pair does.
func TestPairsGetEqualNumbers(t *testing.T) {
	const v4, v6 = "127.0.0.1-127.0.0.%d", "2001:db8::1-2001:db8::%d"
	for _, tt := range []struct{ s4, t4, s6, t6 int }{
		{1, 1, 0, 0}, {4, 1, 0, 0}, {1, 5, 0, 0}, {4, 6, 0, 0}, {6, 4, 0, 0}, {3, 3, 0, 0}, {8, 2, 0, 0},
		{0, 0, 3, 2}, {4, 2, 1, 3}, {1, 1, 5, 5}, {2, 0, 3, 3},
	} {
		list := func(n4, n6 int) AddrSet {
			var s AddrSet
			if n4 > 0 {
				s = append(s, addrs(t, fmt.Sprintf(v4, n4))...)
			}
			if n6 > 0 {
				s = append(s, addrs(t, fmt.Sprintf(v6, n6))...)
			}
			return s
		}
		p := pairsOf(list(tt.s4, tt.s6), list(tt.t4, tt.t6))
		n := tt.s4*tt.t4 + tt.s6*tt.t6
		if p.len() != uint64(n) {
			t.Errorf("%+v: got %d pairs, want %d", tt, p.len(), n)
			continue
		}
		for _, from := range []int{0, 7, 2 * n} {
			seen := map[[2]netip.Addr]bool{}
			for k := from; k < from+n; k++ {
				s, to := p.at(uint64(k))
				if s.Is4() != to.Is4() {
					t.Errorf("%+v: connection %d goes from %s to %s", tt, k, s, to)
				}
				seen[[2]netip.Addr{s, to}] = true
			}
			if len(seen) != n {
				t.Errorf("%+v: connections %d to %d have %d pairs, want each of %d once", tt, from, from+n, len(seen), n)
			}
		}
	}
	// Fewer connections than pairs spread over all addresses of either side.
	p := pairsOf(addrs(t, "127.0.0.1-127.0.0.4"), addrs(t, "127.0.0.1-127.0.0.4"))
	sources, targets := map[netip.Addr]bool{}, map[netip.Addr]bool{}
	for k := range uint64(4) {
		s, to := p.at(k)
		sources[s], targets[to] = true, true
	}
	if len(sources) != 4 || len(targets) != 4 {
		t.Errorf("4 connections have %d sources and %d targets, want 4 of each", len(sources), len(targets))
	}
	// The widest lists there are: no sum or product of their sizes is too large.
	p = pairsOf(addrs(t, "0.0.0.0-255.255.255.255,::-ffff::"), addrs(t, "0.0.0.0-255.255.255.255,::-ffff::"))
	if s, to := p.at(1<<24 - 1); !s.IsValid() || !to.IsValid() || p.len() != 1<<49 {
		t.Errorf("got %s, %s of %d pairs", s, to, p.len())
	}
}

// TestTurnsOfAName: connection k begins with address k of those that the name has,
// whatever order name servers answer in, and goes on to the others.
func TestTurnsOfAName(t *testing.T) {
	const a, b, c = "192.0.2.1:80", "192.0.2.2:80", "[2001:db8::1]:80"
	list := func(texts ...string) []netip.AddrPort {
		var l []netip.AddrPort
		for _, text := range texts {
			l = append(l, netip.MustParseAddrPort(text))
		}
		return l
	}
	target := wsclient.Target{Host: "name", Port: "80"}
	for _, tt := range []struct {
		name    string
		sources string
		want    [][]string // per connection
	}{
		{"the system's source", "", [][]string{{"", c, a, b}, {"", a, b, c}, {"", b, c, a}, {"", c, a, b}}},
		{"one source", "127.0.0.1", [][]string{{"127.0.0.1", a, b}, {"127.0.0.1", b, a}, {"127.0.0.1", a, b}}},
		{"two sources", "127.0.0.1-127.0.0.2", [][]string{
			{"127.0.0.1", a, b}, {"127.0.0.2", b, a}, {"127.0.0.1", b, a}, {"127.0.0.2", a, b}, {"127.0.0.1", a, b}}},
		{"both IP versions", "127.0.0.1,::1", [][]string{{"::1", c}, {"127.0.0.1", a, b}, {"127.0.0.1", b, a}}},
	} {
		p := Plan{Target: target}
		if tt.sources != "" {
			p.Sources = addrs(t, tt.sources)
		}
		r, err := newRoutes(&p)
		if err != nil || !r.named() {
			t.Fatalf("got %+v, %v", r, err)
		}
		answers := [][]netip.AddrPort{list(c, a, b), list(c, b, a), list(b, a, c)}
		for k, want := range tt.want {
			way, err := r.resolved(uint32(k), answers[k%3])
			if err != nil {
				t.Fatal(err)
			}
			got := []string{""}
			if way.from.IsValid() {
				got[0] = way.from.String()
			}
			for _, to := range way.to {
				got = append(got, to.String())
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s, connection %d: got %q, want %q", tt.name, k, got, want)
			}
		}
	}
	r, _ := newRoutes(&Plan{Target: target, Sources: addrs(t, "127.0.0.1")})
	if _, err := r.resolved(0, list(c)); err == nil || classifyOpen(err).String() != "connect" {
		t.Errorf("an address of IPv6 for a source of IPv4: got %v, want one of class connect", err)
	}
	if _, err := r.resolved(0, nil); err == nil || classifyOpen(err).String() != "dns" {
		t.Errorf("no address: got %v, want one of class dns", err)
	}
}

// TestRoutesThatCannotBe: the plan is refused before anything is connected.
func TestRoutesThatCannotBe(t *testing.T) {
	for name, tt := range map[string]struct {
		field string
		set   func(p *Plan)
	}{
		"a range that ends first": {"Sources", func(p *Plan) { p.Sources = addrs(t, "127.0.0.3-127.0.0.2") }},
		"no address":              {"ConnectTo", func(p *Plan) { p.ConnectTo = AddrSet{{}} }},
		"a Unix socket":           {"UnixSocket", func(p *Plan) { p.UnixSocket, p.Sources = "/s", addrs(t, "127.0.0.3") }},
		"IPv6 to the target":      {"Sources", func(p *Plan) { p.Sources = addrs(t, "::1") }},
		"IPv4 to an IPv6 address": {"Sources", func(p *Plan) { p.Sources, p.ConnectTo = addrs(t, "127.0.0.1"), addrs(t, "::1-::3") }},
	} {
		p := aimed(t, Plan{InFlight: 1, Messages: 1}, "ws://127.0.0.1:1/")
		tt.set(&p)
		wrong, _ := p.Check().(*PlanError)
		if wrong == nil || wrong.Field != tt.field {
			t.Errorf("%s: got %v, want field %s", name, wrong, tt.field)
		}
	}
}

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
