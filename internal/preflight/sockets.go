package preflight

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// used counts the ephemeral ports that a run cannot have.
type used struct {
	listening int // taken by servers of this machine, whatever the target
	// open are taken by connections of the pair of addresses that has most of them,
	// and closing by those that are over, but for the wait.
	open, closing int
}

// The states of a socket in /proc/net/tcp (include/net/tcp_states.h).
const (
	tcpFinWait1 = 4
	tcpFinWait2 = 5
	tcpTimeWait = 6
	tcpLastAck  = 9
	tcpListen   = 10
	tcpClosing  = 11
)

// usedPorts counts in the kernel's tables of sockets. The kernel may give a port
// to several connections as long as they differ in one of their addresses, so that
// only those of a pair of the run's count, and for that pair.
func (m Machine) usedPorts(n Need, usable *portSet) used {
	type pair struct {
		from netip.Addr // the zero Addr: any
		to   netip.AddrPort
	}
	targets, sources := map[netip.AddrPort]bool{}, map[netip.Addr]bool{}
	for _, to := range n.Targets {
		targets[to] = true
	}
	for _, from := range n.Sources {
		sources[from] = true
	}
	open, closing := map[pair]int{}, map[pair]int{}
	listening := new(portSet)
	for _, file := range []string{"proc/net/tcp", "proc/net/tcp6"} {
		m.eachSocket(file, func(local, remote netip.AddrPort, state uint64) {
			if !usable.has[local.Port()] {
				return
			}
			if state == tcpListen {
				listening.add(local.Port())
				return
			}
			p := pair{to: remote}
			if len(sources) > 0 {
				p.from = local.Addr()
			}
			if !targets[remote] || len(sources) > 0 && !sources[p.from] {
				return
			}
			switch state {
			case tcpTimeWait:
				if !m.reuses(remote.Addr()) {
					closing[p]++
				}
			case tcpFinWait1, tcpFinWait2, tcpLastAck, tcpClosing:
				closing[p]++
			default:
				open[p]++
			}
		})
	}
	u := used{listening: listening.count}
	for _, count := range open {
		u.open = max(u.open, count)
	}
	for p, count := range closing {
		u.closing = max(u.closing, open[p]+count-u.open)
	}
	return u
}

// mostSockets returns how many ports TCP sockets of this machine use at most, those
// in TIME_WAIT included: what the kernel has counted already, where a walk through
// its tables of sockets takes it milliseconds for each.
func (m Machine) mostSockets() (n int64, known bool) {
	// "TCP: inuse 6 orphan 0 tw 2435 alloc 6 mem 0" and "TCP6: inuse 0", where there
	// is IPv6.
	for _, file := range []string{"proc/net/sockstat", "proc/net/sockstat6"} {
		for line := range strings.Lines(m.text(file)) {
			fields := strings.Fields(line)
			if len(fields) == 0 || fields[0] != "TCP:" && fields[0] != "TCP6:" {
				continue
			}
			known = known || len(fields) > 6 && fields[1] == "inuse" && fields[5] == "tw"
			for i := 1; i+1 < len(fields); i += 2 {
				if fields[i] != "inuse" && fields[i] != "tw" {
					continue
				}
				count, err := strconv.ParseInt(fields[i+1], 10, 32)
				if err != nil {
					return 0, false
				}
				n += count
			}
		}
	}
	return n, known
}

// eachSocket calls f for each socket of a table. A table that cannot be read has
// none.
func (m Machine) eachSocket(name string, f func(local, remote netip.AddrPort, state uint64)) {
	file, err := m.Root.Open(name)
	if err != nil {
		return
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Scan() // the heading
	for lines.Scan() {
		var fields [4]string // sl local_address rem_address st, and more
		n := 0
		for field := range strings.FieldsSeq(lines.Text()) {
			if fields[n] = field; n == len(fields)-1 {
				break
			}
			n++
		}
		local, ok1 := parseSocket(fields[1])
		remote, ok2 := parseSocket(fields[2])
		state, err := strconv.ParseUint(fields[3], 16, 8)
		if ok1 && ok2 && err == nil {
			f(local, remote, state)
		}
	}
}

// parseSocket reads an address as the kernel prints it, "0100007F:8E13" for
// 127.0.0.1:36371: words of 32 bits in the order of the machine, and the port. A
// mapped IPv4 address is returned as what it maps.
func parseSocket(text string) (netip.AddrPort, bool) {
	host, port, _ := strings.Cut(text, ":")
	var room [16]byte // for IPv6
	if len(host) > 2*len(room) {
		return netip.AddrPort{}, false
	}
	n, err := hex.Decode(room[:], []byte(host))
	words := room[:n]
	if err != nil || n%4 != 0 {
		return netip.AddrPort{}, false
	}
	for w := range slices.Chunk(words, 4) {
		binary.NativeEndian.PutUint32(w, binary.BigEndian.Uint32(w))
	}
	addr, ok := netip.AddrFromSlice(words)
	p, err := strconv.ParseUint(port, 16, 16)
	return netip.AddrPortFrom(addr.Unmap(), uint16(p)), ok && err == nil
}
