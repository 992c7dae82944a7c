package loadgen

import (
	"math"
	"slices"
	"testing"
	"time"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

// openRun returns a run of p whose connections are all open but those in gone,
// and whose traffic has begun.
func openRun(t *testing.T, p Plan, gone ...int) *run {
	t.Helper()
	r := newRun(completed(t, p))
	for id := range r.plan.Connections {
		w := r.workers[id%len(r.workers)]
		s := &w.sessions[id/len(r.workers)]
		if s.id != uint32(id) {
			t.Fatalf("session %d stands where %d is looked for", s.id, id)
		}
		s.begun(w, 0)
		if slices.Contains(gone, id) {
			s.refused(w, 0, stats.ErrRefused, errLost)
		} else {
			s.opened(w, 0, wsclient.Timings{})
		}
	}
	r.begin()
	return r
}

// completed returns p with a target and its defaults.
func completed(t testing.TB, p Plan) Plan {
	t.Helper()
	target, err := wsclient.ParseTarget("ws://127.0.0.1:9/")
	if err != nil {
		t.Fatal(err)
	}
	p.Target = target
	if p, err = p.complete(); err != nil {
		t.Fatal(err)
	}
	return p
}

// dues returns when the messages of all connections are due, by connection and
// sorted, until there are no more or for the given time.
func dues(r *run, length time.Duration) (all []time.Duration, each [][]time.Duration) {
	start := r.ctl.start.get()
	for _, w := range r.workers {
		for i := range w.sessions {
			a := &w.sessions[i].arrivals
			var own []time.Duration
			for at := a.next(w); at != never && at-start < length; at = a.next(w) {
				own = append(own, at-start)
				a.take(w)
			}
			all = append(all, own...)
			each = append(each, own)
		}
	}
	slices.Sort(all)
	return all, each
}

// TestConstantArrivalsAreEvenlySpaced: whatever connections and workers they are
// spread over, arrival i of the run is due at i/R, and each connection's own are
// spaced evenly too.
func TestConstantArrivalsAreEvenlySpaced(t *testing.T) {
	for _, c := range []struct {
		conns, workers int
		gone           []int
		rate           float64
	}{
		{1, 1, nil, 1000},
		{7, 3, nil, 1000},
		{50, 8, nil, 333.3},
		{50, 8, []int{0, 13, 49}, 1e6},
		{3, 2, []int{1}, 0.5},
	} {
		r := openRun(t, Plan{Connections: c.conns, Workers: c.workers, Rate: c.rate, Messages: 1001}, c.gone...)
		got, each := dues(r, never)
		if len(got) != 1001 {
			t.Fatalf("%+v: got %d arrivals, want 1001", c, len(got))
		}
		for i, at := range got {
			if want := time.Duration(float64(i) * 1e9 / c.rate); at != want {
				t.Fatalf("%+v: arrival %d is due at %v, want %v", c, i, at, want)
			}
		}
		gap := float64(c.conns-len(c.gone)) * 1e9 / c.rate
		for k, own := range each {
			for i := 1; i < len(own); i++ {
				if d := float64(own[i]-own[i-1]) - gap; math.Abs(d) > 1 {
					t.Fatalf("%+v: connection %d waits %v between two messages, want %v", c, k, own[i]-own[i-1], time.Duration(gap))
				}
			}
		}
	}
}

// TestQuotasAddUp: a number of messages is shared out exactly, and the workers
// know when each of theirs has been sent.
func TestQuotasAddUp(t *testing.T) {
	for _, arrival := range []Arrival{Constant, Poisson} {
		for _, n := range []int64{1, 9, 10, 11, 99, 100, 101, 12345} {
			r := openRun(t, Plan{Connections: 13, Workers: 4, Rate: 1e6, Arrival: arrival, Messages: n}, 2, 5, 12)
			got, each := dues(r, never)
			if int64(len(got)) != n {
				t.Errorf("%v, %d messages: %d arrivals", arrival, n, len(got))
			}
			for k, own := range each {
				if len(own) > int((n+9)/10) || len(own) > 0 && len(own) < int(n/10) {
					t.Errorf("%v, %d messages: connection %d has %d of them", arrival, n, k, len(own))
				}
			}
			for _, w := range r.workers {
				if w.sending != 0 {
					t.Errorf("%v, %d messages: worker %d still has %d connections with messages left", arrival, n, w.index, w.sending)
				}
			}
		}
	}
}

// TestPoissonArrivals tests the superposition of all connections' arrivals, and
// one connection's own, for exponential gaps by Kolmogorov-Smirnov at fixed
// seeds, and for gaps that do not depend on one another.
func TestPoissonArrivals(t *testing.T) {
	const rate, conns = 1e5, 20
	for _, seed := range []uint64{0, 1, 1 << 40} {
		r := openRun(t, Plan{Connections: conns, Workers: 3, Rate: rate, Arrival: Poisson, Seed: seed, Duration: time.Hour})
		all, each := dues(r, time.Second)
		checkExponential(t, "superposition", seed, all, rate)
		for k, own := range each {
			checkExponential(t, "connection "+string(rune('a'+k)), seed, own, rate/conns)
		}
	}
	// And the seed matters.
	a, _ := dues(openRun(t, Plan{Connections: 1, Rate: rate, Arrival: Poisson, Seed: 1, Duration: time.Hour}), time.Second)
	b, _ := dues(openRun(t, Plan{Connections: 1, Rate: rate, Arrival: Poisson, Seed: 2, Duration: time.Hour}), time.Second)
	if a[0] == b[0] {
		t.Error("two seeds give the same arrivals")
	}
}

func checkExponential(t *testing.T, what string, seed uint64, at []time.Duration, rate float64) {
	t.Helper()
	n := len(at)
	if sigma := math.Sqrt(rate); math.Abs(float64(n)-rate) > 4*sigma {
		t.Errorf("%s, seed %d: %d arrivals in a second, want %.0f ± %.0f", what, seed, n, rate, 4*sigma)
	}
	gaps := make([]float64, n)
	last := time.Duration(0)
	for i, d := range at {
		gaps[i] = (d - last).Seconds()
		last = d
	}
	// Neighbours: the correlation of independent gaps is 0 ± 1/√n.
	sum := 0.0
	for i := 1; i < n; i++ {
		sum += (gaps[i]*rate - 1) * (gaps[i-1]*rate - 1)
	}
	if c := sum / float64(n); math.Abs(c) > 5/math.Sqrt(float64(n)) {
		t.Errorf("%s, seed %d: gaps correlate with the ones before: %.4f", what, seed, c)
	}
	slices.Sort(gaps)
	distance := 0.0
	for i, g := range gaps {
		cdf := 1 - math.Exp(-g*rate)
		distance = max(distance, cdf-float64(i)/float64(n), float64(i+1)/float64(n)-cdf)
	}
	// 1.95/√n is the bound at the level of 0.1%.
	if limit := 1.95 / math.Sqrt(float64(n)); distance > limit {
		t.Errorf("%s, seed %d: the distribution of gaps is %.4f away from the exponential one, want at most %.4f", what, seed, distance, limit)
	}
}

// TestExtremeRates: arrivals that lie beyond what a Duration can hold are never
// due, and not in the past.
func TestExtremeRates(t *testing.T) {
	for _, arrival := range []Arrival{Constant, Poisson} {
		for _, rate := range []float64{1e-9, 1e-11, 1e-300, math.SmallestNonzeroFloat64} {
			r := openRun(t, Plan{Connections: 5, Rate: rate, Arrival: arrival, Messages: 100})
			for _, w := range r.workers {
				for i := range w.sessions {
					a := &w.sessions[i].arrivals
					for n := range 20 {
						if at := a.next(w); at < r.ctl.start.get() {
							t.Fatalf("%v at %g a second: message %d of connection %d is due at %v", arrival, rate, n, i, at)
						}
						a.take(w)
					}
				}
			}
		}
	}
}

// TestUnsent: what was due in the window and was not sent is counted under its
// size, what was due later or before is not.
func TestUnsent(t *testing.T) {
	r := openRun(t, Plan{
		Connections: 2, Workers: 1, Rate: 1000, Warmup: time.Second, Duration: time.Second,
		Sizes: []SizeClass{{Min: 1, Max: 1}, {Min: 2, Max: 2}},
	})
	w := r.workers[0]
	start := r.ctl.start.get()
	for i := range w.sessions {
		s := &w.sessions[i]
		// The connection sends until half a second before the end.
		for at := s.arrivals.next(w); at-start < 1500*time.Millisecond; at = s.arrivals.next(w) {
			s.fill(w, at, nil)
			s.answer(w, at, s.q.head, false)
		}
		s.arrivals.unsent(w, s)
	}
	for class, n := range w.shard.Sizes {
		if n.Sent != 250 || n.Unsent != 250 {
			t.Errorf("size %d: got %d sent and %d unsent, want 250 each", class, n.Sent, n.Unsent)
		}
	}
}

// TestLeapCountsAlike: what is left out by arithmetic is what would have been one by
// one, whatever has been sent before and wherever the window lies.
func TestLeapCountsAlike(t *testing.T) {
	for _, p := range []Plan{
		{Rate: 1000}, {Rate: 0.7}, {Rate: 1e6},
		{Rate: 1000, Messages: 1001},
		{Stages: []Stage{{2 * time.Second, 0, 500}}},
		{Stages: []Stage{{2 * time.Second, 500, 100}}, Warmup: 300 * time.Millisecond},
	} {
		p.Connections, p.Workers = 7, 2
		if p.Rate > 0 && p.Messages == 0 {
			p.Warmup, p.Duration = 500*time.Millisecond, 2*time.Second
		}
		for _, until := range []time.Duration{0, 300 * time.Millisecond, 777 * time.Millisecond, 1900 * time.Millisecond, time.Hour} {
			leapt, stepped := openRun(t, p), openRun(t, p)
			if n := len(leapt.workers[0].shard.Sizes); n != 1 {
				t.Fatalf("%+v: messages are counted in %d places, want one", p, n)
			}
			for k, w := range leapt.workers {
				other := stepped.workers[k]
				for i := range w.sessions {
					a, b := &w.sessions[i], &other.sessions[i]
					a.arrivals.skip(w, a, w.ctl.start.get()+until, late)
					end := other.ctl.start.get() + until
					for seq := b.q.next(); b.arrivals.next(other) <= end; seq++ {
						due := b.arrivals.due
						b.arrivals.take(other)
						b.arrivals.miss(other, b, b.counts(other, seq, due), 1, late)
					}
					if x, y := a.arrivals.next(w), b.arrivals.next(other); x != never && x-w.ctl.start.get() != y-other.ctl.start.get() || (x == never) != (y == never) || a.arrivals.left != b.arrivals.left {
						t.Fatalf("%+v until %v: next at %v with %d left, want %v and %d", p, until, x, a.arrivals.left, y, b.arrivals.left)
					}
				}
				if got, want := w.shard.Sizes[0].Unsent, other.shard.Sizes[0].Unsent; got != want || w.sending != other.sending {
					t.Errorf("%+v until %v: %d unsent, %d sending; want %d and %d", p, until, got, w.sending, want, other.sending)
				}
			}
		}
	}
}
