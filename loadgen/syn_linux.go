//go:build linux && !wsstorm_portable

package loadgen

import (
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// retransmissions returns how many segments the kernel has sent again on a
// connection: SYNs, where nothing else was sent yet; 0 where it does not say.
func retransmissions(fd int) int {
	info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		return 0
	}
	return int(info.Total_retrans)
}

// synsSentAgain returns how often the SYN of a connection was sent again that took
// so long to connect. The upgrade request is among what the kernel counts; it is
// rarely the segment that was lost on a connection that began like that.
func synsSentAgain(conn *net.TCPConn, _ time.Duration) int {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0
	}
	n := 0
	if raw.Control(func(fd uintptr) { n = retransmissions(int(fd)) }) != nil {
		return 0
	}
	return n
}
