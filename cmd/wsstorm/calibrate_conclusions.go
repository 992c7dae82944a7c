package main

import (
	"fmt"
	"math"
	"time"

	"wsstorm/internal/calibrate"
	"wsstorm/stats"
	"wsstorm/stats/report"
)

// From there on the figures say more about what else the machine does than about
// the client.
const (
	restless = 0.1 // of the processors are busy for others
	unsteady = 0.2 // is the spread of the rounds
)

// conclusions says in sentences what a calibration comes to.
func conclusions(c *calibrate.Calibration) []string {
	var all []string
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	disturbed := c.Others != nil && c.Others.Busy > restless*float64(c.Others.Processors)
	if disturbed {
		say("Other programs kept %.1f of %d processors busy meanwhile, and these figures are worth as much: calibrate while the machine is idle.",
			c.Others.Busy, c.Others.Processors)
	}
	if len(c.Paces) > 0 {
		lowest := c.Paces[0]
		say("Latencies: in an open loop of %s the client adds up to %s (p99) of its own; what is shorter is within its error, and what is ten times as long is good to a tenth.",
			report.Rate(lowest.Rate), report.Duration(time.Duration(c.Limits.LatencyErrorNS)))
		rates(c, say)
		for _, p := range c.Paces {
			if lag := p.Lag.Quantile(stats.P50); p.Driver != lowest.Driver {
				say("The %s driver, for wss:// and Unix sockets, sends %s late (p50): it is for closed loops, and for latencies that are long beside that.", p.Driver, report.Duration(lag))
			}
		}
	}
	for _, k := range c.Clients {
		if k.Name != "floor" && k.MessageCPUNS > 0 {
			say("Ceiling of the %s driver: %s messages/s and %s connections/s for each core that the client has to itself.",
				k.Name, roughly(1e9/k.MessageCPUNS), roughly(1e9/k.ConnectionCPUNS))
		}
	}
	for _, k := range c.Clients {
		if k.MessageSpread > unsteady && !disturbed {
			say("The rounds differ by %s (%s): something else keeps this machine busy, and these figures are worth as much.", report.Percent(k.MessageSpread), k.Name)
			break
		}
	}
	mistakes(c, say)
	return all
}

// roughly returns a number of three digits, and zeros.
func roughly(n float64) string {
	scale := math.Pow(10, max(0, math.Floor(math.Log10(n))-2))
	return report.ShortCount(int64(math.Round(n/scale) * scale))
}

// rates says which ones are kept to.
func rates(c *calibrate.Calibration, say func(string, ...any)) {
	l, limit := c.Limits, report.Duration(calibrate.LagLimit)
	switch {
	case l.Rate == 0:
		say("Rates: the schedule is not kept to within %s (lag p99) at any rate that was tried.", limit)
	case l.RateBeyond == 0:
		say("Rates: up to %s the schedule is kept to within %s (lag p99), and no limit was found.", report.Rate(l.Rate), limit)
	default:
		say("Rates: up to %s the schedule is kept to within %s (lag p99), at %s not any more.", report.Rate(l.Rate), limit, report.Rate(l.RateBeyond))
	}
}

// mistakes says whether what is known was measured.
func mistakes(c *calibrate.Calibration, say func(string, ...any)) {
	quantiles, wrong := 0, 0
	for _, e := range c.Truth {
		for _, q := range e.Quantiles {
			quantiles++
			if !q.OK {
				wrong++
			}
		}
	}
	switch {
	case wrong > 0:
		say("%d of %d quantiles that were known came out wrong: do not trust latencies from here while the machine is as busy as now.", wrong, quantiles)
	case quantiles > 0:
		say("All of %d quantiles that were known came out right.", quantiles)
	}
	for _, k := range c.Control {
		switch {
		case k.OK:
		case k.Expect == stats.Invalid:
			say("A client that was %s went unnoticed: verdicts from here are not to be trusted.", k.Name)
		default:
			say("The verdict blames the client for a slow server: the machine is too busy for any run of this kind.")
		}
	}
}
