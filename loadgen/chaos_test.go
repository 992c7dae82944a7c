//go:build chaos

package loadgen

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"
	"time"

	"wsstorm/stats"
)

var (
	chaosSeeds = flag.Int("seeds", 3, "how many seeds TestChaos tries, from 1 on")
	chaosSeed  = flag.Uint64("seed", 0, "the only seed that TestChaos tries")
)

const chaosConns = 1000

// TestChaos runs loads through a proxy that delays, splits, merges, truncates and
// resets at random. Whatever it does, it changes no byte: the client finds no
// fault with the protocol or with a reply, the totals add up, and neither
// goroutine nor descriptor is left. A failure is repeated with -seed, as far as
// the scheduler lets it.
func TestChaos(t *testing.T) {
	first, last := uint64(1), uint64(*chaosSeeds)
	if *chaosSeed > 0 {
		first, last = *chaosSeed, *chaosSeed
	}
	for seed := first; seed <= last; seed++ {
		for name, p := range driverPlans() {
			t.Run(fmt.Sprintf("seed %d, %s", seed, name), func(t *testing.T) {
				before := held(t)
				// A test of its own, so that its servers have stopped after it.
				t.Run("run", func(t *testing.T) { chaos(t, p, seed) })
				for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
					after := held(t)
					if after.goroutines <= before.goroutines && after.descriptors <= before.descriptors {
						break
					}
					if time.Now().After(deadline) {
						t.Fatalf("before the run %+v, after it %+v", before, after)
					}
				}
			})
		}
	}
}

// holding is what a process has to give back.
type holding struct{ goroutines, descriptors int }

func held(t *testing.T) holding {
	t.Helper()
	// One of them is the directory that is being read.
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("descriptors cannot be counted here: ", err)
	}
	return holding{runtime.NumGoroutine(), len(list)}
}

// chaos runs one load, whose kind depends on the seed too.
func chaos(t *testing.T, p Plan, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 0))
	s := startWild(t, &wildServer{})
	proxy := startChaosProxy(t, s.ln.Addr().String(), seed)
	p = aimed(t, p, "ws://"+proxy.ln.Addr().String()+"/")
	p.Connections = chaosConns
	p.Seed = seed
	p.Duration = time.Duration(100+random.IntN(400)) * time.Millisecond
	p.ConnectTimeout, p.Drain, p.CloseTimeout = 5*time.Second, 3*time.Second, 3*time.Second
	if random.IntN(2) == 0 {
		p.InFlight = 1 + random.IntN(4)
	} else {
		p.Rate = 2000 + 20_000*random.Float64()
		p.Arrival = Arrival(random.IntN(2))
	}
	p.Sizes = []SizeClass{{Min: 0, Max: 300, Weight: 20}, {Min: 300, Max: 30_000}}
	p.Text = random.IntN(2) == 0
	if random.IntN(2) == 0 {
		p.Fragment, p.FragmentPart = FragmentRandom, 0.3
	}
	if random.IntN(2) == 0 {
		p.PingInterval = 100 * time.Millisecond
	}
	r := load(t, t.Context(), p)
	t.Logf("%+v, %+v, truncated %d, reset %d", r.Connections, r.Messages, proxy.truncated.Load(), proxy.reset.Load())

	if proxy.truncated.Load() == 0 || proxy.reset.Load() == 0 || r.Messages.Received == 0 {
		t.Error("there was no chaos, or nothing else")
	}
	for _, class := range []stats.Class{
		stats.ErrDNS, stats.ErrRefused, stats.ErrTLS, stats.ErrUpgradeStatus, stats.ErrUpgrade, stats.ErrPeerClosed,
		stats.ErrProtocol, stats.ErrTooBig, stats.ErrIO,
		stats.ErrMismatched, stats.ErrDuplicated, stats.ErrReordered, stats.ErrUnexpected,
	} {
		if e, found := r.Errors[class.String()]; found {
			t.Errorf("%d errors of class %v: %s", e.Count, class, e.Example)
		}
	}
	// Only a connection that the proxy broke may have failed or been dropped.
	if c := r.Connections; c.Failed+c.Dropped > proxy.truncated.Load()+proxy.reset.Load() {
		t.Errorf("%d connections failed and %d were dropped, but only %d and %d were cut and reset",
			c.Failed, c.Dropped, proxy.truncated.Load(), proxy.reset.Load())
	}
}
