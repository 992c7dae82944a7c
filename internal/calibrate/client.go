package calibrate

import (
	"context"
	"slices"
	"time"

	"wsstorm/loadgen"
	"wsstorm/stats"
	"wsstorm/wsclient"
)

// What the clients do: the messages and connections of a run without flags, or
// nearly so.
const (
	leastRounds = 3
	// longestWindow is when more rounds are better than longer ones; it is also
	// how long an interrupt may have to wait, as the floor does not look for it.
	longestWindow = 1500 * time.Millisecond
	leastWindow   = 50 * time.Millisecond

	messageSize = 20
	busyConns   = 64 // that messages go over
	mostOpened  = 1000
	leastOpened = 20
)

// A sample is what one client did in one round.
type sample struct {
	messages int64
	time     time.Duration // in which the messages were answered
	cpu      time.Duration // meanwhile
	opened   int
	openTime time.Duration
	openCPU  time.Duration
}

// A contender is a client that takes part. exchange keeps one message on its way
// on each connection; open opens connections and closes them.
type contender struct {
	name     string
	exchange func(ctx context.Context, to wsclient.Target, connections int, warmup, window time.Duration) (sample, error)
	open     func(ctx context.Context, to wsclient.Target, connections int) (sample, error)
}

// contenders returns those of this platform, the floor first where there is one.
func contenders() []contender {
	all := platformContenders()
	for _, d := range drivers() {
		all = append(all, contender{d.name, d.exchange, d.open})
	}
	return all
}

// clients has each client exchange messages and open connections, in turns, so
// that what else the machine does meanwhile hits them alike.
func clients(ctx context.Context, c *Config, out *Calibration) error {
	all := contenders()
	budget := c.part(messagesShare) / time.Duration(len(all))
	rounds := max(leastRounds, int(budget/longestWindow))
	window := max(budget/time.Duration(rounds), leastWindow)
	connections := min(max(int(20*c.Duration.Seconds()), leastOpened), mostOpened)
	return c.serve(ctx, func(to wsclient.Target) error {
		talks, opens := map[string][]sample{}, map[string][]sample{}
		for range rounds {
			for _, k := range all {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				talk, err := k.exchange(ctx, to, busyConns, window/6, window-window/6)
				if err != nil {
					return err
				}
				open, err := k.open(ctx, to, connections)
				if err != nil {
					return err
				}
				talks[k.name], opens[k.name] = append(talks[k.name], talk), append(opens[k.name], open)
			}
		}
		unit := ""
		if all[0].name == floorName {
			unit = floorName
		}
		for _, k := range all {
			out.Clients = append(out.Clients, newClient(k.name, talks[k.name], opens[k.name], talks[unit], opens[unit]))
		}
		return nil
	})
}

const floorName = "floor"

// newClient sums up the rounds of one client, beside those of the floor, if any.
func newClient(name string, talks, opens, floorTalks, floorOpens []sample) Client {
	costs := each(talks, sample.messageCPU)
	c := Client{
		Name: name, Rounds: len(talks),
		Messages:        median(each(talks, func(s sample) float64 { return float64(s.messages) / s.time.Seconds() })),
		MessageCPUNS:    median(costs),
		MessageRatio:    ratio(talks, floorTalks, sample.messageCPU),
		Connections:     median(each(opens, func(s sample) float64 { return float64(s.opened) / s.openTime.Seconds() })),
		ConnectionCPUNS: median(each(opens, sample.openingCPU)),
		ConnectionRatio: ratio(opens, floorOpens, sample.openingCPU),
	}
	if c.MessageCPUNS > 0 {
		c.MessageSpread = (slices.Max(costs) - slices.Min(costs)) / c.MessageCPUNS
	}
	return c
}

func (s sample) messageCPU() float64 { return float64(s.cpu) / float64(max(s.messages, 1)) }
func (s sample) openingCPU() float64 { return float64(s.openCPU) / float64(max(s.opened, 1)) }

func each(samples []sample, figure func(sample) float64) []float64 {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = figure(s)
	}
	return values
}

// ratio returns the median of a figure's ratios to the unit's of the same round,
// 0 where there is no unit.
func ratio(samples, unit []sample, figure func(sample) float64) float64 {
	var values []float64
	for i := range unit {
		// A clock of CPU time that is too coarse for a short window says 0.
		if u := figure(unit[i]); u > 0 {
			values = append(values, figure(samples[i])/u)
		}
	}
	return median(values)
}

// An engine is a driver of the engine, with one worker: the floor, too, has one
// thread.
type engine struct {
	name   string
	driver loadgen.DriverName
}

func (e engine) plan(to wsclient.Target, connections int) loadgen.Plan {
	return loadgen.Plan{
		Target: to, Driver: e.driver, Workers: 1, Connections: connections,
		Sizes: []loadgen.SizeClass{{Min: messageSize, Max: messageSize}},
	}
}

func (e engine) exchange(ctx context.Context, to wsclient.Target, connections int, warmup, window time.Duration) (sample, error) {
	p := e.plan(to, connections)
	p.InFlight, p.Warmup, p.Duration = 1, warmup, window
	r, err := load(ctx, p)
	if err != nil {
		return sample{}, err
	}
	return sample{
		messages: r.Messages.Received,
		time:     time.Duration(r.WindowS * 1e9),
		cpu:      time.Duration((r.Client.CPUUserS + r.Client.CPUSystemS) * 1e9),
	}, nil
}

// open counts from before the run begins to when the engine says that every
// connection is open.
func (e engine) open(ctx context.Context, to wsclient.Target, connections int) (s sample, err error) {
	p := e.plan(to, connections)
	p.Duration = time.Millisecond // the connections are held, and nothing is sent
	begin, before := time.Now(), stats.ReadUsage()
	p.Progress = func(now loadgen.Progress) {
		if now.Phase != "open" && s.openTime == 0 {
			after := stats.ReadUsage()
			s.openTime = time.Since(begin)
			s.openCPU = after.User + after.System - before.User - before.System
		}
	}
	r, err := load(ctx, p)
	if err != nil {
		return sample{}, err
	}
	s.opened = int(r.Connections.Opened)
	return s, nil
}
