package calibrate

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"wsstorm/internal/knee"
	"wsstorm/loadgen"
	"wsstorm/stats"
	"wsstorm/wsclient"
)

// The search for the highest rate that is kept to.
const (
	firstRate = 1_000.0 // messages a second, and the only rate that other drivers are tried at
	mostRate  = 1_000_000.0
	// enough is how many messages a probe takes where the budget allows: ten lie
	// beyond p99.
	enough = 1_050
	// precision is how close the bounds have to be. A finer search would measure
	// what else the machine is doing.
	precision = 0.25
	probes    = 14 // that the budget is divided by
	attempts  = 3  // at each rate: a moment's disturbance is no limit
)

// paces finds out up to which rate the fastest driver keeps to its schedule, and
// how well the others keep to a low one.
func paces(ctx context.Context, c *Config, out *Calibration) error {
	budget := c.part(pacesShare)
	begin := time.Now()
	all := drivers()
	return c.serve(ctx, func(to wsclient.Target) error {
		for _, d := range all[1:] {
			p, err := d.pace(ctx, to, firstRate, window(firstRate, budget))
			if err != nil {
				return err
			}
			out.Paces = append(out.Paces, p)
		}
		found, err := knee.Search{
			Start: firstRate, Least: firstRate, Most: mostRate, Precision: precision,
		}.Run(func(rate float64) (knee.Outcome, error) {
			if time.Since(begin) > budget && len(out.Paces) >= len(all) {
				return knee.Missed, errOutOfTime
			}
			p, err := all[0].bestPace(ctx, to, rate, window(rate, budget))
			if err != nil {
				return knee.Missed, err
			}
			out.Paces = append(out.Paces, p)
			if p.Held {
				return knee.Held, nil
			}
			return knee.Missed, nil
		})
		if err != nil && !errors.Is(err, errOutOfTime) {
			return err
		}
		slices.SortFunc(out.Paces, func(a, b Pace) int {
			return cmp.Or(cmp.Compare(a.Driver, b.Driver), cmp.Compare(a.Rate, b.Rate))
		})
		out.Limits = limits(out.Paces, all[0].name, found)
		return nil
	})
}

// window returns how long a probe at a rate measures.
func window(rate float64, budget time.Duration) time.Duration {
	long := time.Duration(enough / rate * float64(time.Second))
	return min(max(budget/probes, long), budget/4)
}

// errOutOfTime ends a search with what it has found.
var errOutOfTime = errors.New("out of time")

// limits says what the paces of a driver come to.
func limits(paces []Pace, driver string, found knee.Result) Limits {
	l := Limits{Rate: found.Held, RateBeyond: found.Beyond}
	for _, p := range paces { // the lowest rate first
		if p.Driver == driver {
			l.LatencyErrorNS = int64(p.Lag.Quantile(stats.P99))
			if p.Queue != nil {
				l.LatencyErrorNS += int64(p.Queue.Quantile(stats.P99))
			}
			break
		}
	}
	return l
}

// bestPace returns the first pace that was held, or the best of all attempts.
func (e engine) bestPace(ctx context.Context, to wsclient.Target, rate float64, window time.Duration) (Pace, error) {
	var best Pace
	for i := range attempts {
		p, err := e.pace(ctx, to, rate, window)
		if err != nil || p.Held {
			return p, err
		}
		if i == 0 || p.Lag.Quantile(stats.P99) < best.Lag.Quantile(stats.P99) {
			best = p
		}
	}
	return best, nil
}

// pace runs an open loop at a rate.
func (e engine) pace(ctx context.Context, to wsclient.Target, rate float64, window time.Duration) (Pace, error) {
	plan := e.plan(to, busyConns)
	plan.Rate, plan.Arrival = rate, loadgen.Constant
	plan.Warmup, plan.Duration, plan.Drain = window/6, window, 2*time.Second
	r, err := loadgen.Run(ctx, plan)
	switch {
	case err != nil:
		return Pace{}, err
	case r.Interrupted:
		return Pace{}, ctx.Err()
	}
	p := Pace{Driver: e.name, Rate: rate, Sent: r.SentRate(), Lag: ofLatency(r.Latency[stats.Lag.String()])}
	if q := r.Latency[stats.Queue.String()]; q != nil {
		d := ofLatency(q)
		p.Queue = &d
	}
	p.Held = held(p, r)
	return p, nil
}

// held reports whether the lag stayed within LagLimit and all that was due was
// sent.
func held(p Pace, r *stats.Result) bool {
	due := p.Rate * r.WindowS
	// One message at either edge of the window may fall on its other side.
	off := max(0, math.Abs(p.Sent*r.WindowS-due)-2)
	return p.Lag.Count > 0 && p.Lag.Quantile(stats.P99) <= LagLimit && off <= 0.01*due && r.Messages.Unsent == 0 && len(r.Errors) == 0
}
