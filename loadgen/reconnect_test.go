package loadgen

import (
	"io"
	"math"
	"slices"
	"testing"
	"time"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

// herd drives the connections of a plan in virtual time, as a driver would whose
// server has all of them lost at instant 0 and refuses attempts until up. It
// returns when each was back.
func herd(t *testing.T, p Plan, up time.Duration) (back []time.Duration, result *stats.Result) {
	t.Helper()
	p.Workers, p.Duration = 1, time.Hour
	r := openRun(t, p)
	w := r.workers[0]
	start := r.ctl.start.get()
	for i := range w.sessions {
		w.lives[i].openedAt = start - time.Hour
		w.sessions[i].ended(w, start, stats.ErrReset, errLost)
		w.buried(i)
	}
	for len(back) < len(w.sessions) {
		at := w.returning.next()
		if at == never {
			t.Fatalf("nobody else comes back after %d of %d", len(back), len(w.sessions))
		}
		i, _ := w.dial(at, len(w.sessions))
		if at-start < up {
			w.sessions[i].ended(w, at, stats.ErrRefused, errLost)
			w.buried(i)
			continue
		}
		w.sessions[i].opened(w, at, wsclient.Timings{})
		back = append(back, at-start)
	}
	result = &stats.Result{WindowS: 1}
	r.collector.Fill(result)
	return back, result
}

// TestJitterIsDrawnEvenly: with jitter:1s,30s and a server that takes everybody,
// the time until a connection is back is uniform from 0 to 1 s, by
// Kolmogorov-Smirnov at fixed seeds; the quantiles reported are those.
func TestJitterIsDrawnEvenly(t *testing.T) {
	for _, seed := range []uint64{0, 1, 1 << 40} {
		const n = 5000
		back, result := herd(t, Plan{Connections: n, Seed: seed, Reconnect: Reconnect{ReconnectJitter, time.Second, 30 * time.Second}}, 0)
		slices.Sort(back)
		distance := 0.0
		for i, at := range back {
			cdf := at.Seconds()
			distance = max(distance, cdf-float64(i)/n, float64(i+1)/n-cdf)
		}
		// 1.95/√n is the bound at the level of 0.1%.
		if limit := 1.95 / math.Sqrt(n); distance > limit {
			t.Errorf("seed %d: the distribution is %.4f away from the uniform one, want at most %.4f", seed, distance, limit)
		}
		v := result.Recovery
		for name, c := range map[string]struct {
			got  int64
			want time.Duration
		}{"half": {v.HalfNS, back[n/2-1]}, "99%": {v.NinetyNineNS, back[n*99/100-1]}, "all": {v.AllNS, back[n-1]}} {
			if ratio := float64(c.got) / float64(c.want); math.Abs(ratio-1) > 0.001 {
				t.Errorf("seed %d: %s back after %v, want %v", seed, name, time.Duration(c.got), c.want)
			}
		}
		if v.Lost != n || v.Recovered != n || v.Attempts != n || v.MostAttempts != 1 {
			t.Errorf("seed %d: %+v, want %d of %d at the first attempt", seed, v, n, n)
		}
		if h := v.Herd; h == nil || h.Synchronized || h.BusiestTenth > 0.15 {
			t.Errorf("seed %d: herd %+v, want one that is spread", seed, h)
		}
	}
}

// TestJitterBacksOff: while the server is down the range of the draws doubles up
// to the cap, so that attempts grow rare, and nobody waits longer than the cap
// once it is up again.
func TestJitterBacksOff(t *testing.T) {
	const n, down = 2000, 60 * time.Second
	back, result := herd(t, Plan{Connections: n, Seed: 1, Reconnect: Reconnect{ReconnectJitter, time.Second, 8 * time.Second}}, down)
	for _, at := range back {
		if at < down || at > down+8*time.Second {
			t.Fatalf("back after %v, want from %v to 8 s later", at, down)
		}
	}
	// Attempt k waits for half of min(2^k, 8) s on average: 0.5 + 1 + 2, and then
	// 4 s each; by renewal theory 60 s hold (60-3.5)/4 more of them, and half a
	// wait's worth beside. The attempt that succeeds is one more.
	v := result.Recovery
	each := float64(v.Attempts) / n
	if want := 3 + (60-3.5)/4 + 1; math.Abs(each-want) > 1 {
		t.Errorf("got %.2f attempts a connection, want %.2f or so", each, want)
	}
	if v.Failed != v.Attempts-n || v.MostAttempts < int64(each) {
		t.Errorf("%+v: want all but %d attempts failed", v, n)
	}
	if h := v.Herd; h == nil || h.Synchronized {
		t.Errorf("herd %+v, want one that is spread", h)
	}
}

// TestFixedWaitsSynchronizeTheHerd: everybody waits for the same time, so that all
// attempts come in the same instants, again and again.
func TestFixedWaitsSynchronizeTheHerd(t *testing.T) {
	back, result := herd(t, Plan{Connections: 500, Reconnect: Reconnect{Kind: ReconnectFixed, Base: time.Second}}, 9500*time.Millisecond)
	for _, at := range back {
		if at != 10*time.Second {
			t.Fatalf("back after %v, want 10 s", at)
		}
	}
	v := result.Recovery
	if v.Attempts != 5000 || v.MostAttempts != 10 {
		t.Errorf("%d attempts, up to %d each; want 5000 and 10", v.Attempts, v.MostAttempts)
	}
	if h := v.Herd; h == nil || !h.Synchronized {
		t.Errorf("herd %+v, want a synchronized one", h)
	}
}

// TestImmediateDoesNotSpin: a server that refuses is asked again no sooner than
// after a pause.
func TestImmediateDoesNotSpin(t *testing.T) {
	_, result := herd(t, Plan{Connections: 10, Reconnect: Reconnect{Kind: ReconnectImmediate}}, time.Second)
	if got, want := result.Recovery.Attempts, int64(10*(1+time.Second/retryPause)); got != want {
		t.Errorf("got %d attempts, want %d", got, want)
	}
}

// TestShortLivesDoNotSpin: nor is one that takes each connection and ends it at once,
// whether it is gone back to or others come in their place.
func TestShortLivesDoNotSpin(t *testing.T) {
	for name, c := range map[string]struct {
		plan Plan
		want int64 // lives of each in a second
	}{
		"--reconnect immediate": {Plan{Reconnect: Reconnect{Kind: ReconnectImmediate}}, int64(time.Second / retryPause)},
		"--lifetime":            {Plan{Lifetime: Lifetime{Kind: LifetimeFixed, Mean: time.Minute}}, 1},
	} {
		p := c.plan
		p.Connections, p.Workers, p.Duration = 10, 1, time.Hour
		r := openRun(t, p)
		w := r.workers[0]
		start := r.ctl.start.get()
		for i := range w.sessions {
			at := start + time.Hour/2 // a long life: it is back at once
			w.sessions[i].ended(w, at, stats.ErrEOF, io.EOF)
			w.buried(i)
		}
		lives := int64(0)
		from := w.returning.next()
		for at := from; at < from+time.Second; at = w.returning.next() {
			i, _ := w.dial(at, 10)
			w.sessions[i].opened(w, at, wsclient.Timings{})
			w.sessions[i].ended(w, at+time.Millisecond, stats.ErrEOF, io.EOF)
			w.buried(i)
			if lives++; lives > 10_000 {
				break
			}
		}
		// One of 1 ms more or less fits into the second.
		if want := 10 * c.want; lives < want*9/10-10 || lives > want {
			t.Errorf("%s: %d lives of 10 connections in a second, want %d", name, lives, want)
		}
	}
}

// TestLifetimesAreHeld: departures are steady from the start, at the rate that
// the mean lifetime says.
func TestLifetimesAreHeld(t *testing.T) {
	for name, l := range map[string]Lifetime{
		"exp":     {Kind: LifetimeExp, Mean: 10 * time.Second},
		"fixed":   {Kind: LifetimeFixed, Mean: 10 * time.Second},
		"uniform": {Kind: LifetimeUniform, Min: 5 * time.Second, Max: 15 * time.Second},
	} {
		const n, span = 4000, 30
		var departures [span]int
		for k := range uint64(n) {
			for at, life := l.residual(mix(k)), uint64(1); at < span*time.Second; life++ {
				departures[at/time.Second]++
				at += l.draw(mix(k<<20 | life))
			}
		}
		for second, got := range departures {
			if want := n / 10.; math.Abs(float64(got)-want) > 5*math.Sqrt(want) {
				t.Errorf("%s: %d departures in second %d, want %.0f ± %.0f", name, got, second, want, 5*math.Sqrt(want))
			}
		}
	}
}

// TestDeparturesBackOffToo: whoever comes in place of a connection that left at the
// end of its time waits longer after each failure, as after a loss.
func TestDeparturesBackOffToo(t *testing.T) {
	const n = 500
	r := openRun(t, Plan{Connections: n, Workers: 1, Duration: time.Hour, Seed: 1, Lifetime: Lifetime{Kind: LifetimeFixed, Mean: time.Second},
		Reconnect: Reconnect{ReconnectJitter, 100 * time.Millisecond, 30 * time.Second}})
	w := r.workers[0]
	start := r.ctl.start.get()
	for i := range w.sessions {
		s := &w.sessions[i]
		s.retiring = true
		s.shut(w, start)
		s.fill(w, start, nil)
		s.receive(w, start, closeFrame(1000, ""))
		s.ended(w, start, stats.ErrEOF, io.EOF)
		w.buried(i)
	}
	attempts := 0
	for at := w.returning.next(); at-start < time.Minute; at = w.returning.next() {
		i, _ := w.dial(at, n)
		w.sessions[i].ended(w, at, stats.ErrRefused, errLost)
		w.buried(i)
		attempts++
	}
	// At once, and then after 100 ms, 200 ms, ... on average (the range doubles up);
	// ten times a second without that.
	if each := float64(attempts) / n; each < 5 || each > 20 {
		t.Errorf("%.1f attempts a connection in a minute, want some ten", each)
	}
}
