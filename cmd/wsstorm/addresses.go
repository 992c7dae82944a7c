package main

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"wsstorm/loadgen"
)

// addressSet returns the value of a flag that takes a list of IP addresses.
func addressSet(to *loadgen.AddrSet) *field[loadgen.AddrSet] {
	return &field[loadgen.AddrSet]{to: to, noun: "ADDRESSES", parse: parseAddresses, format: loadgen.AddrSet.String}
}

var errAddresses = errors.New("want addresses, ranges or networks: 127.0.0.2 or 127.0.0.2-127.0.0.9 or 127.0.0.2-9,10.0.0.0/24,2001:db8::/64")

// maxAddressItems bounds a list; each range is looked at for every connection.
const maxAddressItems = 1024

// parseAddresses reads a list of addresses, ranges and networks.
func parseAddresses(s string) (loadgen.AddrSet, error) {
	var set loadgen.AddrSet
	for item := range strings.SplitSeq(s, ",") {
		r, err := parseAddressRange(strings.TrimSpace(item))
		if err != nil {
			return nil, err
		}
		set = append(set, r)
	}
	if len(set) > maxAddressItems {
		return nil, fmt.Errorf("want %d addresses, ranges and networks at most", maxAddressItems)
	}
	sorted := slices.Clone(set)
	slices.SortFunc(sorted, func(a, b loadgen.AddrRange) int { return a.First.Compare(b.First) })
	for i, r := range sorted[1:] {
		if before := sorted[i]; before.Last.BitLen() == r.First.BitLen() && before.Last.Compare(r.First) >= 0 {
			return nil, fmt.Errorf("%s and %s overlap", before, r)
		}
	}
	return set, nil
}

func parseAddressRange(item string) (r loadgen.AddrRange, err error) {
	a, err := netip.ParseAddr(item)
	switch {
	case err == nil && !strings.Contains(a.Zone(), "%"): // or else it is a range of addresses with zones
		r = loadgen.AddrRange{First: a.Unmap(), Last: a.Unmap()}
	case strings.Contains(item, "/"):
		r, err = parseNetwork(item)
	default:
		r, err = parseSpan(item)
	}
	if err == nil && (r.First.IsUnspecified() || r.First.IsMulticast()) {
		return r, fmt.Errorf("%s is the address of no machine", r.First)
	}
	return r, err
}

// parseSpan reads "127.0.0.2-127.0.0.9", or "127.0.0.2-9" for the same.
func parseSpan(item string) (r loadgen.AddrRange, err error) {
	from, to, ranged := strings.Cut(item, "-")
	first, err := netip.ParseAddr(from)
	if err != nil || !ranged || first.Zone() != "" {
		return r, errAddresses
	}
	if _, err := strconv.ParseUint(to, 10, 8); err == nil && first.Is4() {
		to = from[:strings.LastIndexByte(from, '.')+1] + to
	}
	last, err := netip.ParseAddr(to)
	if err != nil || last.Zone() != "" {
		return r, errAddresses
	}
	r = loadgen.AddrRange{First: first.Unmap(), Last: last.Unmap()}
	switch {
	case r.First.BitLen() != r.Last.BitLen():
		return r, fmt.Errorf("the range %s mixes IPv4 and IPv6", item)
	case r.First.Compare(r.Last) > 0:
		return r, fmt.Errorf("the range %s ends before it begins; did you mean %s-%s?", item, r.Last, r.First)
	}
	return r, nil
}

// parseNetwork reads "10.0.0.0/24". The addresses that no machine has are left
// out: of IPv4 the network's own and that of broadcasts, of IPv6 the routers'
// (RFC 4291, Section 2.6.1).
func parseNetwork(item string) (r loadgen.AddrRange, err error) {
	p, err := netip.ParsePrefix(item)
	if err != nil {
		return r, errAddresses
	}
	if p.Masked() != p {
		return r, fmt.Errorf("%s is an address in a network: want %s or %s", item, p.Addr(), p.Masked())
	}
	b := p.Addr().AsSlice()
	for bit := p.Bits(); bit < 8*len(b); bit++ {
		b[bit/8] |= 0x80 >> (bit % 8)
	}
	last, _ := netip.AddrFromSlice(b)
	r = loadgen.AddrRange{First: p.Addr(), Last: last}
	if p.Addr().BitLen()-p.Bits() > 1 {
		r.First = r.First.Next()
		if r.Last.Is4() {
			r.Last = r.Last.Prev()
		}
	}
	return r, nil
}
