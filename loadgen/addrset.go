package loadgen

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
	"strings"
)

// An AddrRange is the addresses from First to Last, both included and of the same
// IP version.
type AddrRange struct{ First, Last netip.Addr }

// An AddrSet is a list of addresses, kept as ranges: a network of 2^64 of them
// takes no more room than one.
type AddrSet []AddrRange

// maxAddrs is how many addresses are used at most: as many as a run can have
// connections.
const maxAddrs = 1 << 24

// OneAddr returns the set of one address.
func OneAddr(a netip.Addr) AddrSet { return AddrSet{{a, a}} }

// String returns the range as "127.0.0.2-127.0.0.9", or the only address in it.
func (r AddrRange) String() string {
	if r.First == r.Last {
		return r.First.String()
	}
	return r.First.String() + "-" + r.Last.String()
}

// valid reports whether there is an address in the range, and one IP version.
func (r AddrRange) valid() bool {
	return r.First.IsValid() && !r.First.Is4In6() && r.First.BitLen() == r.Last.BitLen() &&
		r.First.Zone() == r.Last.Zone() && r.First.Compare(r.Last) <= 0
}

// len returns how many addresses of the range are used.
func (r AddrRange) len() int {
	firstHigh, firstLow := halves(r.First)
	lastHigh, lastLow := halves(r.Last)
	low, borrow := bits.Sub64(lastLow, firstLow, 0)
	high, _ := bits.Sub64(lastHigh, firstHigh, borrow)
	if high > 0 || low >= maxAddrs {
		return maxAddrs
	}
	return int(low) + 1
}

// at returns the address n behind the first one.
func (r AddrRange) at(n int) netip.Addr {
	high, low := halves(r.First)
	low, carry := bits.Add64(low, uint64(n), 0)
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], high+carry)
	binary.BigEndian.PutUint64(b[8:], low)
	a := netip.AddrFrom16(b)
	if r.First.Is4() {
		return a.Unmap()
	}
	return a.WithZone(r.First.Zone())
}

// halves returns an address as a number; one of IPv4 is ::ffff:0:0 and more.
func halves(a netip.Addr) (high, low uint64) {
	b := a.As16()
	return binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
}

// Len returns how many addresses there are, but 2^24 where there are more: no run
// has as many connections.
func (s AddrSet) Len() int {
	n := 0
	for _, r := range s {
		n = min(n+r.len(), maxAddrs)
	}
	return n
}

// At returns address i, from 0 to Len()-1, in the order of the list.
func (s AddrSet) At(i int) netip.Addr {
	for _, r := range s {
		n := r.len()
		if i < n {
			return r.at(i)
		}
		i -= n
	}
	panic("loadgen: no such address")
}

// First returns the first n addresses, or as many as there are.
func (s AddrSet) First(n int) []netip.Addr {
	n = min(n, s.Len())
	all := make([]netip.Addr, 0, n)
	for _, r := range s {
		for i := range min(r.len(), n-len(all)) {
			all = append(all, r.at(i))
		}
	}
	return all
}

// String returns the ranges with commas between them.
func (s AddrSet) String() string {
	texts := make([]string, len(s))
	for i, r := range s {
		texts[i] = r.String()
	}
	return strings.Join(texts, ",")
}

// valid reports whether each range is one.
func (s AddrSet) valid() bool {
	for _, r := range s {
		if !r.valid() {
			return false
		}
	}
	return true
}

// of returns the ranges of one IP version.
func (s AddrSet) of(v4 bool) AddrSet {
	var part AddrSet
	for _, r := range s {
		if r.First.Is4() == v4 {
			part = append(part, r)
		}
	}
	return part
}
