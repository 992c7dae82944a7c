package loadgen

import (
	"math/bits"
	"net/netip"
)

// pairs is what connections spread over: the pairs of an address of this machine
// and one of the server's. A port of this machine serves one connection for each
// of them. An address of IPv4 is in pairs with others of IPv4 only.
type pairs struct{ v4, v6 product }

// A product is all pairs of an address of either list.
type product struct{ sources, targets AddrSet }

// pairsOf returns the pairs of two lists.
func pairsOf(sources, targets AddrSet) pairs {
	return pairs{
		v4: product{sources.of(true), targets.of(true)},
		v6: product{sources.of(false), targets.of(false)},
	}
}

func (p product) len() uint64 { return uint64(p.sources.Len()) * uint64(p.targets.Len()) }

// at returns pair i. Neighbours differ in both addresses where they can, so that
// also fewer connections than pairs spread over all addresses.
func (p product) at(i uint64) (source, target netip.Addr) {
	s, t := uint64(p.sources.Len()), uint64(p.targets.Len())
	// Both numbers count up together; that comes back to where it began after
	// their least common multiple, and goes on one further.
	round := s / gcd(s, t) * t
	return p.sources.At(int(i % s)), p.targets.At(int((i + i/round) % t))
}

func gcd(a, b uint64) uint64 {
	for b > 0 {
		a, b = b, a%b
	}
	return a
}

func (p pairs) len() uint64 { return p.v4.len() + p.v6.len() }

// at returns the pair of connection k. Any len() connections in a row have a pair
// each. There must be one.
func (p pairs) at(k uint64) (source, target netip.Addr) {
	all := p.len()
	k %= all
	// The pairs of IPv4 stand evenly among those of IPv6.
	v4 := func(before uint64) uint64 {
		high, low := bits.Mul64(before, p.v4.len())
		n, _ := bits.Div64(high, low, all)
		return n
	}
	n := v4(k)
	if v4(k+1) > n {
		return p.v4.at(n)
	}
	return p.v6.at(k - n)
}
