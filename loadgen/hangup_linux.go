package loadgen

import (
	"io"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// hungUp returns how the peer has ended the connection, without reading from it;
// nil where it has not.
func hungUp(conn net.Conn) error {
	c, ok := conn.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return nil
	}
	var ended error
	raw.Control(func(fd uintptr) {
		poll := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLRDHUP}}
		if n, err := unix.Poll(poll, 0); err != nil || n == 0 {
			return
		}
		ended = io.EOF
		if code, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ERROR); err == nil && code != 0 {
			ended = unix.Errno(code)
		}
	})
	return ended
}
