package loadgen

import (
	"fmt"
	"net/netip"
	"testing"
)

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
