package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/netip"
	"runtime"

	"wsstorm/internal/preflight"
	"wsstorm/loadgen"
	"wsstorm/wsclient"
)

// preflight returns what this machine lacks for the run, and writes what may
// weaken it.
func (r *request) preflight(ctx context.Context, stderr io.Writer) error {
	machine := preflight.This()
	// A name is looked up where its addresses may make a difference: each has
	// ports of its own, some of them perhaps in use.
	items := machine.Examine(r.need(r.addresses(ctx, mostConnections(&r.plan) > machine.Ports()/2)))
	if err := preflight.Shortage(items); err != nil {
		return usagef("%v", err)
	}
	if r.quiet {
		return nil
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
	return n
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// addresses returns those that connections go to: none to a Unix socket, and for
// a name that is not, or cannot be, looked up one that stands for all; why it
// cannot, the run itself will say.
func (r *request) addresses(ctx context.Context, lookUp bool) []netip.AddrPort {
	p := &r.plan
	if p.UnixSocket != "" {
		return nil
	}
	unknown := []netip.AddrPort{{}}
	if r.url == nil {
		return unknown
	}
	if _, err := netip.ParseAddr(p.Target.Host); err != nil && !lookUp {
		return unknown
	}
	request := p.Request
	request.Target = p.Target
	upgrade, err := request.Prepare()
	if err != nil {
		return unknown
	}
	ctx, cancel := context.WithTimeout(ctx, p.ConnectTimeout)
	defer cancel()
	found, err := (&wsclient.Dialer{Upgrade: upgrade}).Resolve(ctx)
	if err != nil || len(found) == 0 {
		return unknown
	}
	return found
}
