//go:build chaos

package loadgen

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
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
// resets at random: some whose connections stay away when they are lost, and some
// whose connections come back, leave in a storm, or have lifetimes. Whatever it
// does, it changes no byte: the client finds no fault with the protocol or with a
// reply, the totals add up, and neither goroutine nor descriptor is left. A failure
// is repeated with -seed, as far as the scheduler lets it.
func TestChaos(t *testing.T) {
	// What the runtime opens with the first socket stays open.
	if ln, err := net.Listen("tcp", "127.0.0.1:0"); err == nil {
		ln.Close()
	}
	first, last := uint64(1), uint64(*chaosSeeds)
	if *chaosSeed > 0 {
		first, last = *chaosSeed, *chaosSeed
	}
	for seed := first; seed <= last; seed++ {
		for name, p := range driverPlans() {
			t.Run(fmt.Sprintf("seed %d, %s", seed, name), func(t *testing.T) {
				before := held(t)
				// Tests of their own, so that their servers have stopped after them.
				t.Run("once", func(t *testing.T) { chaos(t, p, seed, false) })
				t.Run("again and again", func(t *testing.T) { chaos(t, p, seed, true) })
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

// chaos runs one load, whose kind depends on the seed too, with connections that
// live once or several times.
func chaos(t *testing.T, p Plan, seed uint64, again bool) {
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
	if again {
		returning(&p, random)
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
	if !again {
		return
	}
	c, v := r.Connections, r.Recovery
	t.Logf("%+v", v)
	if v == nil || v.Recovered == 0 || c.Reopened == 0 {
		t.Fatalf("recovery: got %+v of %+v, want connections that were lost, and back", v, c)
	}
	if c.Reopened < v.Recovered || c.Regained > c.Lost || c.Regained > v.Recovered || c.Opened > c.Requested+c.Reopened {
		t.Errorf("connections that came back do not add up: %+v, %+v", c, v)
	}
}

// returning has the connections of p come back, at least when they are lost.
func returning(p *Plan, random *rand.Rand) {
	p.Duration += 1500 * time.Millisecond
	p.Reconnect = [...]Reconnect{
		{Kind: ReconnectImmediate},
		{Kind: ReconnectFixed, Base: 50 * time.Millisecond},
		{Kind: ReconnectJitter, Base: 50 * time.Millisecond, Cap: time.Second},
	}[random.IntN(3)]
	if random.IntN(2) == 0 {
		p.CloseShare, p.CloseAt = 0.1+0.9*random.Float64(), 50*time.Millisecond
		p.CloseWithin = time.Duration(random.IntN(200)) * time.Millisecond
		p.Exits = []ExitShare{{ExitHandshake, 1}, {ExitFIN, random.Float64()}, {ExitReset, random.Float64()}, {ExitVanish, random.Float64()}}
	}
	if random.IntN(2) == 0 {
		p.Lifetime = Lifetime{Kind: LifetimeExp, Mean: time.Second}
	}
}
