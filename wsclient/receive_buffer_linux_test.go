package wsclient

import (
	"net"
	"syscall"
	"testing"
)

// The buffer is what was asked for; Linux keeps twice as much, and says so.
func TestReceiveBuffer(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	up := mustPrepare(t, Request{Target: mustTarget(t, "ws://"+ln.Addr().String()+"/")})
	for _, local := range []net.Addr{nil, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}} {
		d := &Dialer{Upgrade: up, LocalAddr: local, ReceiveBuffer: 5000}
		tr := new(Transport)
		if err := d.connect(within(t), tr); err != nil {
			t.Fatal(err)
		}
		defer tr.Conn.Close()
		raw, err := tr.Conn.(*net.TCPConn).SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		raw.Control(func(fd uintptr) {
			if size, err := syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF); err != nil || size != 10_000 {
				t.Errorf("from %v: got SO_RCVBUF %d, %v, want 10000", local, size, err)
			}
		})
	}
}
