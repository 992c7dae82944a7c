package loadgen

import (
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"sync"

	"wsstorm/wsclient"
)

// A route is where a connection comes from and where it goes.
type route struct {
	from netip.Addr       // the zero Addr: as the system likes
	to   []netip.AddrPort // tried one after the other
}

// errNoPair is why a connection cannot be opened whose name has addresses of the
// wrong kind only.
var errNoPair = errors.New("the name has no address of the IP version of a source address")

// routes says which route each connection takes. All workers share it; what may
// change is locked, and needed only where a name is looked up.
type routes struct {
	sources AddrSet
	targets AddrSet // empty: those that the target's name has
	fixed   pairs   // where the targets are known and there are sources
	host    string  // the target's
	port    uint16
	only    []netip.AddrPort // the target, where there is one: shared by all routes

	mu   sync.Mutex
	seen map[netip.AddrPort]int // the name's addresses, in the order in which they were first seen
}

// newRoutes returns the routes of a plan that goes to no Unix socket.
func newRoutes(p *Plan) (*routes, error) {
	port, err := strconv.ParseUint(p.Target.Port, 10, 16)
	if err != nil {
		return nil, refuse("Target", "the target's port is no number")
	}
	r := &routes{sources: p.Sources, targets: p.targets(), host: p.Target.Host, port: uint16(port), seen: map[netip.AddrPort]int{}}
	r.fixed = pairsOf(r.sources, r.targets)
	if r.targets.Len() == 1 {
		r.only = r.ported(r.targets.At(0))
	}
	return r, nil
}

// targets returns the addresses that the plan's connections go to, none where a
// name has to be looked up for them.
func (p *Plan) targets() AddrSet {
	if len(p.ConnectTo) > 0 {
		return p.ConnectTo
	}
	if a, err := netip.ParseAddr(p.Target.Host); err == nil {
		return OneAddr(a.Unmap())
	}
	return nil
}

// named reports whether the addresses are those of a name.
func (r *routes) named() bool { return len(r.targets) == 0 }

// of returns the route of connection k to addresses that need no looking up.
func (r *routes) of(k uint32) route {
	if len(r.sources) == 0 {
		return route{to: r.ported(r.targets.At(int(k) % r.targets.Len()))}
	}
	from, to := r.fixed.at(uint64(k))
	return route{from, r.ported(to)}
}

func (r *routes) ported(a netip.Addr) []netip.AddrPort {
	if r.only != nil {
		return r.only
	}
	return []netip.AddrPort{netip.AddrPortFrom(a, r.port)}
}

// resolved returns the route of connection k to the addresses that a look-up has
// found: the connections begin with each of them by turns, and go on to the
// others. The error is a *wsclient.OpenError.
func (r *routes) resolved(k uint32, found []netip.AddrPort) (route, error) {
	if len(found) == 0 {
		return route{}, &wsclient.OpenError{Stage: wsclient.StageDNS, Addr: r.host, Err: errors.New("the name has no address")}
	}
	found = r.inOrder(found)
	if len(r.sources) == 0 {
		n := int(k) % len(found)
		return route{to: slices.Concat(found[n:], found[:n])}, nil
	}
	var targets AddrSet
	for _, a := range found {
		targets = append(targets, AddrRange{a.Addr(), a.Addr()})
	}
	all := pairsOf(r.sources, targets)
	if all.len() == 0 {
		return route{}, &wsclient.OpenError{Stage: wsclient.StageConnect, Addr: r.host, Err: errNoPair}
	}
	from, first := all.at(uint64(k))
	n := slices.IndexFunc(found, func(a netip.AddrPort) bool { return a.Addr() == first })
	found = slices.Concat(found[n:], found[:n])
	return route{from, slices.DeleteFunc(found, func(a netip.AddrPort) bool { return a.Addr().Is4() != from.Is4() })}, nil
}

// inOrder returns the addresses in the order in which the run first saw them: name
// servers that turn the order with each answer would get in the way of our turns.
func (r *routes) inOrder(found []netip.AddrPort) []netip.AddrPort {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range found {
		if _, known := r.seen[a]; !known {
			r.seen[a] = len(r.seen)
		}
	}
	found = slices.Clone(found)
	slices.SortFunc(found, func(a, b netip.AddrPort) int { return r.seen[a] - r.seen[b] })
	return found
}

// checkRoutes returns what is wrong with the addresses of the plan, as a
// *PlanError.
func (p *Plan) checkRoutes() error {
	switch {
	case !p.Sources.valid():
		return refuse("Sources", "a range of source addresses must not end before it begins, nor mix IP versions")
	case !p.ConnectTo.valid():
		return refuse("ConnectTo", "a range of addresses to connect to must not end before it begins, nor mix IP versions")
	case p.UnixSocket != "" && len(p.Sources)+len(p.ConnectTo) > 0:
		return refuse("UnixSocket", "a Unix socket has no IP addresses")
	}
	if targets := p.targets(); len(p.Sources) > 0 && len(targets) > 0 && pairsOf(p.Sources, targets).len() == 0 {
		return refuse("Sources", "the source addresses "+p.Sources.String()+" and the target's "+targets.String()+" are not of the same IP version")
	}
	return nil
}
