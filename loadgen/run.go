package loadgen

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"wsstorm/stats"
)

// run is one run of a Plan.
type run struct {
	plan     Plan
	ctl      *control
	sizes    *sizes
	payloads *payloads
	schedule schedule // of an open loop

	publication *publication // of a broadcast
	ledger      *ledger      // likewise

	workers []*worker
	wakes   []func()
	pokes   chan struct{}
	base    time.Time

	groups    []stats.Group // of messages, in the order of worker.group; none where there are stages
	collector *stats.Collector
	lastTick  time.Duration
	phase     string

	windowFrom, windowTo time.Duration
	before, after        stats.Usage // of this process, at the ends of the window
	interrupted          bool
	closing              int64 // connections that were open at the end, where no storm closes them before

	publishers, subscribers int64 // of a broadcast, when traffic began
}

// Run puts the load of p on its target and returns what it saw; the caller adds
// the version of its tool, and its flags. Cancelling ctx
// ends the load early: what is on its way is still awaited, connections are
// closed as in any run, and the Result says that it was interrupted. The error
// is a *PlanError where p makes no sense; a server that misbehaves is no error
// but data in the Result.
func Run(ctx context.Context, p Plan) (*stats.Result, error) {
	p, err := p.complete()
	if err != nil {
		return nil, err
	}
	d, err := newDriver(&p)
	if err != nil {
		return nil, err
	}
	r := newRun(p)
	// Not ctx: its end begins the drain, it does not cut connections.
	driving, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	g, driving := errgroup.WithContext(driving)
	for i, w := range r.workers {
		concurrency := max(1, int(part(int64(p.ConnectConcurrency), i, len(r.workers))))
		wake, err := d.start(driving, g, w, concurrency, r.clock)
		if err != nil {
			cut()
			return nil, errors.Join(err, g.Wait())
		}
		r.wakes = append(r.wakes, wake)
	}
	r.conduct(ctx, driving)
	cut()
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return r.result(d.name()), nil
}

func newRun(p Plan) *run {
	r := &run{
		plan:   p,
		ctl:    newControl(),
		sizes:  newSizes(p.Sizes, p.Seed),
		groups: p.groups(),
		pokes:  make(chan struct{}, 1),
		base:   time.Now(),
	}
	switch {
	case len(p.Stages) > 0:
		r.schedule = newSchedule(p.Warmup, p.Stages)
	case p.Rate > 0:
		r.schedule = newSchedule(0, []Stage{{horizon, p.Rate, p.Rate}})
	}
	habits := p.habits()
	r.payloads = newPayloads(p.Payload, p.PayloadData, p.Text, r.sizes.max(), p.Seed)
	if p.broadcasts() {
		r.publication = newPublication(&p, r.payloads)
		r.ledger = newLedger()
	}
	shards := make([]*stats.Shard, p.Workers)
	for i := range p.Workers {
		w := newWorker(r, i, p.Workers)
		w.assign(habits)
		r.workers = append(r.workers, w)
		shards[i] = w.shard
	}
	labels := make([]string, len(p.Sizes))
	for i, c := range p.Sizes {
		labels[i] = c.String()
	}
	if len(r.groups) > 0 {
		r.collector = stats.NewGroupCollector(shards, labels, r.groups)
		return r
	}
	stages := make([]stats.StageInfo, len(p.stages()))
	for i, s := range p.stages() {
		stages[i] = stats.StageInfo{Length: s.Length}
		if len(p.Stages) > 0 {
			stages[i].RateFrom, stages[i].RateTo = s.From, s.To
		} else {
			stages[i].ConnectionsFrom, stages[i].ConnectionsTo = int64(s.From), int64(s.To)
		}
	}
	r.collector = stats.NewCollector(shards, labels, stages)
	if p.broadcasts() {
		r.collector.CountDeliveries()
	}
	return r
}

// clock returns the present instant.
func (r *run) clock() time.Duration { return time.Since(r.base) }

// poke wakes the conductor; it never blocks.
func (r *run) poke() {
	select {
	case r.pokes <- struct{}{}:
	default:
	}
}

// result makes the Result, after everything has ended.
func (r *run) result(driver string) *stats.Result {
	var answers []int64
	for _, w := range r.workers {
		w.shard.Lock()
		for i := range w.sessions {
			s := &w.sessions[i]
			s.arrivals.unsent(w, s)
			if s.wasOpen && !s.aside() && !s.publisher(w) {
				answers = append(answers, s.answers)
			}
		}
		// With a duration, the number of messages is only a limit.
		if n := w.tickets; n > 0 && !w.plan.openLoop() && w.plan.Duration == 0 && !r.interrupted {
			w.shard.Sizes[0].Unsent += n
			w.shard.FailN(stats.ErrUnsent, n, errUnsent.Error())
		}
		w.shard.Unlock()
	}
	if r.ledger != nil {
		r.concludeBroadcast()
	}
	r.tick(r.clock())
	r.tellGroups()
	p := &r.plan
	res := &stats.Result{
		Tool:        stats.Tool{Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH},
		Flags:       []string{},
		Started:     r.base.Add(r.windowFrom),
		URL:         p.Target.String(),
		Driver:      driver,
		Load:        stats.Load{InFlight: p.InFlight, Rate: p.meanRate(), Messages: p.Messages, Workers: p.Workers},
		Interrupted: r.interrupted,
		WindowS:     (r.windowTo - r.windowFrom).Seconds(),
	}
	unstamped := r.payloads.stamp == 0 || r.sizes.min() < r.payloads.stamp // all or some
	res.Load.InOrder = p.Reply == ReplyAny || p.Reply == ReplyEcho && !p.broadcasts() && unstamped
	if p.openLoop() {
		res.Load.Arrival = p.Arrival.String()
	}
	r.timeGroups()
	r.collector.Fill(res)
	if p.hasBadReaders() { // a kind of which there is none is no row
		res.Groups = slices.DeleteFunc(res.Groups, func(g stats.Group) bool { return g.Connections == 0 })
	}
	res.Connections.Requested = int64(p.Connections)
	res.FillOpening()
	if b := res.Broadcast; b != nil {
		b.Publishers, b.Subscribers = r.publishers, r.subscribers
	}
	if p.Silences.To > 0 {
		round := r.idleRound()
		round.Connections = res.Connections.Opened
		res.IdleTimeout = &stats.IdleTimeout{}
		res.IdleTimeout.Add(round)
	}
	if slices.Max(append(answers, 0)) > 0 && !p.storm() && p.Lifetime.Kind == LifetimeNone {
		res.Fairness = stats.FairnessOf(answers)
	}
	neverClosed := int64(0)
	for _, w := range r.workers {
		neverClosed += w.neverClosed
	}
	res.Closing = r.closingOf(neverClosed)
	res.Client = r.after.Since(r.before, res.Messages.Received)
	res.Verdict = stats.Judge(res)
	return res
}
