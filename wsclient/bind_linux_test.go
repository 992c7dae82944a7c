package wsclient

import (
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
)

// The kernel is told to leave the port to connect, for IPv4 and IPv6.
func TestBindLeavesThePortToConnect(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "::1"} {
		ln, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
		if err != nil {
			t.Logf("%s: %v", host, err)
			continue
		}
		defer ln.Close()
		up := mustPrepare(t, Request{Target: mustTarget(t, "ws://"+ln.Addr().String()+"/")})
		d := &Dialer{Upgrade: up, LocalAddr: &net.TCPAddr{IP: netip.MustParseAddr(host).AsSlice()}}
		tr := new(Transport)
		if err := d.connect(within(t), tr); err != nil {
			t.Fatal(err)
		}
		defer tr.Conn.Close()
		if at := tr.Conn.LocalAddr().String(); !strings.HasPrefix(at, net.JoinHostPort(host, "")) {
			t.Errorf("connected from %s, want %s", at, host)
		}
		raw, err := tr.Conn.(*net.TCPConn).SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		raw.Control(func(fd uintptr) {
			if on, err := syscall.GetsockoptInt(int(fd), syscall.SOL_IP, ipBindAddressNoPort); err != nil || on != 1 {
				t.Errorf("%s: got IP_BIND_ADDRESS_NO_PORT %d, %v, want 1", host, on, err)
			}
		})
	}
}
