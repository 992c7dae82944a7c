package wsclient

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"slices"
	"syscall"
	"time"
)

// DefaultTimeout bounds the opening of a connection where the Dialer does not
// say.
const DefaultTimeout = 10 * time.Second

// Dialer opens connections. Only Upgrade is necessary. Its methods may be called
// by several goroutines at once, as long as nobody changes its fields.
type Dialer struct {
	// Upgrade is the request, which also says where to go.
	Upgrade *Upgrade
	// TLS configures wss://; nil is crypto/tls's default, which verifies. The
	// server name is the target's where it is empty here; ALPN is always http/1.1,
	// because RFC 6455 is an upgrade of HTTP/1.1.
	TLS *tls.Config
	// UnixSocket is the path of a socket to connect to instead of the target's
	// host; "@name" is Linux's abstract namespace.
	UnixSocket string
	// LocalAddr is the local address to connect from, a *net.TCPAddr; nil leaves
	// it to the system. With port 0, Linux chooses the port when it knows where the
	// connection goes, so that one port serves connections to several addresses.
	LocalAddr net.Addr
	// Addrs are connected to instead of the addresses of the target's host, tried
	// in this order; empty resolves the host. What is sent, the Host header and TLS
	// server name included, remains the target's.
	Addrs []netip.AddrPort
	// ReceiveBuffer is how many bytes the system may hold that were not read yet;
	// 0 leaves that to it. It is set before connecting, so that the peer's TCP knows
	// from the beginning. Systems bound it; Linux takes twice as much.
	ReceiveBuffer int
	// Resolver resolves the target's host; nil is net.DefaultResolver.
	Resolver *net.Resolver
	// Timeout bounds all steps together; 0 is DefaultTimeout, negative is no
	// bound but the context's.
	Timeout time.Duration
	// KeepAlive is the time between TCP keep-alive probes, as in net.Dialer: 0 is
	// its default, 15 s, negative is none.
	KeepAlive time.Duration
	// MaxMessage is the longest message that a Conn accepts, in bytes; 0 is
	// DefaultMaxMessage, negative is no limit. Open has no use for it.
	MaxMessage int64
	// CloseTimeout bounds a Conn's wait for the server's Close frame, and then
	// again for the server to close TCP, also when the connection fails; and for
	// the server to take the answer to a ping. 0 is DefaultCloseTimeout. Open has
	// no use for it.
	CloseTimeout time.Duration
}

// Open resolves, connects, does TLS and the opening handshake, each step timed.
// The error is an *OpenError.
func (d *Dialer) Open(ctx context.Context) (*Transport, error) {
	timeout := d.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	t := new(Transport)
	if err := d.connect(ctx, t); err != nil {
		return nil, err
	}
	if err := d.secure(ctx, t); err != nil {
		t.Conn.Close()
		return nil, err
	}
	if err := d.upgrade(ctx, t); err != nil {
		t.Conn.Close()
		return nil, err
	}
	return t, nil
}

// Resolve returns the addresses that Open would try, in this order. A host that
// is an address is not looked up, nor is any where there are Addrs; the slice is
// then theirs. The error is an *OpenError.
func (d *Dialer) Resolve(ctx context.Context) ([]netip.AddrPort, error) {
	if len(d.Addrs) > 0 {
		return d.Addrs, nil
	}
	target := d.Upgrade.target
	port, err := net.LookupPort("tcp", target.Port)
	if err != nil {
		return nil, &OpenError{Stage: StageDNS, Addr: target.Host, Err: err}
	}
	if addr, err := netip.ParseAddr(target.Host); err == nil {
		return []netip.AddrPort{netip.AddrPortFrom(addr, uint16(port))}, nil
	}
	resolver := d.Resolver
	if resolver == nil {
		resolver = net.DefaultResolver
	}
	ips, err := resolver.LookupNetIP(ctx, "ip", target.Host)
	if err != nil {
		return nil, &OpenError{Stage: StageDNS, Addr: target.Host, Err: err}
	}
	addrs := make([]netip.AddrPort, 0, len(ips))
	for _, ip := range ips {
		addr := netip.AddrPortFrom(ip.Unmap(), uint16(port))
		if !slices.Contains(addrs, addr) {
			addrs = append(addrs, addr)
		}
	}
	return addrs, nil
}

// connect fills in t.Conn. Addresses are tried one after the other, each with
// its share of the time that is left: racing them, as browsers do, would open
// more connections than were asked for.
func (d *Dialer) connect(ctx context.Context, t *Transport) error {
	dialer := net.Dialer{LocalAddr: d.LocalAddr, KeepAlive: d.KeepAlive, Control: d.control}
	if d.UnixSocket != "" {
		return dialOne(ctx, &dialer, "unix", d.UnixSocket, t)
	}
	start := time.Now()
	addrs, err := d.Resolve(ctx)
	if err != nil {
		return err
	}
	if _, notLiteral := netip.ParseAddr(d.Upgrade.target.Host); notLiteral != nil && len(d.Addrs) == 0 {
		t.Timings.DNS = time.Since(start)
	}
	var first error
	for i, addr := range addrs {
		share, cancel := ctx, context.CancelFunc(func() {})
		if deadline, ok := ctx.Deadline(); ok {
			share, cancel = context.WithTimeout(ctx, time.Until(deadline)/time.Duration(len(addrs)-i))
		}
		err := dialOne(share, &dialer, "tcp", addr.String(), t)
		cancel()
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
		if ctx.Err() != nil {
			break
		}
	}
	if first == nil {
		first = &OpenError{Stage: StageDNS, Addr: d.Upgrade.target.Host, Err: errors.New("the name has no address")}
	}
	return first
}

// control, as net.Dialer.Control, prepares a socket before it is bound and connected.
func (d *Dialer) control(network, address string, c syscall.RawConn) error {
	if d.ReceiveBuffer > 0 {
		var failed error
		err := c.Control(func(fd uintptr) { failed = setReceiveBuffer(fd, d.ReceiveBuffer) })
		if err = cmp.Or(err, failed); err != nil {
			return err
		}
	}
	if d.LocalAddr != nil {
		return bindWithoutPort(network, address, c)
	}
	return nil
}

// dialOne connects to one address and adds the time to t.
func dialOne(ctx context.Context, dialer *net.Dialer, network, addr string, t *Transport) error {
	start := time.Now()
	conn, err := dialer.DialContext(ctx, network, addr)
	t.Timings.Connect += time.Since(start)
	if err != nil {
		open := &OpenError{Stage: StageConnect, Addr: addr, Err: bareError(err)}
		if dialer.LocalAddr != nil {
			open.From, _, _ = net.SplitHostPort(dialer.LocalAddr.String())
		}
		return open
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		// Go's default, stated because every latency here rests on it.
		tcp.SetNoDelay(true)
	}
	t.Conn = conn
	return nil
}

// secure does the TLS handshake where the target wants it.
func (d *Dialer) secure(ctx context.Context, t *Transport) error {
	if !d.Upgrade.target.Secure {
		return nil
	}
	config := d.TLS.Clone()
	if config == nil {
		config = new(tls.Config)
	}
	if config.ServerName == "" {
		config.ServerName = d.Upgrade.target.ServerName
	}
	config.NextProtos = []string{"http/1.1"}
	conn := tls.Client(t.Conn, config)
	start := time.Now()
	if err := conn.HandshakeContext(ctx); err != nil {
		return &OpenError{Stage: StageTLS, Addr: d.Upgrade.target.Address(), Err: bareError(err)}
	}
	t.Timings.TLS = time.Since(start)
	t.Conn = conn
	return nil
}

// upgrade does the opening handshake.
func (d *Dialer) upgrade(ctx context.Context, t *Transport) error {
	release := interrupt(ctx, t.Conn.SetDeadline)
	start := time.Now()
	h := d.Upgrade.Start()
	rest, err := exchange(ctx, t.Conn, &h)
	t.Timings.Upgrade = time.Since(start)
	release()
	if err != nil {
		return &OpenError{Stage: StageUpgrade, Addr: d.Upgrade.target.Authority, Err: err}
	}
	t.Buffered = rest
	t.Subprotocol = h.Subprotocol()
	if agreed, ok := h.Deflate(); ok {
		t.Deflate = &agreed
	}
	return nil
}

// exchange writes the request and reads until there is a verdict; rest is what
// was read behind the response.
func exchange(ctx context.Context, conn net.Conn, h *Handshake) (rest []byte, err error) {
	if _, err := conn.Write(h.AppendRequest(nil)); err != nil {
		// The server may have said why before it hung up; reading tells.
		if isTimeout(err) {
			return nil, h.Finish(ioError(ctx, err))
		}
	}
	buf := make([]byte, 4096)
	for {
		n, err := conn.Read(buf)
		rest, done, fault := h.Feed(buf[:n])
		if fault != nil {
			return nil, fault
		}
		if done {
			return rest, nil
		}
		if err != nil {
			return nil, h.Finish(ioError(ctx, err))
		}
	}
}
