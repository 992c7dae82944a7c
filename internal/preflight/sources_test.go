package preflight

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"testing"
)

func TestSourceAddresses(t *testing.T) {
	var tried []netip.Addr
	missing := netip.MustParseAddr("127.0.0.9")
	m := laptop.machine()
	m.Bind = func(a netip.Addr) error {
		tried = append(tried, a)
		if a == missing {
			return errors.New("cannot assign requested address")
		}
		return nil
	}
	n := usual()
	if items := m.sources(n); items != nil {
		t.Errorf("no sources: got %v", items)
	}
	n.Sources = LoopbackAddrs(8)
	i := named(t, m.Examine(n), "source addresses")
	if i.State != OK || i.Value != "8: 127.0.0.1, …" || !slices.Equal(tried, n.Sources) {
		t.Errorf("got %+v after trying %v, want 8 that are well", i, tried)
	}
	n.Sources = LoopbackAddrs(1)
	if i = named(t, m.Examine(n), "source addresses"); i.Value != "127.0.0.1" {
		t.Errorf("one: got %+v", i)
	}
	n.Sources = LoopbackAddrs(1500)
	i = named(t, m.Examine(n), "source addresses")
	if want := "this machine cannot connect from the source address 127.0.0.9: cannot assign requested address"; i.State != TooLittle || i.String() != want {
		t.Errorf("got %s, %s, want %s", i.State, i, want)
	}
	missing, tried = netip.Addr{}, nil
	if i = named(t, m.Examine(n), "source addresses"); i.State != OK || i.Value != "1,500: 127.0.0.1, …" || len(tried) != maxBinds {
		t.Errorf("got %+v after trying %d, want %d of 1,500", i, len(tried), maxBinds)
	}
}

func TestBind(t *testing.T) {
	if err := bind(netip.MustParseAddr("127.0.0.1")); err != nil {
		t.Errorf("127.0.0.1: got %v", err)
	}
	if err := bind(netip.MustParseAddr("192.0.2.9")); err == nil {
		t.Error("192.0.2.9: got no error")
	}
}

func TestLoopback(t *testing.T) {
	const here, other = "127.0.0.1:9001", "127.0.0.2:9001"
	few := laptop.with(tree{"proc/sys/net/ipv4/ip_local_port_range": "40000 40099\n"})
	busy := few.with(tree{"proc/net/tcp": table(
		socket{"127.0.0.1:40001", here, 1},
		socket{"127.0.0.1:40002", "0.0.0.0:0", tcpListen},
	)})
	var servers []socket
	for port := 40030; port < 40100; port++ {
		servers = append(servers, socket{fmt.Sprint("127.0.0.1:", port), "0.0.0.0:0", tcpListen})
	}
	taken := few.with(tree{"proc/net/tcp": table(servers...)})
	for _, tt := range []struct {
		name        string
		files       tree
		connections int
		targets     []string
		want        int
	}{
		{"half of the ports", few, 50, []string{here}, 1},
		{"one more", few, 51, []string{here}, 2},
		{"two targets", few, 100, []string{here, other}, 1},
		{"two targets and one more", few, 101, []string{here, other}, 2},
		{"in use", busy, 49, []string{here}, 1},
		{"one too few", busy, 50, []string{here}, 2},
		{"two times that", busy, 98, []string{here}, 2},
		{"two times that and one more", busy, 99, []string{here}, 3},
		{"servers have most", taken, 30, []string{here}, 1},
		{"servers have more", taken, 31, []string{here}, 2},
		{"100,000", laptop, 100_000, []string{here}, 8},
		{"elsewhere", few, 101, []string{"192.0.2.1:80"}, 1},
		{"elsewhere as well", few, 1001, []string{here, "192.0.2.1:80"}, 1},
		{"IPv6", few, 101, []string{"[::1]:80"}, 1},
		{"a Unix socket", few, 101, nil, 1},
		{"not known", tree{}, 101, []string{here}, 1},
		{"no ports at all", few.with(tree{"proc/sys/net/ipv4/ip_local_reserved_ports": "40000-40099"}), 101, []string{here}, 1},
	} {
		n := usual()
		n.Connections, n.Targets = tt.connections, targets(tt.targets...)
		got := tt.files.machine().Loopback(n)
		if got != tt.want {
			t.Errorf("%s: got %d sources, want %d", tt.name, got, tt.want)
		}
		if got == 1 {
			continue
		}
		n.Sources = LoopbackAddrs(got)
		if i := named(t, tt.files.machine().Examine(n), "ephemeral ports"); i.State != OK {
			t.Errorf("%s: with %d sources ports are %s: %s", tt.name, got, i.State, i)
		}
		if again := tt.files.machine().Loopback(n); again != 1 {
			t.Errorf("%s: given sources: got %d, want 1", tt.name, again)
		}
	}
	// What the kernel has counted says that there is room: the table is not walked.
	for inUse, want := range map[int]int{2: 1, 3: 2} {
		n := usual()
		n.Connections, n.Targets = 47, targets(here)
		files := few.with(tree{"proc/net/sockstat": fmt.Sprintf("sockets: used 9\nTCP: inuse %d orphan 7 tw 1 alloc 8 mem 0\nUDP: inuse 4 mem 0\n", inUse),
			"proc/net/tcp": busy["proc/net/tcp"] + table(socket{"127.0.0.1:40003", here, 1}, socket{"127.0.0.1:40004", here, 1}, socket{"127.0.0.1:40005", here, 1})})
		if got := files.machine().Loopback(n); got != want {
			t.Errorf("%d sockets and one in TIME_WAIT: got %d sources, want %d", inUse, got, want)
		}
	}
	n := usual()
	n.Targets = make([]netip.AddrPort, 1)
	if got := laptop.machine().Loopback(n); got != 1 {
		t.Errorf("a server that is not known: got %d, want 1", got)
	}
	if got := (Machine{}).Loopback(usual()); got != 1 {
		t.Errorf("no files: got %d, want 1", got)
	}
}
