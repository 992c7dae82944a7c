//go:build truth

package truth

import (
	"context"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"wsstorm/stats"
)

// quantile returns a latency that must be known.
func quantile(t *testing.T, r *stats.Result, m stats.Metric, q stats.Quantile) time.Duration {
	t.Helper()
	l := r.Latency[m.String()]
	if l == nil {
		t.Fatalf("no %s in the result", m)
	}
	ns, ok := l.Quantile(q)
	if !ok {
		t.Fatalf("%s %s is not known, of %d values", m, q, l.Count)
	}
	return time.Duration(ns)
}

// near reports whether got is want, give or take max(2%, 5 ms).
func near(got, want time.Duration) bool {
	return math.Abs(float64(got-want)) <= max(0.02*float64(want), float64(5*time.Millisecond))
}

// valid returns what a run came to that was not called invalid. Where five are, it
// skips the test: this machine has too much else to do to show anything.
func valid(t *testing.T, load func() (*stats.Result, int)) (*stats.Result, int) {
	t.Helper()
	for try := range 5 {
		r, code := load()
		if r.Verdict.Status != stats.Invalid {
			return r, code
		}
		t.Logf("try %d is called invalid, and claims nothing: %+v", try+1, r.Verdict.Findings)
	}
	t.Skip("NOT SHOWN: this machine is too busy to measure on")
	return nil, 0
}

// TestStall: a server that stops for S every T. In an open loop
// P(rtt > x) = (S-x)/T, so that p99 is S - T/100 and p95 S - T/20. A closed loop
// sends nothing while it waits, and sees nothing: coordinated omission.
func TestStall(t *testing.T) {
	const flags = "1s/10s"
	r, code := valid(t, func() (*stats.Result, int) {
		url, stop := serve(t, "--stall", flags)
		defer stop()
		return run(t, url, nil, "-c", "100", "-r", "1000", "-d", "20s", "--warmup", "0")
	})
	p50, p95, p99 := quantile(t, r, stats.RTT, stats.P50), quantile(t, r, stats.RTT, stats.P95), quantile(t, r, stats.RTT, stats.P99)
	t.Logf("open loop: p50 %v, p95 %v (theory 500 ms), p99 %v (theory 900 ms), verdict %s, exit %d", p50, p95, p99, r.Verdict.Status, code)
	if !near(p95, 500*time.Millisecond) || !near(p99, 900*time.Millisecond) {
		t.Error("p95 or p99 is not what theory says")
	}
	if p50 > 5*time.Millisecond {
		t.Error("the median was moved")
	}

	url, _ := serve(t, "--stall", flags)
	r, _ = run(t, url, nil, "-c", "100", "-d", "20s", "--warmup", "0")
	closed := quantile(t, r, stats.RTT, stats.P99)
	t.Logf("closed loop: p50 %v, p95 %v, p99 %v: the stall is hidden", quantile(t, r, stats.RTT, stats.P50), quantile(t, r, stats.RTT, stats.P95), closed)
	if closed > 450*time.Millisecond {
		t.Error("a closed loop saw the stall: is the experiment what it says?")
	}
}

// TestKnownDelays: the quantiles that the client saw are those of the server's
// own log, give or take max(2%, 5 ms), plus what loopback takes.
func TestKnownDelays(t *testing.T) {
	for _, delay := range []string{"fixed:5ms", "bimodal:1ms,50ms:0.01", "exp:2ms"} {
		t.Run(delay, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "delays.csv")
			r, code := valid(t, func() (*stats.Result, int) {
				url, stop := serve(t, "--delay", delay, "--delay-log", path, "--seed", "7")
				defer stop()
				return run(t, url, nil, "-c", "200", "-r", "2000", "-d", "10s", "--warmup", "0")
			})
			truth := took(t, path)
			if int64(len(truth)) != r.Messages.Received || r.Messages.Lost > 0 {
				t.Fatalf("the server answered %d messages, the client got %d and lost %d", len(truth), r.Messages.Received, r.Messages.Lost)
			}
			for _, q := range []stats.Quantile{stats.P50, stats.P90, stats.P99, stats.P999} {
				got, want := quantile(t, r, stats.RTT, q), truth[int(math.Ceil(float64(len(truth))*q.Percent()/100))-1]
				t.Logf("%s: client %v, server's log %v, difference %v (verdict %s, exit %d)", q, got, want, got-want, r.Verdict.Status, code)
				if !near(got, want) {
					t.Errorf("%s is %v, want %v", q, got, want)
				}
			}
		})
	}
}

// took returns what the server's log says each reply took, in order of length.
func took(t *testing.T, path string) []time.Duration {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := slices.Index(rows[0], "took_ns")
	var all []time.Duration
	for _, row := range rows[1:] {
		ns, err := strconv.ParseInt(row[column], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, time.Duration(ns))
	}
	slices.Sort(all)
	return all
}

// TestNegativeControls: a client that was stopped, and one that got a tenth of a
// core, are called invalid (exit 5); a slow server is not. On a machine with
// other work the client is disturbed by that: a slow server's run counts against us
// only if those before and after it, against a fast server, were not called invalid.
func TestNegativeControls(t *testing.T) {
	for name, c := range map[string]struct {
		serve   []string
		disturb func(ctx context.Context, p *os.Process)
		invalid bool
	}{
		"a stopped client": {nil, func(ctx context.Context, p *os.Process) {
			if wait(ctx, 2*time.Second) {
				p.Signal(syscall.SIGSTOP)
				wait(ctx, 200*time.Millisecond)
				p.Signal(syscall.SIGCONT)
			}
		}, true},
		// Nine tenths of the time it may not run: a quota of 10% of a core, in
		// periods of 100 ms as cgroups have them.
		"a starved client": {nil, func(ctx context.Context, p *os.Process) {
			for wait(ctx, 10*time.Millisecond) {
				p.Signal(syscall.SIGSTOP)
				wait(ctx, 90*time.Millisecond)
				p.Signal(syscall.SIGCONT)
			}
			p.Signal(syscall.SIGCONT)
		}, true},
		"a slow server": {[]string{"--delay", "exp:20ms"}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			right := 0
			load := func(disturb func(context.Context, *os.Process), flags ...string) (*stats.Result, int) {
				url, stop := serve(t, flags...)
				defer stop()
				return run(t, url, disturb, "-c", "200", "-r", "1000", "-d", "4s", "--warmup", "500ms")
			}
			disturbances := 0
			disturbed := func() bool {
				if r, _ := load(nil); r.Verdict.Status != stats.Invalid {
					return false
				}
				if disturbances++; disturbances > *controls+5 {
					t.Skipf("NOT SHOWN: this machine is too busy to measure on; judged rightly: %d", right)
				}
				return true
			}
			for right < *controls {
				if !c.invalid && disturbed() {
					continue
				}
				r, code := load(c.disturb, c.serve...)
				if invalid := r.Verdict.Status == stats.Invalid; invalid == c.invalid && (code == 5) == c.invalid {
					right++
					continue
				}
				if !c.invalid && disturbed() {
					continue
				}
				t.Fatalf("after %d right ones: verdict %s, exit %d: %+v", right, r.Verdict.Status, code, r.Verdict.Findings)
			}
			t.Logf("%d of %d judged rightly", right, *controls)
		})
	}
}

// TestRates: the rate achieved is the rate offered, within 0.1%, wherever the
// verdict does not say otherwise.
func TestRates(t *testing.T) {
	url, _ := serve(t)
	for _, rate := range []int{1000, 10000, 50000} {
		r, code := run(t, url, nil, "-c", "500", "-r", strconv.Itoa(rate), "-d", "5s", "--warmup", "1s")
		t.Logf("%d/s: sent %.1f/s, lag p50 %v, p99 %v, verdict %s, exit %d", rate, r.SentRate(),
			quantile(t, r, stats.Lag, stats.P50), quantile(t, r, stats.Lag, stats.P99), r.Verdict.Status, code)
		if r.Verdict.Status != stats.Invalid && math.Abs(float64(r.Messages.Sent)/r.WindowS/float64(rate)-1) > 0.001 {
			t.Errorf("%d/s: %d messages in %v s", rate, r.Messages.Sent, r.WindowS)
		}
	}
}
