package preflight

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"

	"wsstorm/stats/report"
)

// maxBinds is how many source addresses are tried. Whoever has so many has the
// others as well.
const maxBinds = 256

// sources is about the addresses that the connections come from.
func (m Machine) sources(n Need) []Item {
	if m.Bind == nil || len(n.Sources) == 0 {
		return nil
	}
	i := Item{Name: "source addresses", Value: n.Sources[0].String(), State: OK, Have: number(len(n.Sources))}
	if len(n.Sources) > 1 {
		i.Value = fmt.Sprintf("%s: %s, …", report.Count(int64(len(n.Sources))), n.Sources[0])
	}
	for _, a := range n.Sources[:min(len(n.Sources), maxBinds)] {
		if err := m.Bind(a); err != nil {
			return []Item{i.with(TooLittle, fmt.Sprintf("this machine cannot connect from the source address %s: %v", a, err), "")}
		}
	}
	return []Item{i}
}

// bind tries whether this machine has an address. A socket of UDP shows it without
// listening to anybody.
func bind(a netip.Addr) error {
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(a, 0)))
	if err != nil {
		var call *os.SyscallError
		if errors.As(err, &call) {
			return call.Err
		}
		return err
	}
	return c.Close()
}

// Loopback returns how many addresses of the loopback network, from 127.0.0.1 on,
// the connections have to come from in order to have ports, and to be given them
// quickly: 1 where that will do, or where they go to anything else than IPv4
// addresses of the loopback network.
func (m Machine) Loopback(n Need) int {
	if m.Root == nil || len(n.Targets) == 0 || len(n.Sources) > 0 {
		return 1
	}
	for _, to := range n.Targets {
		if !to.Addr().Is4() || !to.Addr().IsLoopback() {
			return 1
		}
	}
	usable := m.portRange()
	if usable == nil || usable.count == 0 {
		return 1
	}
	if most, known := m.mostSockets(); known && n.perPair()+most <= usable.quick() {
		return 1
	}
	// Few ports are in use, mostly, and the first guess will do.
	sources := max(1, (n.Connections-1)/(int(usable.quick())*len(n.Targets))+1)
	for range maxGuesses {
		n.Sources = LoopbackAddrs(sources)
		u := m.usedPorts(n, usable)
		want := n.perPair() + int64(u.open+u.closing)
		if want <= usable.quick() && want <= int64(usable.count-u.listening) {
			break
		}
		sources++
	}
	return sources
}

// maxGuesses bounds the search: each one reads the table of sockets. Where the last
// will not do either, the item about ports says so.
const maxGuesses = 32

// LoopbackAddrs returns so many addresses of the loopback network.
func LoopbackAddrs(n int) []netip.Addr {
	all := make([]netip.Addr, n)
	for i, a := 0, netip.AddrFrom4([4]byte{127, 0, 0, 1}); i < n; i, a = i+1, a.Next() {
		all[i] = a
	}
	return all
}
