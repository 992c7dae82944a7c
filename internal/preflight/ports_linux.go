package preflight

import (
	"fmt"
	"os"
)

var portRemedy = fmt.Sprintf(`sudo sysctl -w net.ipv4.ip_local_port_range="%d %d"`, firstPort, lastPort)

// ports returns the size of the range that the kernel takes ephemeral ports
// from, IPv6 included. Those in TIME_WAIT are not subtracted: on loopback the
// kernel reuses them at once, elsewhere after a second (tcp_tw_reuse).
func ports() int {
	text, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	if err != nil {
		return 0
	}
	return parsePorts(string(text))
}

// parsePorts returns the size of a range "32768 60999", 0 if it is none.
func parsePorts(text string) int {
	var first, last int
	if n, err := fmt.Sscan(text, &first, &last); n != 2 || err != nil || last < first {
		return 0
	}
	return last - first + 1
}
