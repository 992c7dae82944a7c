package preflight

import (
	"fmt"
	"os"
	"strconv"

	"wsstorm/stats/report"
)

// listenQueue is about the connections that wait for a server of this machine to
// accept them.
func (m Machine) listenQueue(n Need) []Item {
	const name = "net.core.somaxconn"
	most, known := m.number(sysctl(name))
	if !known {
		return []Item{unknown("somaxconn")}
	}
	if !n.Local {
		return []Item{counted("somaxconn", most, 0)} // the server's machine is another one
	}
	want := int64(min(n.Opening, n.Connections))
	i := counted("somaxconn", most, want)
	if want > most {
		i = i.with(Warn, "more connections are opened at the same time than may wait for the server: some are opened again after a second",
			setSysctl(name, strconv.FormatInt(want, 10)))
	}
	return []Item{i}
}

// skbOverhead is what the kernel accounts for a small message beside its bytes.
const skbOverhead = 2304

// tcpMemory is about the pages that all TCP sockets together may queue data in.
func (m Machine) tcpMemory(n Need) []Item {
	const name = "net.ipv4.tcp_mem"
	limits := m.numbers(sysctl(name), 3)
	if limits == nil {
		return []Item{unknown("tcp_mem")}
	}
	page := int64(os.Getpagesize())
	pressure, most := limits[1]*page, limits[2]*page
	// A message waits in the buffer of its sender until the peer has it, where it
	// waits in that of its receiver. An idle socket takes nothing.
	want := int64(0)
	if n.Message > 0 {
		each := n.queued() + int64(max(n.InFlight, 1))*skbOverhead
		want = n.sockets() * ((each + page - 1) / page * page)
	}
	i := sized("tcp_mem", most, want)
	if want > pressure {
		i = i.with(Warn, fmt.Sprintf("from %s on the kernel shrinks the buffers of all sockets, and at the limit it drops what arrives", report.Bytes(float64(pressure))),
			setSysctl(name, fmt.Sprintf("%d %d %d", want/page, want/page*3/2, want/page*2)))
	}
	return []Item{i}
}

// socketBuffers is about the most that one socket may queue.
func (m Machine) socketBuffers(n Need) []Item {
	var items []Item
	for _, b := range []struct{ name, does string }{
		{"tcp_rmem", "hold their sender up"},
		{"tcp_wmem", "are sent in parts"},
	} {
		limits := m.numbers(sysctl("net.ipv4."+b.name), 3)
		if limits == nil {
			items = append(items, unknown(b.name))
			continue
		}
		i := sized(b.name, limits[2], 0)
		if want := n.queued(); want > 0 {
			i.Need, i.Want = report.Bytes(float64(want)), number(want)
			if want > limits[2] {
				i = i.with(Warn, "the messages under way on a connection do not fit into its buffer and "+b.does,
					setSysctl("net.ipv4."+b.name, fmt.Sprintf("%d %d %d", limits[0], limits[1], want)))
			}
		}
		items = append(items, i)
	}
	return items
}

// conntrack is about the firewall's table of connections, where it keeps one.
func (m Machine) conntrack(n Need) []Item {
	const name = "net.netfilter.nf_conntrack_max"
	most, known := m.number(sysctl(name))
	count, counts := m.number(sysctl("net.netfilter.nf_conntrack_count"))
	if !known || !counts {
		return nil // not loaded
	}
	want := int64(n.Connections)
	i := counted("conntrack", most-count, want)
	i.Value += fmt.Sprintf(" of %s left", report.Count(most))
	fix := setSysctl(name, strconv.FormatInt(count+2*want, 10))
	switch {
	case count == 0:
		// Loaded, but no rule of this network namespace asks for it.
		return []Item{i}
	case want > most:
		i = i.with(TooLittle, fmt.Sprintf("the run needs %d entries in the firewall's table of connections, which holds %d", want, most), fix)
	case want > most-count:
		i = i.with(Warn, "without an entry in the firewall's table the packets of a connection are dropped", fix)
	}
	return []Item{i}
}
