package preflight

import (
	"fmt"
	"os"
	"testing"
)

func TestListenQueue(t *testing.T) {
	small := tree{"proc/sys/net/core/somaxconn": "100\n"}
	opening := func(connections, opening int) func(*Need) {
		return func(n *Need) { n.Connections, n.Opening = connections, opening }
	}
	checkItems(t, "somaxconn", []itemCase{
		{"the usual", nil, nil, "4,096", "50", OK, ""},
		{"as many as may wait", small, opening(100, 500), "100", "100", OK, ""},
		{"one more", small, opening(101, 500), "100", "101", Warn,
			"somaxconn 100: more connections are opened at the same time than may wait for the server: some are opened again after a second: sudo sysctl -w net.core.somaxconn=101"},
		{"the server is elsewhere", small, func(n *Need) { n.Connections, n.Local = 500, false }, "100", "", OK, ""},
		{"not known", tree{"proc/sys/net/core/somaxconn": ""}, nil, "", "", Unknown, ""},
	})
}

func TestTCPMemory(t *testing.T) {
	page := os.Getpagesize()
	if page != 4096 {
		t.Skip("the figures below are of pages of 4096 bytes")
	}
	mem := tree{"proc/sys/net/ipv4/tcp_mem": "100 200 300\n"}
	checkItems(t, "tcp_mem", []itemCase{
		{"a page for each socket", mem, func(n *Need) { n.Connections = 100 }, "1.17 MiB", "about 800 KiB", OK, ""},
		{"pressure", mem, func(n *Need) { n.Connections = 101 }, "1.17 MiB", "about 808 KiB", Warn,
			`tcp_mem 1.17 MiB: from 800 KiB on the kernel shrinks the buffers of all sockets, and at the limit it drops what arrives: sudo sysctl -w net.ipv4.tcp_mem="202 303 404"`},
		{"the server is elsewhere", mem, func(n *Need) { n.Connections, n.Local = 200, false }, "1.17 MiB", "about 800 KiB", OK, ""},
		{"long messages", mem, func(n *Need) { n.Connections, n.Local, n.Message, n.InFlight = 10, false, 1<<16, 2 }, "1.17 MiB", "about 1.33 MiB", Warn,
			`tcp_mem 1.17 MiB: from 800 KiB on the kernel shrinks the buffers of all sockets, and at the limit it drops what arrives: sudo sysctl -w net.ipv4.tcp_mem="340 510 680"`},
		{"no messages", mem, func(n *Need) { n.Connections, n.Message = 5000, 0 }, "1.17 MiB", "", OK, ""},
		{"not known", tree{"proc/sys/net/ipv4/tcp_mem": "1 2"}, nil, "", "", Unknown, ""},
	})
}

func TestSocketBuffers(t *testing.T) {
	message := func(size, inFlight int) func(*Need) {
		return func(n *Need) { n.Message, n.InFlight = size, inFlight }
	}
	checkItems(t, "tcp_wmem", []itemCase{
		{"the usual", nil, nil, "4.00 MiB", "20 B", OK, ""},
		{"it just fits", nil, message(1<<20, 4), "4.00 MiB", "4.00 MiB", OK, ""},
		{"in an open loop", nil, message(1<<20, 0), "4.00 MiB", "1.00 MiB", OK, ""},
		{"it does not", nil, message(1<<20, 5), "4.00 MiB", "5.00 MiB", Warn,
			`tcp_wmem 4.00 MiB: the messages under way on a connection do not fit into its buffer and are sent in parts: sudo sysctl -w net.ipv4.tcp_wmem="4096 16384 5242880"`},
		{"no messages", nil, message(0, 0), "4.00 MiB", "", OK, ""},
	})
	checkItems(t, "tcp_rmem", []itemCase{
		{"it does not fit", nil, message(1<<20, 7), "6.00 MiB", "7.00 MiB", Warn,
			`tcp_rmem 6.00 MiB: the messages under way on a connection do not fit into its buffer and hold their sender up: sudo sysctl -w net.ipv4.tcp_rmem="4096 131072 7340032"`},
		{"not known", tree{"proc/sys/net/ipv4/tcp_rmem": ""}, nil, "", "", Unknown, ""},
	})
}

func TestConntrack(t *testing.T) {
	table := func(most, count int) tree {
		return tree{
			"proc/sys/net/netfilter/nf_conntrack_max":   fmt.Sprintln(most),
			"proc/sys/net/netfilter/nf_conntrack_count": fmt.Sprintln(count),
		}
	}
	connections := func(n *Need) { n.Connections = 1000 }
	checkItems(t, "conntrack", []itemCase{
		{"room", table(2000, 1000), connections, "1,000 of 2,000 left", "1,000", OK, ""},
		{"full for now", table(2000, 1001), connections, "999 of 2,000 left", "1,000", Warn,
			"conntrack 999 of 2,000 left: without an entry in the firewall's table the packets of a connection are dropped: sudo sysctl -w net.netfilter.nf_conntrack_max=3001"},
		{"too small", table(999, 10), connections, "989 of 999 left", "1,000", TooLittle,
			"the run needs 1000 entries in the firewall's table of connections, which holds 999: sudo sysctl -w net.netfilter.nf_conntrack_max=2010"},
		{"not in use", table(999, 0), connections, "999 of 999 left", "1,000", OK, ""},
	})
	m := laptop.with(tree{"proc/sys/net/netfilter/nf_conntrack_max": ""}).machine()
	for _, i := range m.Examine(usual()) {
		if i.Name == "conntrack" {
			t.Errorf("there is no such table, and got %+v", i)
		}
	}
}
