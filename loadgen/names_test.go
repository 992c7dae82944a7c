package loadgen

import (
	"context"
	"encoding/binary"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"
)

// nameServer answers each question for an IPv4 address with the given ones, the
// first of them another one each time, and is the resolver for the test's time.
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
			if end > n {
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
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
	t.Cleanup(func() {
		net.DefaultResolver = before
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
