package floor

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"wsstorm/wsclient"
)

// A Config says what to exchange with whom.
type Config struct {
	Addr        netip.AddrPort
	Connections int
	Size        int           // payload bytes of each message
	Rate        float64       // messages a second in total; 0: one on its way on each connection
	Warmup      time.Duration // exchanged, but not counted
	Duration    time.Duration // counted; 0: only open and close
}

// A Report is what it took. CPU is that of the whole process.
type Report struct {
	OpenTime, OpenCPU time.Duration // of all connections together
	Messages          int64         // answered in Time
	Time, CPU         time.Duration
}

// Run opens the connections, keeps one message on its way on each, and closes
// them. It runs in the calling goroutine.
func Run(c Config) (Report, error) {
	l := &loop{
		frame:   wsclient.AppendFrame(nil, wsclient.FrameHeader{Fin: true, Opcode: wsclient.OpBinary}, 0x5EED5EED, make([]byte, c.Size)),
		buf:     make([]byte, 256<<10),
		sockets: make([]socket, c.Connections),
		events:  make([]unix.EpollEvent, 512),
	}
	l.reply = len(l.frame) - 4 // a server sends no masking key
	var err error
	if l.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return Report{}, err
	}
	defer unix.Close(l.epoll)
	defer l.closeAll()

	var r Report
	start, cpu := time.Now(), processCPU()
	if err := l.open(c.Addr); err != nil {
		return r, err
	}
	r.OpenTime, r.OpenCPU = time.Since(start), processCPU()-cpu
	if c.Duration == 0 {
		return r, nil
	}
	if c.Rate > 0 {
		l.gap = time.Duration(float64(time.Second) / c.Rate)
		l.due = time.Now()
	} else {
		for i := range l.sockets {
			l.send(i)
		}
	}
	if err := l.exchange(time.Now().Add(c.Warmup)); err != nil {
		return r, err
	}
	start, cpu, l.answered = time.Now(), processCPU(), 0
	err = l.exchange(start.Add(c.Duration))
	r.Time, r.CPU, r.Messages = time.Since(start), processCPU()-cpu, l.answered
	return r, err
}

type loop struct {
	epoll    int
	frame    []byte // what is sent, each time
	reply    int    // bytes that answer it
	buf      []byte
	sockets  []socket
	events   []unix.EpollEvent
	answered int64

	gap  time.Duration // between two messages at a fixed rate; 0: no rate
	due  time.Time     // of the next one
	next int           // the connection that sends it
}

type socket struct {
	fd   int
	got  int // bytes of the current reply
	sent int // bytes of the current frame
	open bool
}

// window is how many connections are being opened at a time, as in the engine.
const window = 128

func (l *loop) open(addr netip.AddrPort) error {
	request := []byte("GET / HTTP/1.1\r\nHost: " + addr.String() + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	begun, opened := 0, 0
	for opened < len(l.sockets) {
		for begun < len(l.sockets) && begun-opened < window {
			if err := l.connect(begun, addr); err != nil {
				return fmt.Errorf("connection %d: %w", begun, err)
			}
			begun++
		}
		n, err := unix.EpollWait(l.epoll, l.events, 5000)
		if err == unix.EINTR {
			continue
		}
		if err != nil || n == 0 {
			return errors.Join(err, errors.New("no progress in opening connections"))
		}
		for _, ev := range l.events[:n] {
			s := &l.sockets[ev.Fd]
			if s.sent == 0 && ev.Events&unix.EPOLLOUT != 0 {
				if s.sent, err = unix.Write(s.fd, request); err != nil {
					return err
				}
			}
			if ev.Events&unix.EPOLLIN == 0 || s.open {
				continue
			}
			n, err := unix.Read(s.fd, l.buf)
			if err != nil {
				return err
			}
			if !bytes.Contains(l.buf[:n], []byte("\r\n\r\n")) {
				return fmt.Errorf("no upgrade: %q", l.buf[:min(n, 60)])
			}
			s.open, s.sent = true, 0
			opened++
		}
	}
	return nil
}

func (l *loop) connect(i int, addr netip.AddrPort) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	l.sockets[i].fd = fd
	if err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); err != nil {
		return err
	}
	if err := unix.Connect(fd, &unix.SockaddrInet4{Port: int(addr.Port()), Addr: addr.Addr().As4()}); err != nil && err != unix.EINPROGRESS {
		return err
	}
	return unix.EpollCtl(l.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{
		Events: unix.EPOLLIN | unix.EPOLLOUT | unix.EPOLLET, Fd: int32(i),
	})
}

// exchange answers every reply with the next message, or sends messages when
// they are due, until the deadline.
func (l *loop) exchange(deadline time.Time) error {
	for now := time.Now(); now.Before(deadline); now = time.Now() {
		wait := 100 * time.Millisecond
		if l.gap > 0 {
			for ; !l.due.After(now); l.due = l.due.Add(l.gap) {
				l.sockets[l.next].sent = 0
				l.send(l.next)
				l.next = (l.next + 1) % len(l.sockets)
			}
			wait = max(0, time.Until(l.due))
		}
		ts := [2]int64{int64(wait / time.Second), int64(wait % time.Second)} // 64 bits each on every processor
		// Not raw: the wait may be a long one.
		n, _, errno := unix.Syscall6(unix.SYS_EPOLL_PWAIT2, uintptr(l.epoll), uintptr(unsafe.Pointer(&l.events[0])),
			uintptr(len(l.events)), uintptr(unsafe.Pointer(&ts)), 0, 0)
		if errno != 0 && errno != unix.EINTR {
			return errno
		}
		if errno != 0 {
			continue
		}
		for _, ev := range l.events[:n] {
			if err := l.ready(int(ev.Fd)); err != nil {
				return err
			}
		}
	}
	return nil
}

// ready reads what there is and sends what it may.
func (l *loop) ready(i int) error {
	s := &l.sockets[i]
	if s.sent < len(l.frame) {
		l.send(i)
	}
	for {
		n, _, errno := unix.RawSyscall(unix.SYS_READ, uintptr(s.fd), uintptr(unsafe.Pointer(&l.buf[0])), uintptr(len(l.buf)))
		switch {
		case errno == unix.EAGAIN:
			return nil
		case errno != 0:
			return errno
		case n == 0:
			return errors.New("the server closed a connection")
		}
		if s.got += int(n); s.got >= l.reply {
			s.got -= l.reply
			l.answered++
			if l.gap == 0 {
				s.sent = 0
				l.send(i)
			}
		}
		if int(n) < len(l.buf) {
			return nil
		}
	}
}

// send writes the rest of the frame, as far as it goes.
func (l *loop) send(i int) {
	s := &l.sockets[i]
	p := l.frame[s.sent:]
	n, _, errno := unix.RawSyscall(unix.SYS_WRITE, uintptr(s.fd), uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)))
	if errno == 0 {
		s.sent += int(n)
	}
}

// closeAll resets the connections: closed in order they would keep their ports
// for a minute, and the search for free ones would slow down the next run.
func (l *loop) closeAll() {
	for _, s := range l.sockets {
		if s.fd > 0 {
			unix.SetsockoptLinger(s.fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1}) // best effort
			unix.Close(s.fd)
		}
	}
}

// processCPU returns what this process has used so far, user and system.
func processCPU() time.Duration {
	var u unix.Rusage
	unix.Getrusage(unix.RUSAGE_SELF, &u) // cannot fail with these arguments
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
