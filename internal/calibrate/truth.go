package calibrate

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"wsstorm/loadgen"
	"wsstorm/stats"
	"wsstorm/wsclient"
)

// truthRate is the rate of the runs whose outcome is known, messages a second.
const truthRate = 1_000.0

// truthPlan is such a run, on the default driver.
func truthPlan(to wsclient.Target, window time.Duration) loadgen.Plan {
	return loadgen.Plan{
		Target: to, Connections: busyConns, Rate: truthRate, Arrival: loadgen.Constant, Duration: window,
		Sizes: []loadgen.SizeClass{{Min: messageSize, Max: messageSize}},
	}
}

// stalled returns a quantile of the rtt to a server that stands still for S in
// every T, over whole periods: P(rtt > x) = (S - x)/T, so that the quantile q is
// S - (1-q)T. Where that is below zero, the stall is not to be seen.
func stalled(q stats.Quantile, s, t time.Duration) time.Duration {
	return s - time.Duration(q.Tail()*float64(t))
}

// stall runs against a server that stalls. A client that waits for replies before
// it sends the next message would see one long one for each stall.
func stall(ctx context.Context, c *Config, out *Calibration) error {
	const periods, inverse = 5, 10 // S is a tenth of T
	every := (c.part(stallShare) * 9 / 10 / periods).Round(time.Millisecond)
	length := every / inverse
	if length == 0 {
		return nil
	}
	flags := []string{"--stall=" + length.String() + "/" + every.String()}
	return c.serve(ctx, func(to wsclient.Target) error {
		p := truthPlan(to, periods*every)
		p.Warmup = every / 20
		r, err := load(ctx, p)
		if err != nil {
			return err
		}
		e := Experiment{Name: "stall", Server: flags, Messages: r.Messages.Received}
		rtt := ofLatency(r.Latency[stats.RTT.String()])
		for _, q := range []stats.Quantile{stats.P95, stats.P99} {
			truth := stalled(q, length, every)
			e.expect(q, truth, rtt, max(truth/50, 5*time.Millisecond))
		}
		out.Truth = append(out.Truth, e)
		return nil
	}, flags...)
}

// expect adds a quantile, where it is known.
func (e *Experiment) expect(q stats.Quantile, truth time.Duration, measured Distribution, limit time.Duration) {
	ns, known := measured.Percentiles[q.String()]
	if !known {
		return
	}
	e.Quantiles = append(e.Quantiles, Expected{
		Quantile: q.String(), TruthNS: int64(truth), MeasuredNS: ns, LimitNS: int64(limit),
		OK: (time.Duration(ns) - truth).Abs() <= limit,
	})
}

// delays runs against servers that take their time by distributions, and holds
// the rtt against what the server says each message took.
func delays(ctx context.Context, c *Config, out *Calibration) error {
	dir, err := os.MkdirTemp("", "wsstorm-calibrate-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for _, d := range []struct{ name, delay string }{
		{"exponential", "exp:2ms"},
		{"bimodal", "bimodal:1ms,20ms:0.05"},
	} {
		log := filepath.Join(dir, d.name+".csv")
		flags := []string{"--delay=" + d.delay}
		var r *stats.Result
		err := c.serve(ctx, func(to wsclient.Target) (err error) {
			// Without a warm-up: all that the server logs is in the window.
			r, err = load(ctx, truthPlan(to, c.part(delayShare)))
			return err
		}, append(flags, "--delay-log="+log)...)
		if err != nil {
			return err
		}
		took, err := readDelays(log)
		if err != nil {
			return err
		}
		e := Experiment{Name: d.name, Server: flags, Messages: r.Messages.Received}
		truth, measured := distribution(took), ofLatency(r.Latency[stats.RTT.String()])
		for _, q := range []stats.Quantile{stats.P50, stats.P90, stats.P99, stats.P999} {
			if ns, known := truth.Percentiles[q.String()]; known {
				// What lies between is the loopback and the client's own part.
				e.expect(q, time.Duration(ns), measured, max(time.Duration(ns)/20, time.Millisecond))
			}
		}
		out.Truth = append(out.Truth, e)
	}
	return nil
}

// readDelays reads what each message took from the server's log, whose first line
// names its columns.
func readDelays(name string) ([]time.Duration, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	column := -1
	var took []time.Duration
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(strings.TrimSpace(line), ",")
		if column < 0 {
			if column = slices.Index(fields, "took_ns"); column < 0 {
				break
			}
			continue
		}
		if column >= len(fields) {
			return nil, errDelayLog
		}
		ns, err := strconv.ParseInt(fields[column], 10, 64)
		if err != nil {
			return nil, errDelayLog
		}
		took = append(took, time.Duration(ns))
	}
	if took == nil {
		return nil, errDelayLog
	}
	return took, nil
}

var errDelayLog = errors.New("the server's log of delays is not what it should be")
