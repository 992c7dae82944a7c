package loadgen

import (
	"context"
	"encoding/binary"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

// nameServer answers each question for an IPv4 address with the given ones, the
// first of them another one each time, and is the resolver for the test's time. Without
// any it does not answer.
func nameServer(t *testing.T, addresses ...[4]byte) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var turn atomic.Int64
	var g errgroup.Group
	g.Go(func() error {
		query := make([]byte, 512)
		for {
			n, from, err := conn.ReadFrom(query)
			if err != nil {
				return nil
			}
			// RFC 1035, Section 4.1: 12 bytes of header, the name, type and class.
			end := 12
			for end < n && query[end] > 0 {
				end += 1 + int(query[end])
			}
			end += 5
			if end > n || len(addresses) == 0 {
				continue
			}
			answer := append([]byte(nil), query[:end]...)
			copy(answer[2:12], []byte{0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0})
			if kind := binary.BigEndian.Uint16(query[end-4:]); kind == 1 {
				answer[7] = byte(len(addresses))
				first := int(turn.Add(1))
				for i := range addresses {
					a := addresses[(first+i)%len(addresses)]
					answer = append(answer, 0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
					answer = append(answer, a[:]...)
				}
			}
			conn.WriteTo(answer, from)
		}
	})
	before := net.DefaultResolver
	// A question that nobody waits for any more would go on for 10 s.
	var mu sync.Mutex
	var asking []net.Conn
	over := false
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		mu.Lock()
		defer mu.Unlock()
		if over {
			return nil, net.ErrClosed
		}
		// Not by the default resolver, which the next name server may be about to set.
		c, err := (&net.Dialer{Resolver: new(net.Resolver)}).DialContext(ctx, "udp", conn.LocalAddr().String())
		if err == nil {
			asking = append(asking, c)
		}
		return c, err
	}}
	t.Cleanup(func() {
		mu.Lock()
		net.DefaultResolver = before
		over = true
		for _, c := range asking {
			c.Close()
		}
		mu.Unlock()
		conn.Close()
		g.Wait()
	})
}

// TestANameOfSeveralAddresses: connections begin with each address by turns, even
// if the name server has turns of its own, and those that begin with one where
// nobody listens go on to the next.
func TestANameOfSeveralAddresses(t *testing.T) {
	for driver, p := range driverPlans() { // one after the other: there is one resolver
		seen, port := listen(t, 1, 2)
		for name, tt := range map[string]struct {
			addresses [][4]byte
			want      []int // at 127.0.0.1 and 127.0.0.2, in any order
		}{
			"both answer":                {[][4]byte{{127, 0, 0, 1}, {127, 0, 0, 2}}, []int{6, 6}},
			"one of three does not":      {[][4]byte{{127, 0, 0, 1}, {127, 0, 0, 2}, {127, 0, 0, 3}}, []int{4, 8}},
			"one of two does not answer": {[][4]byte{{127, 0, 0, 1}, {127, 0, 0, 3}}, []int{0, 12}},
		} {
			t.Run(driver+", "+name, func(t *testing.T) {
				nameServer(t, tt.addresses...)
				p := aimed(t, p, "ws://turns.test:"+port+"/")
				p.Connections, p.InFlight, p.Messages = 12, 1, 12
				r := load(t, t.Context(), p)
				if r.Connections.Opened != 12 || r.Latency["dns"] == nil || r.Latency["dns"].Count != 12 {
					t.Errorf("got %+v, dns %+v, errors %+v", r.Connections, r.Latency["dns"], r.Errors)
				}
				got := []int{0, 0}
				pairs, _ := seen.take()
				for pair, n := range pairs {
					if strings.HasSuffix(pair, " to 127.0.0.1") {
						got[0] += n
					} else {
						got[1] += n
					}
				}
				if min(got[0], got[1]) != tt.want[0] || max(got[0], got[1]) != tt.want[1] {
					t.Errorf("got %v connections at the two addresses, want %v: %v", got, tt.want, pairs)
				}
			})
		}
	}
}

// TestInterruptedInALookUp: a run that is interrupted does not wait for a name server
// that does not answer.
func TestInterruptedInALookUp(t *testing.T) {
	nameServer(t)
	for driver, p := range driverPlans() { // one after the other: there is one resolver
		p = aimed(t, p, "ws://name.test:9/")
		p.Connections, p.InFlight, p.Duration, p.ConnectTimeout = 4, 1, time.Second, 20*time.Second
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		begin := time.Now()
		r := load(t, ctx, p)
		if took := time.Since(begin); took > 5*time.Second || !r.Interrupted {
			t.Errorf("%s: over after %v, interrupted %v; want it soon", driver, took, r.Interrupted)
		}
	}
}
