package preflight

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"wsstorm/stats/report"
)

// The widest range of ephemeral ports that an unprivileged process may use.
const (
	firstPort = 1024
	lastPort  = 65535
	maxPorts  = lastPort - firstPort + 1
)

// ports is about the range that the kernel takes ephemeral ports from, IPv6
// included, and what is left of it.
func (m Machine) ports(n Need) []Item {
	const name = "ephemeral ports"
	if len(n.Targets) == 0 {
		return nil
	}
	usable := m.portRange()
	if usable == nil {
		return []Item{unknown(name)}
	}
	pairs, want, all := n.pairs(), n.perPair(), int64(usable.count)
	if most, known := m.mostSockets(); m.Brief && known && pairs > 0 && want+most <= all {
		i := counted(name, all-most, want)
		i.Value = fmt.Sprintf("at least %s of %s left", i.Value, report.Count(all))
		return []Item{i}
	}
	used := m.usedPorts(n, usable)
	left := all - int64(used.listening+used.open)
	i := counted(name, left, want)
	i.Value += fmt.Sprintf(" of %s left", report.Count(all))
	needs := fmt.Sprintf("the run needs %d ephemeral ports", want)
	if pairs > 1 {
		i.Value += fmt.Sprintf(", %s pairs", report.Count(pairs))
		i.Need += " per pair"
		needs += fmt.Sprintf(" for each of %d pairs of addresses", pairs)
	}
	widen := setSysctl("net.ipv4.ip_local_port_range", fmt.Sprintf("%d %d", firstPort, lastPort))
	switch {
	case pairs == 0:
		i = i.with(TooLittle, "the source addresses and those of the server are not of the same IP version", "")
	case want > maxPorts:
		i = i.with(TooLittle, fmt.Sprintf("%s and one address of this machine reaches one of the server with %d at most; --source-ip gives more addresses", needs, maxPorts), "")
	case want > all:
		i = i.with(TooLittle, fmt.Sprintf("%s and this process may use %d", needs, all), widen)
	case want > left:
		i = i.with(TooLittle, fmt.Sprintf("%s and %d of %d are left: connections to this server, and servers of this machine, have the others", needs, left, all), widen)
	case want > left-int64(used.closing):
		i = i.with(Warn, fmt.Sprintf("%d more belong to connections that have just been closed, for a minute at most", used.closing), widen)
	}
	return []Item{i}
}

// A portSet is a set of ports.
type portSet struct {
	has   [lastPort + 1]bool
	count int
}

func (s *portSet) add(port uint16) {
	if !s.has[port] {
		s.has[port] = true
		s.count++
	}
}

func (s *portSet) remove(port uint16) {
	if s.has[port] {
		s.has[port] = false
		s.count--
	}
}

// quick returns how many of the ports a pair of addresses is given quickly. Linux
// looks for a free one among every second port, from where it found the last one
// on; once these are taken, each connect(2) goes through all of them before it
// comes to the others (__inet_hash_connect in net/ipv4/inet_hashtables.c).
func (s *portSet) quick() int64 { return int64(s.count+1) / 2 }

// Ports returns how many ephemeral ports connections to one address may use, 0
// where that is not known.
func (m Machine) Ports() int {
	if m.Root != nil {
		if ports := m.portRange(); ports != nil {
			return ports.count
		}
	}
	return 0
}

// portRange returns the ports that the kernel hands out, nil if they are not
// known.
func (m Machine) portRange() *portSet {
	limits := m.numbers(sysctl("net.ipv4.ip_local_port_range"), 2)
	if limits == nil || limits[0] < 1 || limits[1] > lastPort {
		return nil
	}
	ports := new(portSet)
	for p := limits[0]; p <= limits[1]; p++ {
		ports.add(uint16(p))
	}
	// A list of ports and ranges: "8080,9148-9150".
	for item := range strings.SplitSeq(m.text(sysctl("net.ipv4.ip_local_reserved_ports")), ",") {
		from, to, ranged := strings.Cut(item, "-")
		if !ranged {
			to = from
		}
		first, err1 := strconv.ParseUint(from, 10, 16)
		last, err2 := strconv.ParseUint(to, 10, 16)
		if err1 != nil || err2 != nil {
			continue
		}
		for p := first; p <= last; p++ {
			ports.remove(uint16(p))
		}
	}
	return ports
}

// reuses reports whether the kernel gives the port of a connection that is in
// TIME_WAIT to a new one to the same address.
func (m Machine) reuses(to netip.Addr) bool {
	switch n, _ := m.number(sysctl("net.ipv4.tcp_tw_reuse")); n {
	case 1:
		return true
	case 2: // the default
		return to.IsLoopback()
	}
	return false
}
