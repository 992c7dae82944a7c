package wsclient

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
)

// loopback skips the test where the loopback network has not this address.
func loopback(t *testing.T, address string) {
	t.Helper()
	c, err := net.ListenPacket("udp", address+":0")
	if err != nil {
		t.Skip(err)
	}
	c.Close()
}

// The connection comes from the local address, and the port is the system's
// choice.
func TestOpenFromALocalAddress(t *testing.T) {
	loopback(t, "127.0.0.2")
	var from string
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		from = r.RemoteAddr
		gorillaEcho(w, r)
	})
	d := &Dialer{Upgrade: mustPrepare(t, Request{Target: mustTarget(t, url)}), LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	tr := open(t, d)
	if !strings.HasPrefix(from, "127.0.0.2:") || tr.Conn.LocalAddr().String() != from {
		t.Errorf("the server saw %s, the connection says %s, want a port of 127.0.0.2", from, tr.Conn.LocalAddr())
	}
}

// The addresses are tried in their order, and what is sent is about the target.
func TestOpenToOtherAddresses(t *testing.T) {
	loopback(t, "127.0.0.2")
	var host string
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		host = r.Host
		gorillaEcho(w, r)
	})
	at := netip.MustParseAddrPort(strings.TrimPrefix(url, "ws://"))
	nobody := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.2"), at.Port())
	d := &Dialer{Upgrade: mustPrepare(t, Request{Target: mustTarget(t, "ws://name.invalid:9/")}), Addrs: []netip.AddrPort{nobody, at}}
	tr := open(t, d)
	if got := tr.Conn.RemoteAddr().String(); got != at.String() || host != "name.invalid:9" || tr.Timings.DNS != 0 {
		t.Errorf("connected to %s as %s, DNS %v, want %s as name.invalid:9 without a look-up", got, host, tr.Timings.DNS, at)
	}
	d.Addrs = d.Addrs[:1]
	_, err := d.Open(within(t))
	if want := "connect " + nobody.String() + ": "; !errors.Is(err, syscall.ECONNREFUSED) || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want ECONNREFUSED after %q", err, want)
	}
}

// A local address that cannot be had is named, and so is that it is our end that
// has no port.
func TestOpenErrorsOfOurEnd(t *testing.T) {
	d := &Dialer{Upgrade: mustPrepare(t, Request{Target: mustTarget(t, "ws://127.0.0.1:9/")}), LocalAddr: &net.TCPAddr{IP: net.IPv4(192, 0, 2, 9)}}
	_, err := d.Open(within(t))
	var failed *OpenError
	if !errors.As(err, &failed) || failed.Stage != StageConnect || failed.From != "192.0.2.9" {
		t.Fatalf("got %v, want an *OpenError of connecting from 192.0.2.9", err)
	}
	if want := "connect 127.0.0.1:9 from 192.0.2.9: bind: "; !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %q, want it to begin with %q", err, want)
	}
	for _, tt := range []struct {
		err  OpenError
		want string
	}{
		{OpenError{StageConnect, "127.0.0.1:9", "", syscall.EADDRNOTAVAIL},
			"connect 127.0.0.1:9: cannot assign requested address: no local port is left, or no address"},
		{OpenError{StageConnect, "127.0.0.1:9", "127.0.0.2", syscall.EADDRNOTAVAIL},
			"connect 127.0.0.1:9 from 127.0.0.2: cannot assign requested address: no local port is left"},
		{OpenError{StageConnect, "127.0.0.1:9", "192.0.2.9", os.NewSyscallError("bind", syscall.EADDRNOTAVAIL)},
			"connect 127.0.0.1:9 from 192.0.2.9: bind: cannot assign requested address: this machine does not have it"},
		{OpenError{StageConnect, "127.0.0.1:9", "127.0.0.2", os.NewSyscallError("bind", syscall.EADDRINUSE)},
			"connect 127.0.0.1:9 from 127.0.0.2: bind: address already in use"},
	} {
		want := strings.Replace(tt.want, "cannot assign requested address", syscall.EADDRNOTAVAIL.Error(), 1)
		want = strings.Replace(want, "address already in use", syscall.EADDRINUSE.Error(), 1)
		if got := tt.err.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
