//go:build chaos && linux

package loadgen

import (
	"flag"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var chaosSeeds = flag.Int("seeds", 100, "how many seeds TestChaos runs")

// A chaosProxy stands between clients and a server and mistreats connections,
// each as the seed and its number say: bytes are delayed, split and merged, and
// some connections are cut short, by FIN or by RST.
type chaosProxy struct {
	seed     uint64
	listener net.Listener
	server   string
	pumps    sync.WaitGroup
	accepted atomic.Int64
}

func newChaosProxy(t *testing.T, seed uint64, server string) *chaosProxy {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &chaosProxy{seed: seed, listener: l, server: server}
	p.pumps.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			n := p.accepted.Add(1)
			p.pumps.Go(func() { p.mistreat(c.(*net.TCPConn), rand.New(rand.NewPCG(seed, uint64(n)))) })
		}
	})
	return p
}

func (p *chaosProxy) stop() {
	p.listener.Close()
	p.pumps.Wait()
}

// mistreat joins c to the server.
func (p *chaosProxy) mistreat(c *net.TCPConn, r *rand.Rand) {
	defer c.Close()
	up, err := net.Dial("tcp", p.server)
	if err != nil {
		return
	}
	s := up.(*net.TCPConn)
	defer s.Close()
	limit := int64(1) << 60 // bytes from the server after which it is cut
	reset := r.IntN(2) == 0
	if r.IntN(4) == 0 {
		limit = r.Int64N(20_000)
	}
	both := sync.WaitGroup{}
	pump := func(dst, src *net.TCPConn, r *rand.Rand, limit int64) {
		buf := make([]byte, 16<<10)
		for {
			n, err := src.Read(buf[:1+r.IntN(len(buf))])
			for out := buf[:n]; len(out) > 0; {
				if r.IntN(8) == 0 {
					time.Sleep(time.Duration(r.IntN(3000)) * time.Microsecond)
				}
				piece := out[:1+r.IntN(len(out))]
				if int64(len(piece)) > limit {
					piece = piece[:limit]
				}
				if _, err := dst.Write(piece); err != nil {
					src.Close()
					return
				}
				out = out[len(piece):]
				if limit -= int64(len(piece)); limit == 0 {
					if reset {
						dst.SetLinger(0)
					}
					dst.Close()
					src.Close()
					return
				}
			}
			if err == io.EOF {
				dst.CloseWrite()
				return
			}
			if err != nil {
				dst.Close()
				return
			}
		}
	}
	toServer, toClient := rand.New(rand.NewPCG(r.Uint64(), 1)), rand.New(rand.NewPCG(r.Uint64(), 2))
	both.Go(func() { pump(s, c, toServer, 1<<60) })
	both.Go(func() { pump(c, s, toClient, limit+1) })
	both.Wait()
}

// descriptors returns how many this process has open.
func descriptors(t *testing.T) int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// eventually waits for a count to come down to want, and returns what it is.
func eventually(want int, count func() int) int {
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if n := count(); n <= want || time.Now().After(end) {
			return n
		}
	}
}

// TestChaos: whatever is done to 1,000 connections on their way, the run ends,
// its totals add up, no byte is taken for another, and nothing is left behind.
func TestChaos(t *testing.T) {
	const conns = 1000
	drivers := []DriverName{DriverEpoll, DriverPortable}
	descriptors(t) // opens what it needs itself
	for seed := range uint64(*chaosSeeds) {
		goroutines, files := runtime.NumGoroutine(), descriptors(t)
		server := new(echoServer).start(t, withGorilla)
		proxy := newChaosProxy(t, seed, strings.TrimPrefix(server.http.URL, "http://"))
		p := aimed(t, Plan{
			Connections: conns, InFlight: 2, Messages: 5 * conns, Seed: seed, Driver: drivers[seed%2],
			Sizes:   []SizeClass{{Min: 0, Max: 0}, {Min: 125, Max: 127}, {Min: 20, Max: 4000}},
			Workers: 2, Fragment: FragmentRandom, FragmentPart: 0.2,
			ConnectTimeout: 20 * time.Second, Drain: 3 * time.Second, CloseTimeout: 3 * time.Second,
		}, "ws://"+proxy.listener.Addr().String()+"/")
		res := load(t, t.Context(), p) // checks that it adds up
		proxy.stop()
		server.stop()
		m, c := res.Messages, res.Connections
		if m.Mismatched+m.Duplicated+m.Reordered+m.Unexpected > 0 {
			t.Errorf("seed %d: got %+v, though the proxy changes no byte", seed, m)
		}
		if c.Opened == 0 || c.Dropped+c.Failed == 0 || m.Received == 0 {
			t.Errorf("seed %d: got %+v, %+v: no chaos, or nothing but", seed, c, m)
		}
		if n := eventually(goroutines, runtime.NumGoroutine); n > goroutines {
			t.Errorf("seed %d: %d goroutines left", seed, n-goroutines)
		}
		if n := eventually(files, func() int { return descriptors(t) }); n > files {
			t.Errorf("seed %d: %d descriptors left", seed, n-files)
		}
		t.Logf("seed %d, %s: %d opened, %d failed, %d dropped, %d still open; %d sent, %d received, %d lost",
			seed, res.Driver, c.Opened, c.Failed, c.Dropped, c.StillOpen, m.Sent, m.Received, m.Lost)
		if t.Failed() {
			t.FailNow()
		}
	}
}
