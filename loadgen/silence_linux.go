package loadgen

import "golang.org/x/sys/unix"

// dropPackets has the system drop whatever comes in for a socket before TCP sees
// it, so that it answers nothing: a filter that accepts no byte of any packet.
// Where that is not possible, the connection goes silent all the same, but the
// system acknowledges what the peer sends.
func dropPackets(fd uintptr) {
	nothing := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K}
	unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: 1, Filter: &nothing})
}
