package loadgen

import (
	"context"
	"time"

	"wsstorm/stats"
)

// tickEvery is the length of an interval of the result.
const tickEvery = time.Second

// conduct leads the run through its phases and collects on the way. It is the
// only writer of the control block. It returns when every connection is over,
// or when driving ends because a driver failed.
func (r *run) conduct(ctx, driving context.Context) {
	p := &r.plan
	interrupt := ctx.Done()
	stopped := func() bool { return r.ctl.stop.passed(r.clock()) }
	// until waits for a condition over all workers, an instant, or the end.
	until := func(phase string, at time.Duration, done func() bool) {
		r.enter(phase)
		for !done() && r.clock() < at && driving.Err() == nil {
			timer := time.NewTimer(nap(r.clock(), at, r.lastTick))
			select {
			case <-timer.C:
			case <-r.pokes:
			case <-interrupt:
				interrupt = nil
				r.interrupted = true
				r.ctl.hurry.set(r.clock())
				if !stopped() { // otherwise it would begin again
					r.ctl.stop.set(r.clock())
				}
				r.wakeAll()
			case <-driving.Done():
			}
			timer.Stop()
			if now := r.clock(); now-r.lastTick >= tickEvery && ticks(now, at) {
				r.progress(r.tick(now))
			}
		}
	}
	gone := func() bool {
		return r.every(func(w *worker) bool {
			return w.live == 0 && w.settled == len(w.sessions) && (w.unburied == 0 || stopped())
		})
	}

	until("open", never, func() bool {
		return stopped() || len(p.ConnectStages) > 0 || r.every(func(w *worker) bool { return w.tried == len(w.sessions) })
	})
	if p.broadcasts() {
		// A server that answers no Ping is not waited for forever.
		until("open", r.clock()+p.ConnectTimeout, func() bool {
			return stopped() || r.every(func(w *worker) bool { return w.joining == 0 })
		})
	}
	if !stopped() && !gone() {
		r.begin()
		until("warmup", r.ctl.measure.get(), func() bool { return stopped() || gone() })
		r.openWindow()
		until("measure", r.ctl.stop.get(), func() bool {
			r.calmed()
			return stopped() || gone() || r.cutKnown() || p.Messages > 0 && (r.spent() || r.stuck())
		})
		drain := p.Drain
		if p.Messages > 0 && r.stuck() {
			drain = 0 // that wait is over
		}
		r.closeWindow()
		until("drain", r.clock()+drain, func() bool {
			// In this order: what is still sent would be counted by halves.
			return r.every(func(w *worker) bool { return !w.owes(false) }) && r.answered()
		})
	}
	if !p.storm() {
		r.each(func(w *worker) { r.closing += w.heard() })
	}
	r.set(&r.ctl.close, r.clock())
	// The sessions count their own close timeouts; the margin is for them.
	margin := p.CloseTimeout + time.Second
	until("close", r.clock()+p.CloseWithin+margin, func() bool { return gone() || r.interrupted })
	if r.interrupted {
		until("close", r.clock()+margin, gone)
	}
	r.set(&r.ctl.kill, r.clock())
	until("close", r.clock()+time.Second, gone)
}

// ticks reports whether an interval may end at now in a phase that ends at the
// given instant: the rest of one that is over soon belongs to its last interval.
func ticks(now, at time.Duration) bool { return at-now > tickEvery/2 }

// nap returns how long the engine may sleep in a phase that ends at the given
// instant: until then, or until the next interval ends, which may be overdue.
func nap(now, at, lastTick time.Duration) time.Duration {
	if next := max(now, lastTick+tickEvery); ticks(next, at) {
		return next - now
	}
	return at - now
}

// stuck reports whether there is nothing left to do but to wait for the server,
// which has neither taken nor sent a piece of a message for as long as a drain
// lasts. Without it a run that ends with its last reply would not end where one
// is lost.
func (r *run) stuck() bool {
	latest := r.ctl.start.get()
	waits := r.every(func(w *worker) bool {
		latest = max(latest, w.progress)
		return !w.owes(true)
	})
	return waits && r.clock()-latest >= r.plan.Drain
}

// begin lets traffic start, and fixes the window where it is known.
func (r *run) begin() {
	p := &r.plan
	for _, w := range r.workers {
		w.shard.Lock()
	}
	population := int64(0)
	listening := int64(0)
	for id := range p.Connections {
		w := r.workers[id%len(r.workers)]
		switch s := &w.sessions[id/len(r.workers)]; {
		case !w.takesPart(s):
		case p.broadcasts() && !s.publisher(w):
			listening++
		default:
			population++
		}
	}
	r.publishers, r.subscribers = population, listening
	r.ctl.population.Store(population)
	start := r.clock()
	for _, w := range r.workers {
		w.tickets = min(w.tickets, 0)
	}
	rank := int64(0)
	for id := range p.Connections {
		w := r.workers[id%len(r.workers)]
		s := &w.sessions[id/len(r.workers)]
		if !w.takesPart(s) || p.broadcasts() && !s.publisher(w) {
			continue
		}
		if p.Lifetime.Kind != LifetimeNone {
			s.retireAt = start + p.Lifetime.residual(s.arrivals.bits())
		}
		if p.openLoop() {
			s.arrivals.begin(w, start, rank)
		} else if p.Messages > 0 {
			w.tickets += part(p.Messages, int(rank), int(population))
		}
		rank++
	}
	if p.storm() {
		r.planStorm(start + p.Warmup)
	}
	r.ctl.measure.set(start + p.Warmup)
	r.collector.Begin(start + p.Warmup)
	if p.Duration > 0 {
		r.ctl.stop.set(start + p.Warmup + p.Duration)
	}
	r.ctl.start.set(start)
	for _, w := range r.workers {
		w.shard.Unlock()
	}
	r.wakeAll()
}

// openWindow begins the measured window, or an empty one where the run was over
// before it.
func (r *run) openWindow() {
	r.before = stats.ReadUsage()
	r.windowFrom = min(r.ctl.measure.get(), r.clock())
}

// closeWindow ends it: when the schedule said so, when the last reply came that
// Plan.Messages asked for, or now, where there is nobody left to talk to or to wait
// for.
func (r *run) closeWindow() {
	now := r.clock()
	r.windowTo = min(now, r.ctl.stop.get())
	if !r.ctl.stop.passed(now) {
		r.set(&r.ctl.stop, now)
		last := time.Duration(0)
		for _, w := range r.workers {
			w.shard.Lock()
			last = max(last, w.lastReply)
			w.shard.Unlock()
		}
		if r.plan.Messages > 0 && last > r.windowFrom && r.spent() {
			r.windowTo = last
		}
	}
	r.windowTo = max(r.windowTo, r.windowFrom)
	r.after = stats.ReadUsage()
}

// set changes one instant of the control block and wakes all workers.
func (r *run) set(i *instant, at time.Duration) {
	i.set(at)
	r.wakeAll()
}

func (r *run) wakeAll() {
	for _, wake := range r.wakes {
		wake()
	}
}

// every reports whether cond holds for each worker.
func (r *run) every(cond func(*worker) bool) bool {
	for _, w := range r.workers {
		w.shard.Lock()
		ok := cond(w)
		w.shard.Unlock()
		if !ok {
			return false
		}
	}
	return true
}

// enter begins a phase with an interval of its own.
func (r *run) enter(phase string) {
	if r.phase == phase {
		return
	}
	if now := r.clock(); r.phase != "" {
		interval := r.tick(now)
		r.phase = phase
		r.progress(interval)
	}
	r.phase = phase
}

// answered reports whether nothing is on its way.
func (r *run) answered() bool {
	if r.ledger == nil {
		return r.every(func(w *worker) bool { return w.pending == 0 })
	}
	copies := int64(0)
	r.every(func(w *worker) bool {
		copies += w.pending
		return true
	})
	return copies <= 0
}

// spent reports whether a bounded number of messages is sent and answered.
func (r *run) spent() bool {
	return r.every((*worker).spent) && (r.ledger == nil || r.answered())
}

// tick collects what was recorded since the last one as an interval.
func (r *run) tick(now time.Duration) stats.Interval {
	if r.ledger != nil {
		r.ledger.collect(r.workers)
	}
	i := r.collector.Tick(now-r.zero(), now-r.lastTick, r.phase)
	r.lastTick = now
	return i
}

// zero is the zero of the intervals' time: the beginning of the measured
// window, or of the run where there was none.
func (r *run) zero() time.Duration {
	if at := r.ctl.measure.get(); at != never {
		return at
	}
	return 0
}

func (r *run) progress(i stats.Interval) {
	if r.plan.Progress == nil {
		return
	}
	now := r.clock()
	left := time.Duration(-1)
	if stop := r.ctl.stop.get(); stop != never {
		left = max(0, stop-now)
	}
	r.plan.Progress(Progress{Phase: r.phase, Elapsed: now, Left: left, Interval: i, Totals: r.collector.Totals()})
}
