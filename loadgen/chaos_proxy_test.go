//go:build chaos

package loadgen

import (
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A chaosProxy forwards TCP connections to a server, and mistreats them.
type chaosProxy struct {
	ln     net.Listener
	server string
	seed   uint64
	wg     sync.WaitGroup

	truncated, reset atomic.Int64 // connections
}

// startChaosProxy begins to forward until the test ends, which waits for all
// connections.
func startChaosProxy(t *testing.T, server string, seed uint64) *chaosProxy {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &chaosProxy{ln: ln, server: server, seed: seed}
	p.wg.Go(func() { p.accept(t) })
	t.Cleanup(func() {
		ln.Close()
		p.wg.Wait()
	})
	return p
}

func (p *chaosProxy) accept(t *testing.T) {
	for n := uint64(0); ; n++ {
		client, err := p.ln.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			t.Error(err)
			return
		}
		p.wg.Go(func() {
			server, err := net.Dial("tcp", p.server)
			if err != nil {
				t.Error(err)
				client.Close()
				return
			}
			l := &chaosLink{proxy: p, client: client.(*net.TCPConn), server: server.(*net.TCPConn)}
			l.fate(rand.New(rand.NewPCG(p.seed, n)))
			l.wg.Go(func() { l.pump(l.server, l.client, l.up, rand.New(rand.NewPCG(p.seed, n<<1|1<<63))) })
			l.wg.Go(func() { l.pump(l.client, l.server, l.down, rand.New(rand.NewPCG(p.seed, n<<1|1|1<<63))) })
			l.wg.Wait()
			l.client.Close()
			l.server.Close()
		})
	}
}

// A chaosLink is one connection through the proxy.
type chaosLink struct {
	proxy          *chaosProxy
	client, server *net.TCPConn
	wg             sync.WaitGroup

	up, down ending // at which byte each direction ends
	calm     bool
}

// ending is the end of a direction: at byte at, with FIN, or with a RST in both.
type ending struct {
	at    int64 // negative: never
	reset bool
}

// fate decides what is to become of the link. Half of those that are cut do not
// live to see the end of the handshake, or the first frames.
func (l *chaosLink) fate(random *rand.Rand) {
	l.up.at, l.down.at = -1, -1
	l.calm = random.IntN(2) == 0
	c := ending{at: random.Int64N(600), reset: random.IntN(2) == 0}
	if random.IntN(2) == 0 {
		c.at = random.Int64N(100_000)
	}
	switch random.IntN(10) {
	case 0:
		l.up = c
	case 1:
		l.down = c
	}
}

// pump forwards what comes from src to dst until it ends, or is cut.
func (l *chaosLink) pump(dst, src *net.TCPConn, end ending, random *rand.Rand) {
	buf := make([]byte, 8<<10)
	forwarded := int64(0)
	for {
		n, err := l.gather(src, buf, random)
		p := buf[:n]
		if end.at >= 0 && forwarded+int64(n) >= end.at {
			l.scatter(dst, p[:end.at-forwarded], random)
			l.end(end)
			return
		}
		forwarded += int64(n)
		if !l.scatter(dst, p, random) || err == io.EOF {
			dst.CloseWrite()
			io.Copy(io.Discard, src) // the other direction goes on, perhaps
			return
		}
		if err != nil {
			// One end has reset; so does the other.
			dst.SetLinger(0)
			dst.Close()
			return
		}
	}
}

// end cuts the link.
func (l *chaosLink) end(c ending) {
	if c.reset {
		l.proxy.reset.Add(1)
		l.client.SetLinger(0)
		l.server.SetLinger(0)
	} else {
		l.proxy.truncated.Add(1)
	}
	l.client.Close()
	l.server.Close()
}

// gather reads once, in small pieces or large ones, and sometimes merges what
// comes within some milliseconds.
func (l *chaosLink) gather(src *net.TCPConn, buf []byte, random *rand.Rand) (int, error) {
	if l.calm {
		return src.Read(buf)
	}
	n, err := src.Read(buf[:1+random.IntN(len(buf))])
	if err != nil || random.IntN(4) > 0 {
		return n, err
	}
	src.SetReadDeadline(time.Now().Add(time.Duration(random.IntN(3000)) * time.Microsecond))
	defer src.SetReadDeadline(time.Time{})
	for n < len(buf) && err == nil {
		var more int
		more, err = src.Read(buf[n:])
		n += more
	}
	if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
		err = nil
	}
	return n, err
}

// scatter writes p, whole or in pieces with pauses in between, and reports
// whether that was possible.
func (l *chaosLink) scatter(dst *net.TCPConn, p []byte, random *rand.Rand) bool {
	if !l.calm && random.IntN(20) == 0 {
		time.Sleep(time.Duration(random.IntN(20_000)) * time.Microsecond)
	}
	for len(p) > 0 {
		n := len(p)
		if !l.calm && random.IntN(3) == 0 {
			n = 1 + random.IntN(min(n, 20))
		}
		if _, err := dst.Write(p[:n]); err != nil {
			return false
		}
		p = p[n:]
	}
	return true
}
