package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/netip"
	"runtime"
	"slices"
	"strconv"

	"wsstorm/internal/preflight"
	"wsstorm/loadgen"
	"wsstorm/wsclient"
)

// preflight returns what this machine lacks for the run, and writes what may
// weaken it. It settles which addresses the connections come from.
func (r *request) preflight(ctx context.Context, stderr io.Writer) error {
	machine := preflight.This()
	machine.Brief = true
	// A name is looked up where its addresses may make a difference: each has
	// ports of its own, some of them perhaps in use.
	need := r.need(r.addresses(ctx, mostConnections(&r.plan) > machine.Ports()/2))
	spread := r.spreadOut(&need, machine)
	items := machine.Examine(need)
	if err := preflight.Shortage(items); err != nil {
		return usagef("%v", err)
	}
	if r.quiet {
		return nil
	}
	if spread {
		complain(stderr, fmt.Errorf("more connections than one source address opens quickly: they come from %s", r.plan.Sources))
	}
	for _, i := range preflight.Warnings(items) {
		complain(stderr, fmt.Errorf("warning: %s", i))
	}
	return nil
}

// need returns what the run asks of this machine.
func (r *request) need(addresses []netip.AddrPort) preflight.Need {
	p := &r.plan
	n := preflight.Need{
		Connections: mostConnections(p),
		Opening:     p.ConnectConcurrency,
		Targets:     addresses,
		Local:       r.url == nil || p.UnixSocket != "" || isLoopback(p.Target.Host),
		Rate:        max(p.Rate, peak(p.Stages)),
		InFlight:    p.InFlight,
		EventLoop:   runtime.GOOS == "linux" && p.Driver != loadgen.DriverPortable && !p.Target.Secure && p.UnixSocket == "",
		TLS:         p.Target.Secure,
		Workers:     cmp.Or(p.Workers, runtime.GOMAXPROCS(0)),
	}
	if !r.idle {
		n.Message = largest(p.Sizes)
	}
	if r.given("source-ip") {
		n.Sources = p.Sources.First(maxListed)
	}
	if len(p.ConnectTo) > 0 {
		n.Local = !slices.ContainsFunc(addresses, func(a netip.AddrPort) bool { return !a.Addr().IsLoopback() })
	}
	return n
}

// maxListed is how many addresses of a flag are looked at. More of them do not
// make a difference: so many pairs have ports for any run.
const maxListed = 1 << 16

// spreadOut has the connections come from several addresses of the loopback
// network where they open quickly, or at all, only so, and reports whether. What --source-ip says
// stays.
func (r *request) spreadOut(n *preflight.Need, machine preflight.Machine) bool {
	if r.given("source-ip") {
		return false
	}
	r.plan.Sources = nil
	sources := machine.Loopback(*n)
	if sources == 1 {
		return false
	}
	n.Sources = preflight.LoopbackAddrs(sources)
	r.plan.Sources = loadgen.AddrSet{{First: n.Sources[0], Last: n.Sources[sources-1]}}
	return true
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// builtIn is the address of the built-in server, whose port is not known yet.
var builtIn = netip.MustParseAddrPort("127.0.0.1:0")

// addresses returns those that connections go to: none to a Unix socket, and for
// a name that is not, or cannot be, looked up one that stands for all; why it
// cannot, the run itself will say.
func (r *request) addresses(ctx context.Context, lookUp bool) []netip.AddrPort {
	p := &r.plan
	switch {
	case p.UnixSocket != "":
		return nil
	case r.url == nil:
		return []netip.AddrPort{builtIn}
	}
	unknown := []netip.AddrPort{{}}
	if _, err := netip.ParseAddr(p.Target.Host); err != nil && !lookUp && len(p.Sources)+len(p.ConnectTo) == 0 {
		return unknown
	}
	request := p.Request
	request.Target = p.Target
	upgrade, err := request.Prepare()
	if err != nil {
		return unknown
	}
	dialer := wsclient.Dialer{Upgrade: upgrade}
	port, err := strconv.ParseUint(p.Target.Port, 10, 16)
	if err != nil {
		return unknown
	}
	for _, a := range p.ConnectTo.First(maxListed) {
		dialer.Addrs = append(dialer.Addrs, netip.AddrPortFrom(a, uint16(port)))
	}
	ctx, cancel := context.WithTimeout(ctx, p.ConnectTimeout)
	defer cancel()
	found, err := dialer.Resolve(ctx)
	if err != nil || len(found) == 0 {
		return unknown
	}
	return found
}
