//go:build linux && !wsstorm_portable

package loadgen

import (
	"net"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

// TestBindLeavesThePortToConnect: the kernel is told so, for IPv4 and IPv6, and the
// address is the one that was asked for.
func TestBindLeavesThePortToConnect(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "::1"} {
		ln, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
		if err != nil {
			t.Logf("%s: %v", host, err)
			continue
		}
		defer ln.Close()
		for _, from := range []netip.Addr{netip.MustParseAddr(host), {}} {
			fd, _, err := connectSocket(from, netip.MustParseAddrPort(ln.Addr().String()), 0)
			if err != nil {
				t.Fatal(err)
			}
			defer unix.Close(int(fd))
			want := 0
			if from.IsValid() {
				want = 1
			}
			if on, err := unix.GetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT); err != nil || on != want {
				t.Errorf("from %v to %s: got IP_BIND_ADDRESS_NO_PORT %d, %v, want %d", from, host, on, err, want)
			}
		}
	}
}
