//go:build linux && !wsstorm_portable

package loadgen

import (
	"encoding/binary"
	"net/netip"
	"os"
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The system calls of the event loop. Those on non-blocking sockets go out raw:
// they return at once, so telling Go's scheduler about them would only cost.

func readSocket(fd int32, p []byte) (int, unix.Errno) {
	return transfer(unix.SYS_READ, fd, p)
}

// writeSocket writes without raising SIGPIPE, which Go ignores on sockets.
func writeSocket(fd int32, p []byte) (int, unix.Errno) {
	return transfer(unix.SYS_WRITE, fd, p)
}

func transfer(call uintptr, fd int32, p []byte) (int, unix.Errno) {
	for {
		n, _, errno := unix.RawSyscall(call, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)))
		switch errno {
		case 0:
			return int(n), 0
		case unix.EINTR:
		default:
			return 0, errno
		}
	}
}

// connectSocket opens a non-blocking TCP socket without Nagle's algorithm and
// begins to connect it, from a local address unless that is the zero Addr;
// inProgress tells whether the outcome is still to come. The receive buffer is of
// the given size in bytes, the system's where that is 0: it is set first, because
// the SYN tells the peer of it.
func connectSocket(from netip.Addr, to netip.AddrPort, receive int) (fd int32, inProgress bool, err error) {
	domain := unix.AF_INET
	if to.Addr().Is6() {
		domain = unix.AF_INET6
	}
	s, err := unix.Socket(domain, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, unix.IPPROTO_TCP)
	if err != nil {
		return -1, false, err
	}
	if err := unix.SetsockoptInt(s, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); err != nil {
		unix.Close(s)
		return -1, false, err
	}
	if from.IsValid() {
		// The port is left to connect, which takes one that is in use to other
		// destinations; bind would take one that is not in use at all. Older
		// kernels than 4.2 do not know the option, and are sooner out of ports.
		unix.SetsockoptInt(s, unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1)
		if err := unix.Bind(s, sockaddr(netip.AddrPortFrom(from, 0))); err != nil {
			unix.Close(s)
			return -1, false, os.NewSyscallError("bind", err)
		}
	}
	if receive > 0 {
		if err := unix.SetsockoptInt(s, unix.SOL_SOCKET, unix.SO_RCVBUF, receive); err != nil {
			unix.Close(s)
			return -1, false, err
		}
	}
	switch errno := connect(s, to); errno {
	case 0:
		return int32(s), false, nil
	case unix.EINPROGRESS, unix.EINTR:
		return int32(s), true, nil
	default:
		unix.Close(s)
		return -1, false, errno
	}
}

// connect is unix.Connect without the address on the heap, where one for each
// connection of a large run would lie until it is collected.
func connect(fd int, to netip.AddrPort) unix.Errno {
	if to.Addr().Is6() {
		if err := unix.Connect(fd, sockaddr(to)); err != nil {
			return err.(unix.Errno)
		}
		return 0
	}
	raw := unix.RawSockaddrInet4{Family: unix.AF_INET, Addr: to.Addr().As4()}
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&raw.Port))[:], to.Port())
	_, _, errno := unix.RawSyscall(unix.SYS_CONNECT, uintptr(fd), uintptr(unsafe.Pointer(&raw)), unix.SizeofSockaddrInet4)
	return errno
}

func sockaddr(to netip.AddrPort) unix.Sockaddr {
	if to.Addr().Is4() {
		return &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}
	}
	return &unix.SockaddrInet6{Port: int(to.Port()), Addr: to.Addr().As16(), ZoneId: zoneID(to.Addr().Zone())}
}

// connectOutcome returns how a connect that was in progress ended.
func connectOutcome(fd int32) error {
	code, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ERROR)
	if err != nil {
		return err
	}
	if code != 0 {
		return unix.Errno(code)
	}
	return nil
}

// A poller is an epoll instance, and an eventfd in it by which other threads
// wake its owner. Its zero value is not usable.
type poller struct {
	fd     int
	wakeFD int
	events []unix.EpollEvent
	// coarse says that the kernel is older than 5.11 and waits in milliseconds.
	coarse bool
}

// wakeEvent is the index under which the eventfd reports.
const wakeEvent = -1

func newPoller(events int) (*poller, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	wake, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	p := &poller{fd: fd, wakeFD: wake, events: make([]unix.EpollEvent, events)}
	if err := p.add(int32(wake), wakeEvent, unix.EPOLLIN); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (p *poller) close() {
	unix.Close(p.wakeFD)
	unix.Close(p.fd)
}

// add has fd report under index.
func (p *poller) add(fd int32, index int, events uint32) error {
	return unix.EpollCtl(p.fd, unix.EPOLL_CTL_ADD, int(fd), &unix.EpollEvent{Events: events, Fd: int32(index)})
}

// remove has fd report no more.
func (p *poller) remove(fd int32) {
	unix.EpollCtl(p.fd, unix.EPOLL_CTL_DEL, int(fd), nil) // an error means that it is not there
}

// wake makes the current or the next wait return.
func (p *poller) wake() {
	one := [8]byte{7: 1} // any byte order: it only must not be 0
	unix.Write(p.wakeFD, one[:])
}

// awake takes note that a wake has arrived.
func (p *poller) awake() {
	var count [8]byte
	unix.Read(p.wakeFD, count[:])
}

// kernelTimespec is the timespec of epoll_pwait2, of 64 bits each on every processor.
type kernelTimespec struct{ sec, nsec int64 }

// wait returns the events there are, waiting for one at most for timeout; 0 or
// less looks without waiting. The slice is valid until the next wait.
func (p *poller) wait(timeout time.Duration) []unix.EpollEvent {
	var n uintptr
	var errno unix.Errno
	events := unsafe.Pointer(unsafe.SliceData(p.events))
	switch {
	case timeout <= 0:
		n, _, errno = unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(p.fd), uintptr(events), uintptr(len(p.events)), 0, 0, 0)
	case p.coarse:
		// Rounded up: what is due in between is late, and the lag says so.
		ms := min((timeout+time.Millisecond-1)/time.Millisecond, 1<<30)
		n, _, errno = unix.Syscall6(unix.SYS_EPOLL_PWAIT, uintptr(p.fd), uintptr(events), uintptr(len(p.events)), uintptr(ms), 0, 0)
	default:
		ts := kernelTimespec{int64(timeout / time.Second), int64(timeout % time.Second)}
		n, _, errno = unix.Syscall6(unix.SYS_EPOLL_PWAIT2, uintptr(p.fd), uintptr(events), uintptr(len(p.events)), uintptr(unsafe.Pointer(&ts)), 0, 0)
		runtime.KeepAlive(&ts)
	}
	switch errno {
	case 0:
		return p.events[:n]
	case unix.ENOSYS:
		p.coarse = true
	}
	return nil // EINTR, or asked again in another way
}
