package stats

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// latency returns a Latency of that many values with these quantiles in
// nanoseconds: p50, p99 and p99.9, as far as they are given.
func latency(count int64, ns ...int64) *Latency {
	l := &Latency{Count: count, Percentiles: make(map[string]int64)}
	for i, q := range []Quantile{P50, P99, P999}[:len(ns)] {
		l.Percentiles[q.String()] = ns[i]
		l.MaxNS = ns[i]
	}
	return l
}

// lagging returns the lag of that many messages, so many of which are late.
func lagging(messages, late int, by time.Duration) *Latency {
	h := newHistogram()
	for i := range messages {
		if i < late {
			h.record(int64(by))
		} else {
			h.record(int64(50 * time.Microsecond))
		}
	}
	return newLatency(h.export(), 0, 0)
}

// openResult is an open loop without a blemish: 10 s of 1,000 messages a
// second, rtt p50 10 ms, p99 20 ms, p99.9 40 ms.
func openResult() *Result {
	return &Result{
		Load:        Load{Rate: 1000, Arrival: "constant", Workers: 2},
		WindowS:     10,
		Connections: Connections{Requested: 100, Opened: 100, Closed: 100},
		Messages:    Messages{Sent: 10_000, Received: 10_000, Rate: 1000},
		Latency: map[string]*Latency{
			"rtt":   latency(10_000, 10e6, 20e6, 40e6),
			"lag":   latency(10_000, 10e3, 100e3, 200e3),
			"queue": latency(10_000, 10e3, 100e3, 200e3),
		},
		Intervals: slices.Repeat([]Interval{{Phase: "measure", LengthS: 1, Sent: 1000, Received: 1000, RTTP50NS: 10e6, RTTP99NS: 20e6}}, 10),
		Client:    Client{CPUUserS: 5, CPUSystemS: 5, Cores: 2, GC: GC{Cycles: 10, PauseP999NS: 100e3}, SchedLatency: &Quantiled{Count: 10_000, P999NS: 100e3}},
	}
}

func closedResult() *Result {
	r := openResult()
	r.Load = Load{InFlight: 1, Workers: 2}
	delete(r.Latency, "lag")
	return r
}

func TestJudge(t *testing.T) {
	open, closed := openResult, closedResult
	for _, c := range []struct {
		name   string
		result func() *Result
		change func(*Result)
		want   string // the findings: check level value limit
	}{
		{"open loop", open, func(r *Result) {}, ""},
		{"closed loop", closed, func(r *Result) {}, ""},
		{"nothing at all", func() *Result { return new(Result) }, func(r *Result) {}, ""},

		{"one connection short", open, func(r *Result) { r.Connections.Opened, r.Connections.Failed = 99, 1 }, "connections suspect 0.01 0"},
		{"5% short", open, func(r *Result) { r.Connections.Opened = 95 }, "connections suspect 0.05 0"},
		{"6% short", open, func(r *Result) { r.Connections.Opened = 94 }, "connections invalid 0.06 0.05"},
		{"lost in mid-run: any", open, func(r *Result) {
			r.Connections.Closed, r.Connections.Dropped, r.Connections.Lost = 99, 1, 1
		}, "connections suspect 0.01 0"},
		{"failed and lost", open, func(r *Result) {
			r.Connections.Opened, r.Connections.Failed, r.Connections.Lost = 94, 6, 50
		}, "connections invalid 0.06 0.05; connections suspect 0.5 0"},
		{"lost in mid-run: all, which is the server's doing", open, func(r *Result) { r.Connections.Lost = 100 }, "connections suspect 1 0"},
		{"dropped when it was all over", open, func(r *Result) { r.Connections.Closed, r.Connections.Dropped = 0, 100 }, ""},
		{"interrupted, and lost", open, func(r *Result) {
			r.Connections.Opened, r.Connections.Lost, r.Interrupted = 50, 6, true
		}, "connections suspect 0.06 0"},
		{"interrupted while opening", open, func(r *Result) { r.Connections.Opened, r.Interrupted = 50, true }, ""},
		{"interrupted, and failed", open, func(r *Result) {
			r.Connections.Opened, r.Connections.Failed, r.Interrupted = 50, 6, true
		}, "connections invalid 0.06 0.05"},

		{"rate off by 1%", open, func(r *Result) { r.Intervals[3].Sent -= 102 }, ""},
		{"rate off by more than 1%", open, func(r *Result) { r.Intervals[3].Sent -= 122 }, "rate suspect 0.012 0.01"},
		{"rate off by more than 5%", open, func(r *Result) { r.Intervals[3].Sent -= 602 }, "rate invalid 0.06 0.05"},
		{"too much sent", open, func(r *Result) { r.Intervals[3].Sent += 602 }, "rate invalid 0.06 0.05"},
		{"rate, few messages", open, func(r *Result) {
			r.Load.Rate, r.Intervals, r.Messages = 10, nil, Messages{Sent: 98, Received: 98}
		}, ""},
		{"rate without intervals", open, func(r *Result) {
			r.Intervals, r.Messages = nil, Messages{Sent: 9398, Received: 9398}
		}, "rate invalid 0.06 0.05"},
		{"rate with intervals that do not cover the window", open, func(r *Result) {
			r.Intervals, r.Messages = r.Intervals[:5], Messages{Sent: 9398, Received: 9398}
		}, "rate invalid 0.06 0.05"},
		{"Poisson: what was due is what counts", open, func(r *Result) {
			r.Load.Arrival, r.Intervals, r.Messages = "poisson", nil, Messages{Sent: 9500, Received: 9500}
		}, ""},
		{"Poisson: due, and not sent", open, func(r *Result) {
			r.Load.Arrival, r.Intervals, r.Messages = "poisson", nil, Messages{Sent: 9398, Received: 9398, Unsent: 602}
		}, "rate invalid 0.06 0.05"},
		{"the server did not read: late", open, func(r *Result) {
			r.Intervals[3].Sent, r.Messages.Blocked = 400, 600
		}, "rate suspect 0.0598 0.01"},
		{"the server did not read: late, and never", open, func(r *Result) {
			r.Intervals[3].Sent, r.Messages.Blocked, r.Messages.Unsent, r.Messages.Prevented = 200, 1, 799, 799
		}, "rate suspect 0.0798 0.01"},
		{"the server ended connections", open, func(r *Result) {
			r.Intervals[3].Sent, r.Connections.Lost, r.Messages.Unsent, r.Messages.Prevented = 200, 1, 800, 800
		}, "connections suspect 0.01 0; rate suspect 0.0798 0.01"},
		{"the server did not read, and the client fell behind too", open, func(r *Result) {
			r.Intervals[3].Sent, r.Messages.Blocked = 200, 200
		}, "rate invalid 0.0598 0.05"},
		{"the server did not read for ever", open, func(r *Result) {
			r.Intervals[3].Sent, r.Messages.Unsent, r.Messages.Prevented = 200, 800, 800
		}, "rate suspect 0.0798 0.01"},
		{"not sent, and the server is to blame for some", open, func(r *Result) {
			r.Intervals[3].Sent, r.Connections.Lost, r.Messages.Unsent, r.Messages.Prevented = 200, 1, 800, 100
		}, "connections suspect 0.01 0; rate invalid 0.0698 0.05"},
		{"not sent, and the server is not to blame", open, func(r *Result) {
			r.Intervals[3].Sent, r.Messages.Unsent = 200, 800
		}, "rate invalid 0.0798 0.05"},
		{"too much sent, to a server that does not read", open, func(r *Result) {
			r.Intervals[3].Sent, r.Messages.Blocked = 1602, 1000
		}, "rate invalid 0.06 0.05"},
		{"a number of messages that are sent before the window ends", open, func(r *Result) {
			r.Load.Messages, r.Intervals, r.Messages = 5000, nil, Messages{Sent: 5000, Received: 5000}
		}, ""},
		{"stages: what each of them offered is what counts", open, func(r *Result) {
			r.Load.Rate = 900 // a plan that was cut short
			r.Stages = []Stage{{ToS: 5, RateFrom: 500, RateTo: 500}, {FromS: 5, ToS: 10, RateFrom: 1000, RateTo: 2000}}
		}, ""},
		{"stages: off by more than 1%", open, func(r *Result) {
			r.Stages = []Stage{{ToS: 5, RateFrom: 500, RateTo: 500}, {FromS: 5, ToS: 10, RateFrom: 1000, RateTo: 2100}}
		}, "rate suspect 0.0242 0.01"},
		{"a closed loop has no rate", closed, func(r *Result) { r.Intervals[3].Sent = 0 }, ""},

		{"lag of 5% of p50", open, func(r *Result) { r.Latency["lag"] = latency(10_000, 0, 500e3) }, ""},
		{"lag above 5% of p50", open, func(r *Result) { r.Latency["lag"] = latency(10_000, 0, 501e3) }, "lag suspect 5.01e+05 5e+05"},
		{"lag above 10% of p99", open, func(r *Result) { r.Latency["lag"] = latency(10_000, 0, 2001e3) }, "lag invalid 2.001e+06 2e+06"},
		{"lag below 1 ms, on loopback", open, func(r *Result) {
			r.Latency["rtt"], r.Latency["lag"], r.Latency["queue"] = latency(10_000, 100e3, 200e3), latency(10_000, 0, 900e3), nil
		}, "lag suspect 9e+05 1e+05; scheduler suspect 1e+05 1e+04"},
		{"lag of a wake-up, on loopback", open, func(r *Result) {
			r.Latency["rtt"], r.Latency["lag"], r.Latency["queue"], r.Client = latency(10_000, 100e3, 200e3), latency(10_000, 0, 100e3), nil, Client{}
		}, ""},
		{"lag above 1 ms, on loopback", open, func(r *Result) {
			r.Latency["rtt"], r.Latency["lag"], r.Latency["queue"] = latency(10_000, 100e3, 200e3), latency(10_000, 0, 1001e3), nil
		}, "lag invalid 1.001e+06 1e+06; scheduler suspect 1e+05 1e+04"},
		{"p50 far above p99/2: the suspect limit stays below the invalid one", open, func(r *Result) {
			r.Latency["rtt"], r.Latency["lag"] = latency(10_000, 30e6, 31e6), latency(10_000, 0, 1001e3)
		}, ""},
		{"lag known by its p50 and maximum only", open, func(r *Result) {
			r.Latency["lag"] = latency(10, 3e6)
		}, "lag invalid 3e+06 2e+06"},

		{"lag beyond p99 of 10% of rtt", open, func(r *Result) { r.Latency["lag"] = latency(10_000, 0, 500e3, 4000e3) }, ""},
		{"lag beyond p99 above 10% of rtt", open, func(r *Result) { r.Latency["lag"] = latency(10_000, 0, 500e3, 4001e3) }, "lag suspect 4.001e+06 4e+06"},
		{"lag at and beyond p99: said once", open, func(r *Result) { r.Latency["lag"] = latency(10_000, 0, 501e3, 9e6) }, "lag suspect 5.01e+05 5e+05"},

		{"behind: 1%", open, func(r *Result) { r.Latency["lag"] = lagging(10_000, 100, 2*time.Millisecond) }, ""},
		{"behind: more than 1%, by 1.1 ms", open, func(r *Result) {
			r.Latency["lag"], r.Latency["rtt"] = lagging(10_000, 101, 1100*time.Microsecond), latency(10_000, 100e6, 100e6, 100e6)
		}, "behind suspect 0.0101 0.01"},
		{"behind: all of them, by 1 ms", open, func(r *Result) {
			r.Latency["lag"], r.Latency["rtt"] = lagging(10_000, 10_000, time.Millisecond), latency(10_000, 100e6, 100e6, 100e6)
		}, ""},
		{"behind: more than 5%, however slow the server", open, func(r *Result) {
			r.Latency["lag"], r.Latency["rtt"] = lagging(10_000, 501, 2*time.Millisecond), latency(10_000, 1e9, 1e9, 1e9)
		}, "behind invalid 0.0501 0.05"},
		{"behind: ten of 100", open, func(r *Result) {
			r.Latency["lag"], r.Latency["rtt"] = lagging(100, 10, 2*time.Millisecond), latency(100, 1e9)
		}, "behind invalid 0.1 0.05"},
		{"behind: nine of 100", open, func(r *Result) {
			r.Latency["lag"], r.Latency["rtt"] = lagging(100, 9, 2*time.Millisecond), latency(100, 1e9)
		}, "behind suspect 0.09 0.01"},
		{"behind: the portable driver has 2 ms", open, func(r *Result) {
			r.Driver, r.Latency["lag"], r.Latency["rtt"] = "portable", lagging(10_000, 10_000, 1900*time.Microsecond), latency(10_000, 100e6, 100e6, 100e6)
		}, ""},
		{"behind: the portable driver had more", open, func(r *Result) {
			r.Driver, r.Latency["lag"], r.Latency["rtt"] = "portable", lagging(10_000, 501, 2100*time.Microsecond), latency(10_000, 100e6, 100e6, 100e6)
		}, "behind invalid 0.0501 0.05"},
		{"behind: a tenth of the time between two messages is close enough", open, func(r *Result) {
			r.Load.Rate, r.Intervals, r.Messages = 10, nil, Messages{Sent: 100, Received: 100}
			r.Latency["lag"], r.Latency["rtt"] = lagging(10_000, 10_000, 9*time.Millisecond), latency(10_000, 1e9, 1e9, 1e9)
		}, ""},
		{"behind: a closed loop has no schedule", closed, func(r *Result) { r.Latency["lag"] = lagging(10_000, 10_000, time.Second) }, ""},

		{"queue of 5% of p99", open, func(r *Result) { r.Latency["queue"] = latency(10_000, 0, 1000e3) }, ""},
		{"queue above 5% of p99", open, func(r *Result) { r.Latency["queue"] = latency(10_000, 0, 1001e3) }, "queue suspect 1.001e+06 1e+06"},
		{"queue above 25% of p99", open, func(r *Result) { r.Latency["queue"] = latency(10_000, 0, 5001e3) }, "queue invalid 5.001e+06 5e+06"},
		{"queue above 5% of p99, closed loop", closed, func(r *Result) { r.Latency["queue"] = latency(10_000, 0, 1001e3) }, "queue note 1.001e+06 1e+06"},
		{"queue above 25% of p99, closed loop", closed, func(r *Result) { r.Latency["queue"] = latency(10_000, 0, 5001e3) }, "queue suspect 5.001e+06 5e+06"},
		{"queue of 20 µs, on loopback", closed, func(r *Result) {
			r.Latency["rtt"], r.Latency["queue"], r.Client = latency(10_000, 50e3, 100e3), latency(10_000, 0, 20e3), Client{}
		}, ""},
		{"queue of 100 µs, on loopback", open, func(r *Result) {
			r.Latency["rtt"], r.Latency["queue"], r.Latency["lag"], r.Client = latency(10_000, 50e3, 100e3), latency(10_000, 0, 100e3), nil, Client{}
		}, "queue suspect 1e+05 2e+04"},

		{"CPU at 80%", open, func(r *Result) { r.Client.CPUUserS = 11 }, ""},
		{"CPU above 80%", open, func(r *Result) { r.Client.CPUUserS = 11.2 }, "cpu suspect 0.81 0.8"},
		{"CPU above 95%", open, func(r *Result) { r.Client.CPUUserS = 14.2 }, "cpu invalid 0.96 0.95"},
		{"CPU above 95%, closed loop", closed, func(r *Result) { r.Client.CPUUserS = 14.2 }, "cpu note 0.96 0.8"},
		{"CPU of one thread of the event loop", open, func(r *Result) { r.Driver, r.Client.BusiestThreadS = "epoll", 9.6 }, "cpu invalid 0.96 0.95"},
		{"CPU of all and of one thread of the event loop", open, func(r *Result) {
			r.Driver, r.Client.CPUUserS, r.Client.BusiestThreadS = "epoll", 14.2, 9.9
		}, "cpu invalid 0.96 0.95"},
		{"CPU of one thread of the event loop, worse than of all", open, func(r *Result) {
			r.Driver, r.Client.CPUUserS, r.Client.BusiestThreadS = "epoll", 11.2, 9.9
		}, "cpu invalid 0.99 0.95"},
		{"CPU of one thread of the event loop, closed loop", closed, func(r *Result) { r.Driver, r.Client.BusiestThreadS = "epoll", 9.6 }, "cpu note 0.96 0.8"},
		{"CPU of one thread that goroutines take turns on", open, func(r *Result) { r.Driver, r.Client.BusiestThreadS = "portable", 9.6 }, ""},
		{"CPU not told", open, func(r *Result) { r.Client = Client{} }, ""},

		{"GC pauses of 5% of p99, often", open, func(r *Result) { r.Client.GC = GC{Cycles: 1000, PauseP999NS: 1000e3} }, ""},
		{"GC pauses above 5% of p99, often", open, func(r *Result) { r.Client.GC = GC{Cycles: 1000, PauseP999NS: 1001e3} }, "gc suspect 1.001e+06 1e+06"},
		{"GC pauses above 10% of p99, often", open, func(r *Result) { r.Client.GC = GC{Cycles: 1000, PauseP999NS: 2001e3} }, "gc invalid 2.001e+06 2e+06"},
		{"GC pauses above 10% of p99, seldom", open, func(r *Result) { r.Client.GC = GC{Cycles: 2, PauseP999NS: 2400e3} }, ""},
		{"GC pauses above 10% of p99, closed loop", closed, func(r *Result) { r.Client.GC = GC{Cycles: 1000, PauseP999NS: 2001e3} }, "gc suspect 2.001e+06 1e+06"},

		{"scheduler above 5% of p99", open, func(r *Result) { r.Client.SchedLatency.P999NS = 1001e3 }, "scheduler suspect 1.001e+06 1e+06"},
		{"scheduler above 10% of p99", open, func(r *Result) { r.Client.SchedLatency.P999NS = 2001e3 }, "scheduler invalid 2.001e+06 2e+06"},
		{"scheduler, event loop: goroutines are few beside the messages", open, func(r *Result) {
			r.Latency["rtt"].Count, r.Client.SchedLatency.P999NS = 100_010, 2001e3
		}, ""},
		{"scheduler, too few to know p99.9", open, func(r *Result) {
			r.Client.SchedLatency.Count, r.Client.SchedLatency.P999NS = 9999, 2001e3
		}, ""},
		{"scheduler above 10% of p99, closed loop", closed, func(r *Result) { r.Client.SchedLatency.P999NS = 2001e3 }, "scheduler suspect 2.001e+06 1e+06"},

		{"steal of 1%", open, func(r *Result) { r.Client.Steal = 0.01 }, ""},
		{"steal above 1%", closed, func(r *Result) { r.Client.Steal = 0.011 }, "steal suspect 0.011 0.01"},
		{"steal above 5%", closed, func(r *Result) { r.Client.Steal = 0.051 }, "steal invalid 0.051 0.05"},
		{"throttling: any", open, func(r *Result) { r.Client.ThrottledS = 0.001 }, "throttling suspect 0.0001 0"},
		{"throttling for more than 1% of the time", closed, func(r *Result) { r.Client.ThrottledS = 0.11 }, "throttling invalid 0.011 0.01"},
		{"throttling before a window that never came", open, func(r *Result) { r.WindowS, r.Client.ThrottledS = 0, 1 }, ""},

		{"lost: any", closed, func(r *Result) { r.Messages.Lost = 1 }, "lost suspect 0.0001 0"},
		{"lost: as many as lie beyond p99.9", closed, func(r *Result) { r.Messages.Lost = 10 }, "lost suspect 0.001 0"},
		{"lost: more than lie beyond p99.9", closed, func(r *Result) { r.Messages.Lost = 11 }, "lost suspect 0.0011 0"},
		{"lost: any, where nothing tells what was", closed, func(r *Result) { r.Messages.Lost, r.Load.InOrder = 1, true }, "lost suspect 0.0001 0"},
		{"lost: half", closed, func(r *Result) { r.Messages.Lost = 5000 }, "lost suspect 0.5 0"},
		{"lost: more than half", closed, func(r *Result) { r.Messages.Lost = 5001 }, "lost invalid 0.5001 0.5"},
		{"lost: all", closed, func(r *Result) { r.Messages.Lost, r.Latency = 10_000, nil }, "lost invalid 1 0.5"},

		{"clamped: any", closed, func(r *Result) { r.Latency["rtt"].Clamped = 1 }, "clamped suspect 0.0001 0"},
		{"clamped: too many for p99", closed, func(r *Result) {
			r.Latency["open"] = latency(1000, 1, 2)
			r.Latency["open"].Clamped = 11
		}, "clamped invalid 0.011 0.01"},

		{"drift of p50", closed, func(r *Result) {
			for i := range r.Intervals {
				r.Intervals[i].RTTP50NS = 10e6 + int64(i)*2e6
			}
		}, "drift suspect 1.167 0.1"},
		{"no drift where the load changed", open, func(r *Result) {
			r.Stages = []Stage{{ToS: 10, RateFrom: 500, RateTo: 1500}}
			for i := range r.Intervals {
				r.Intervals[i].RTTP50NS = 10e6 + int64(i)*2e6
			}
		}, ""},
		{"drift of p99, downwards", closed, func(r *Result) {
			for i := range r.Intervals {
				r.Intervals[i].RTTP99NS = 40e6 - int64(i)*3e6
			}
		}, "drift suspect 1.312 0.1"},
	} {
		r := c.result()
		c.change(r)
		v := Judge(r)
		var got []string
		status := Valid
		for _, f := range v.Findings {
			got = append(got, fmt.Sprintf("%s %s %.4g %.4g", f.Check, f.Level, f.Value, f.Limit))
			if f.Level == Invalid || f.Level == Suspect && status == Valid {
				status = f.Level
			}
			if !strings.HasSuffix(f.Text, ".") || f.Unit != "ratio" && f.Unit != "ns" {
				t.Errorf("%s: unit %q, text %q", c.name, f.Unit, f.Text)
			}
		}
		if got := strings.Join(got, "; "); got != c.want {
			t.Errorf("%s: got findings %q, want %q", c.name, got, c.want)
		}
		if v.Status != status {
			t.Errorf("%s: got status %s, want %s", c.name, v.Status, status)
		}
	}
}

// TestEveryCheckCanFail keeps a check from being listed and never run.
func TestEveryCheckCanFail(t *testing.T) {
	r := openResult()
	r.Connections.Opened = 1
	r.Intervals[0].Sent = 0
	r.Latency["lag"] = lagging(10_000, 10_000, time.Second)
	r.Latency["queue"] = latency(10_000, 1e9, 1e9)
	r.Latency["rtt"].Clamped = 1
	r.Client.CPUUserS, r.Client.Steal, r.Client.ThrottledS = 100, 1, 1
	r.Client.GC = GC{Cycles: 1000, PauseP999NS: 1e9}
	r.Client.SchedLatency.P999NS = 1e9
	r.Messages.Lost = 1
	r.Intervals[9].RTTP50NS, r.Intervals[8].RTTP50NS, r.Intervals[7].RTTP50NS = 90e6, 90e6, 90e6
	failed := make(map[string]bool)
	for _, f := range Judge(r).Findings {
		failed[f.Check] = true
	}
	all := make(map[string]bool)
	for _, c := range checks {
		all[c.name] = true
	}
	if !maps.Equal(failed, all) {
		t.Errorf("got findings of %v, want of %v", failed, all)
	}
}

func TestDrift(t *testing.T) {
	for _, c := range []struct {
		name   string
		values []float64
		want   float64
	}{
		{"nothing", nil, 0},
		{"too few", []float64{1, 1, 5, 5, 9, 9, 9, 9}, 0},
		{"steady", []float64{10, 10, 10, 10, 10, 10, 10, 10, 10}, 0},
		{"up", []float64{10, 11, 12, 99, 99, 99, 15, 16, 16}, 5. / 11},
		{"down", []float64{16, 16, 15, 1, 1, 1, 12, 11, 10}, 5. / 11},
		{"noise: the thirds overlap", []float64{10, 20, 10, 5, 5, 5, 20, 10, 20}, 0},
		{"outliers in longer thirds", []float64{10, 90, 10, 10, 5, 5, 5, 5, 20, 20, 1, 20}, 1},
	} {
		if got := drift(c.values); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// TestLostSaysWhatIsUnknown: the finding names the first quantile that the lost
// messages leave out.
func TestLostSaysWhatIsUnknown(t *testing.T) {
	for _, c := range []struct {
		count, lost int64
		want, not   string
	}{
		{9990, 10, "longer than all others", "unknown"},
		{9989, 11, "beyond p99.9,", "beyond p99,"},
		{9899, 101, "beyond p99,", "p99.9"},
		{5000, 5000, "beyond p75,", "p50"},
		{4999, 5001, "no quantile", "beyond"},
	} {
		r := closedResult()
		h := newHistogram()
		for range c.count {
			h.record(1)
		}
		r.Messages = Messages{Sent: c.count + c.lost, Received: c.count, Lost: c.lost}
		r.Latency["rtt"] = newLatency(h.export(), 0, c.lost)
		found := checkLost(r)
		if len(found) != 1 || !strings.Contains(found[0].Text, c.want) || strings.Contains(found[0].Text, c.not) {
			t.Errorf("%d lost of %d: got %+v, want one that says %q and not %q", c.lost, c.count+c.lost, found, c.want, c.not)
		}
	}
}
