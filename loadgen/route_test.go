package loadgen

import (
	"net/netip"
	"slices"
	"testing"

	"wsstorm/wsclient"
)

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
