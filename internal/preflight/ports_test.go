package preflight

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
	"testing"
)

const widen = `: sudo sysctl -w net.ipv4.ip_local_port_range="1024 65535"`

// A socket is a line of the kernel's table.
type socket struct {
	local, remote string
	state         int
}

// table writes sockets as the kernel of this machine would.
func table(sockets ...socket) string {
	text := "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
	for i, s := range sockets {
		text += fmt.Sprintf("%4d: %s %s %02X 00000000:00000000 00:00000000 00000000     0        0 3510477 2 0000000047d2b21a 100 0 0 10 0\n",
			i, kernelAddr(s.local), kernelAddr(s.remote), s.state)
	}
	return text
}

func kernelAddr(text string) string {
	a := netip.MustParseAddrPort(text)
	b := a.Addr().AsSlice()
	var words strings.Builder
	for ; len(b) > 0; b = b[4:] {
		fmt.Fprintf(&words, "%08X", binary.NativeEndian.Uint32(b))
	}
	return fmt.Sprintf("%s:%04X", words.String(), a.Port())
}

func TestPorts(t *testing.T) {
	few := tree{"proc/sys/net/ipv4/ip_local_port_range": "40000 40099\n"}
	with := func(files tree) tree { return few.with(files) }
	to := func(connections int, addresses ...string) func(*Need) {
		return func(n *Need) { n.Connections, n.Targets = connections, targets(addresses...) }
	}
	pairs := func(connections int, sources string, addresses ...string) func(*Need) {
		return func(n *Need) {
			n.Connections, n.Targets, n.Sources = connections, nil, nil
			if addresses[0] == "" {
				n.Targets, addresses = make([]netip.AddrPort, 1), nil
			}
			n.Targets = append(n.Targets, targets(addresses...)...)
			for item := range strings.FieldsSeq(sources) {
				first, last, ranged := strings.Cut(item, "-")
				if !ranged {
					last = first
				}
				for a := netip.MustParseAddr(first); ; a = a.Next() {
					n.Sources = append(n.Sources, a)
					if a == netip.MustParseAddr(last) {
						break
					}
				}
			}
		}
	}
	const here, there = "127.0.0.1:9001", "192.0.2.1:443"
	checkItems(t, "ephemeral ports", []itemCase{
		{"the last one", nil, to(28232, there), "28,232 of 28,232 left", "28,232", OK, ""},
		{"one short", nil, to(28233, there), "28,232 of 28,232 left", "28,233", TooLittle,
			"the run needs 28233 ephemeral ports and this process may use 28232" + widen},
		{"two addresses", nil, to(56464, there, "192.0.2.2:443"), "28,232 of 28,232 left, 2 pairs", "28,232 per pair", OK, ""},
		{"two addresses, one short", nil, to(56465, there, "192.0.2.2:443"), "28,232 of 28,232 left, 2 pairs", "28,233 per pair", TooLittle,
			"the run needs 28233 ephemeral ports for each of 2 pairs of addresses and this process may use 28232" + widen},
		{"more than any range has", nil, to(64513, there), "28,232 of 28,232 left", "64,513", TooLittle,
			"the run needs 64513 ephemeral ports and one address of this machine reaches one of the server with 64512 at most; --source-ip gives more addresses"},
		{"reserved", with(tree{"proc/sys/net/ipv4/ip_local_reserved_ports": "8080,40010-40019,40099\n"}), to(89, there), "89 of 89 left", "89", OK, ""},
		{"not known", tree{"proc/sys/net/ipv4/ip_local_port_range": "60999 x"}, to(1, there), "", "", Unknown, ""},

		{"in use", with(tree{"proc/net/tcp": table(
			socket{"127.0.0.1:40001", here, 1},             // there is a connection to the target
			socket{"127.0.0.1:40002", here, 2},             // and one that opens
			socket{"127.0.0.1:40003", "127.0.0.1:9002", 1}, // to another port of it
			socket{"127.0.0.1:9001", "127.0.0.1:40001", 1}, // the server's end
			socket{"127.0.0.1:39999", here, 1},             // from outside of the range
			socket{"127.0.0.1:40004", "0.0.0.0:0", 10},     // a server on an ephemeral port
			socket{"127.0.0.1:40005", here, tcpTimeWait},   // reused on loopback
			socket{"127.0.0.1:40006", here, tcpFinWait2},   // over soon
		)}), to(96, here), "97 of 100 left", "96", OK, ""},
		{"a server's port is taken for each address", with(tree{"proc/net/tcp": table(socket{"127.0.0.1:40004", "0.0.0.0:0", 10})}),
			to(198, there, "192.0.2.2:443"), "99 of 100 left, 2 pairs", "99 per pair", OK, ""},
		{"too many in use", with(tree{"proc/net/tcp": table(socket{"127.0.0.1:40001", here, 1})}), to(100, here), "99 of 100 left", "100", TooLittle,
			"the run needs 100 ephemeral ports and 99 of 100 are left: connections to this server, and servers of this machine, have the others" + widen},
		{"just closed", with(tree{"proc/net/tcp": table(socket{"127.0.0.1:40001", here, tcpFinWait1})}), to(100, here), "100 of 100 left", "100", Warn,
			"ephemeral ports 100 of 100 left: 1 more belong to connections that have just been closed, for a minute at most" + widen},
		{"TIME_WAIT elsewhere", with(tree{"proc/net/tcp": table(socket{"192.0.2.9:40001", there, tcpTimeWait})}), to(100, there), "100 of 100 left", "100", Warn,
			"ephemeral ports 100 of 100 left: 1 more belong to connections that have just been closed, for a minute at most" + widen},
		{"TIME_WAIT is reused", with(tree{"proc/sys/net/ipv4/tcp_tw_reuse": "1\n",
			"proc/net/tcp": table(socket{"192.0.2.9:40001", there, tcpTimeWait})}), to(100, there), "100 of 100 left", "100", OK, ""},
		{"TIME_WAIT is never reused", with(tree{"proc/sys/net/ipv4/tcp_tw_reuse": "0\n",
			"proc/net/tcp": table(socket{"127.0.0.1:40001", here, tcpTimeWait})}), to(100, here), "100 of 100 left", "100", Warn,
			"ephemeral ports 100 of 100 left: 1 more belong to connections that have just been closed, for a minute at most" + widen},
		{"IPv6", with(tree{"proc/net/tcp6": table(
			socket{"[2001:db8::9]:40001", "[2001:db8::1]:443", 1},
			socket{"[::]:40002", "[::]:0", 10},
		)}), to(98, "[2001:db8::1]:443"), "98 of 100 left", "98", OK, ""},
		{"IPv4 in IPv6", with(tree{"proc/net/tcp6": table(socket{"[::ffff:192.0.2.9]:40001", "[::ffff:192.0.2.1]:443", 1})}), to(99, there), "99 of 100 left", "99", OK, ""},
		{"pairs", nil, pairs(400, "127.0.0.1-127.0.0.4 2001:db8::9", here), "28,232 of 28,232 left, 4 pairs", "100 per pair", OK, ""},
		{"pairs of either IP version", few, pairs(300, "127.0.0.1 2001:db8::9", here, "[2001:db8::1]:443", "[2001:db8::2]:443"), "100 of 100 left, 3 pairs", "100 per pair", OK, ""},
		{"pairs with a server that is not known", few, pairs(200, "127.0.0.1 2001:db8::9", ""), "100 of 100 left, 2 pairs", "100 per pair", OK, ""},
		{"no pair", few, pairs(1, "2001:db8::9", here), "100 of 100 left", "1", TooLittle,
			"the source addresses and those of the server are not of the same IP version"},
		{"one pair is short", with(tree{"proc/net/tcp": table(
			socket{"127.0.0.1:40001", here, 1},
			socket{"127.0.0.2:40001", here, 1},
			socket{"127.0.0.2:40002", here, 1},
			socket{"127.0.0.3:40001", here, 1}, // of another source
			socket{"127.0.0.3:40002", here, 1},
			socket{"127.0.0.3:40003", here, 1},
			socket{"127.0.0.1:40003", here, tcpFinWait1},
		)}), pairs(198, "127.0.0.1-127.0.0.2", here), "98 of 100 left, 2 pairs", "99 per pair", TooLittle,
			"the run needs 99 ephemeral ports for each of 2 pairs of addresses and 98 of 100 are left: connections to this server, and servers of this machine, have the others" + widen},
		{"just closed in another pair", with(tree{"proc/net/tcp": table(
			socket{"127.0.0.1:40001", here, 1},
			socket{"127.0.0.1:40002", here, 1},
			socket{"127.0.0.2:40001", here, tcpFinWait1},
			socket{"127.0.0.2:40002", here, tcpFinWait1},
			socket{"127.0.0.2:40003", here, tcpFinWait1},
		)}), pairs(196, "127.0.0.1-127.0.0.2", here), "98 of 100 left, 2 pairs", "98 per pair", Warn,
			"ephemeral ports 98 of 100 left, 2 pairs: 1 more belong to connections that have just been closed, for a minute at most" + widen},
		{"a table that is none", with(tree{"proc/net/tcp": "sl\n1:\n2: 0100007F:9C41 zz 01\n3: 0100007F:9C41 0100007F:2329 0x1\n4: " + strings.Repeat("0", 64) + ":9C41 0100007F:2329 01\n"}),
			to(100, here), "100 of 100 left", "100", OK, ""},
	})
}

// Where only what is not well matters, ports are counted out only near the limit.
func TestPortsInBrief(t *testing.T) {
	const here = "127.0.0.1:9001"
	files := laptop.with(tree{
		"proc/sys/net/ipv4/ip_local_port_range": "40000 40099\n",
		"proc/net/sockstat":                     "sockets: used 9\nTCP: inuse 2 orphan 7 tw 1 alloc 8 mem 0\n",
		"proc/net/sockstat6":                    "TCP6: inuse 1\nUDP6: inuse 5\n",
		"proc/net/tcp":                          table(socket{"127.0.0.1:40001", here, 1}),
	})
	for _, tt := range []struct {
		files       tree
		connections int
		brief       bool
		value       string
		state       State
	}{
		{files, 96, true, "at least 96 of 100 left", OK},
		{files, 96, false, "99 of 100 left", OK},
		{files, 97, true, "99 of 100 left", OK},
		{files, 100, true, "99 of 100 left", TooLittle},
		{files.with(tree{"proc/net/sockstat": ""}), 1, true, "99 of 100 left", OK},
		{files.with(tree{"proc/net/sockstat": "TCP: inuse x tw 1\n"}), 1, true, "99 of 100 left", OK},
		{files.with(tree{"proc/net/sockstat": "TCP: inuse\n"}), 1, true, "99 of 100 left", OK},
	} {
		m := tt.files.machine()
		m.Brief = tt.brief
		n := usual()
		n.Connections, n.Targets = tt.connections, targets(here)
		if i := named(t, m.Examine(n), "ephemeral ports"); i.Value != tt.value || i.State != tt.state {
			t.Errorf("%d connections, brief %v: got %q, %s, want %q, %s", tt.connections, tt.brief, i.Value, i.State, tt.value, tt.state)
		}
	}
}

func TestAUnixSocketNeedsNoPorts(t *testing.T) {
	n := usual()
	n.Connections, n.Targets = 100_000, nil
	for _, i := range laptop.machine().Examine(n) {
		if i.Name == "ephemeral ports" {
			t.Errorf("got %+v", i)
		}
	}
}

func TestMachinePorts(t *testing.T) {
	for _, tt := range []struct {
		text string
		want int
	}{
		{"32768\t60999\n", 28232},
		{"1024 65535", 64512},
		{"5 5", 1},
		{"6 5", 0},
		{"5", 0},
		{"5 70000", 0},
		{"a b", 0},
		{"", 0},
	} {
		m := laptop.with(tree{"proc/sys/net/ipv4/ip_local_port_range": tt.text}).machine()
		if got := m.Ports(); got != tt.want {
			t.Errorf("a range %q: got %d ports, want %d", tt.text, got, tt.want)
		}
	}
}
