package loadgen

import (
	"math"
	"math/rand/v2"
	"time"

	"wsstorm/stats"
)

// storm reports whether the plan closes connections in the middle of the window.
func (p *Plan) storm() bool { return p.CloseShare > 0 }

// completeStorm fills in the defaults of how connections end and come back, or
// returns a *PlanError.
func (p *Plan) completeStorm() error {
	total := 0.0
	for _, e := range p.Exits {
		if total += e.Weight; !(e.Weight >= 0) || e.Exit > ExitVanish {
			return refuse("Exits", "the weight of a way to close must be positive")
		}
	}
	l, r := p.Lifetime, p.Reconnect
	switch {
	case len(p.Exits) > 0 && !(total > 0 && total < math.Inf(1)):
		return refuse("Exits", "the ways to close connections have no weight")
	case !(p.CloseShare >= 0 && p.CloseShare <= 1):
		return refuse("CloseShare", "the share of connections that a storm closes must lie between 0 and 1")
	case p.CloseWithin < 0 || p.CloseWithin > horizon/4 || p.CloseAt < 0:
		return refuse("CloseWithin", "the time over which connections are closed must lie between 0 and 36 years")
	case p.CloseAt > 0 && !p.storm():
		return refuse("CloseAt", "a time for a close storm, and no share of the connections that it takes")
	case p.lives() && (p.Messages > 0 || len(p.ConnectStages) > 0):
		return refuse("Messages", "connections that are closed in between, or come back, go with a duration, not with a number of messages or connect stages")
	case p.hasBadReaders() && (p.lives() || len(p.Exits) > 0):
		return refuse("ReadRate", "bad readers stay to the end, and are closed by the handshake: a close storm, reconnects and lifetimes do not go with them")
	case p.Silences.To > 0 && (p.lives() || len(p.Exits) > 0):
		return refuse("Silences", "connections whose silence is tried are closed when it is over, by the handshake")
	case p.lives() && p.broadcasts():
		return refuse("Broadcast", "the connections of a broadcast stay to the end: a close storm, reconnects and lifetimes do not go with it")
	case p.storm() && len(p.Stages) > 0:
		return refuse("Stages", "a close storm is told by before, during and after it, and does not go with stages")
	case (r.Kind == ReconnectFixed || r.Kind == ReconnectJitter) && (r.Base <= 0 || r.Base > horizon/4),
		r.Kind == ReconnectJitter && (r.Cap < r.Base || r.Cap > horizon/4):
		return refuse("Reconnect", "the time before an attempt to come back must be positive, and its cap no less")
	case (l.Kind == LifetimeExp || l.Kind == LifetimeFixed) && (l.Mean <= 0 || l.Mean > horizon/4),
		l.Kind == LifetimeUniform && (l.Min < 0 || l.Max <= 0 || l.Max < l.Min || l.Max > horizon/4):
		return refuse("Lifetime", "a lifetime must be positive, and a range must not end before it begins")
	}
	if p.storm() {
		set(&p.CloseAt, p.Duration/3)
		if p.CloseAt >= p.Duration {
			return refuse("CloseAt", "the close storm would come after the end of the run")
		}
		if p.CloseAt+p.CloseWithin > p.Duration {
			return refuse("CloseWithin", "the close storm would not be over before the end of the run")
		}
	}
	return nil
}

// leavers returns which connections a close storm takes, and in which order: a
// share of all, drawn with the plan's seed.
func (p *Plan) leavers() []int {
	n := max(1, int(math.Round(p.CloseShare*float64(p.Connections))))
	return rand.New(rand.NewPCG(p.Seed, 0xC105E)).Perm(p.Connections)[:n]
}

// planStorm sets the instants at which connections leave, the window beginning at
// measure. All workers are locked.
func (r *run) planStorm(measure time.Duration) {
	leavers := r.plan.leavers()
	for rank, id := range leavers {
		w := r.workers[id%len(r.workers)]
		i := id / len(r.workers)
		s, l := &w.sessions[i], &w.lives[i]
		if !w.takesPart(s) {
			continue
		}
		l.leaving, l.leaver = true, true
		l.leaveAt = measure + r.plan.CloseAt + r.plan.stagger(rank, len(leavers))
		w.leaving++
	}
	r.ctl.storm.set(measure + r.plan.CloseAt)
}

// The groups of a run with a close storm. Messages belong to the time in which
// they were due; those of the connections that leave, where not all do, are apart.
const (
	groupBefore = iota
	groupDuring // from the first close until the last connection is gone and, if they return, back
	groupAfter
	groupLeaving
)

func (p *Plan) stormGroups() []stats.Group {
	groups := []stats.Group{{Name: "before"}, {Name: "during"}, {Name: "after"}}
	if p.CloseShare < 1 {
		leaving := int64(len(p.leavers()))
		for i := range groups {
			groups[i].Connections = int64(p.Connections) - leaving
		}
		groups = append(groups, stats.Group{Name: "leaving", Connections: leaving})
	}
	return groups
}

// stormGroup returns the group of a message that is due on s at the given instant.
func (w *worker) stormGroup(s *session, due time.Duration) int {
	switch {
	case w.plan.CloseShare < 1 && w.life(s).leaver:
		return groupLeaving
	case due < w.ctl.storm.get():
		return groupBefore
	case due < w.ctl.calm.get():
		return groupDuring
	}
	return groupAfter
}

// timeGroups sets the times of the groups, now that they are known.
func (r *run) timeGroups() {
	if !r.plan.storm() {
		return
	}
	since := func(at time.Duration) float64 { return max(0, min(at, r.windowTo)-r.windowFrom).Seconds() }
	storm, calm := since(r.ctl.storm.get()), since(r.ctl.calm.get())
	r.groups[groupBefore].ToS = storm
	r.groups[groupDuring].FromS, r.groups[groupDuring].ToS = storm, calm
	r.groups[groupAfter].FromS, r.groups[groupAfter].ToS = calm, since(never)
}

// stagger returns when the item of that rank among n is closed, after the first.
func (p *Plan) stagger(rank, n int) time.Duration {
	return time.Duration(float64(p.CloseWithin) * float64(rank) / float64(n))
}

// leaveAt returns when the storm takes s, never if it does not.
func (w *worker) leaveAt(s *session) time.Duration {
	if w.lives == nil {
		return never
	}
	return w.life(s).leaveAt
}

// walkOut ends the connection while messages are on their way. Their replies are
// welcome until it is gone.
func (s *session) walkOut(w *worker, now time.Duration) {
	l := w.life(s)
	l.leaveAt, l.left = never, true
	w.walkedOut++
	s.depart(w, now)
}

// closeAt returns when s is closed at the end of the run.
func (w *worker) closeAt(s *session) time.Duration {
	at := w.ctl.close.get()
	if !w.plan.storm() && w.ctl.hurry.get() == never {
		at += w.plan.stagger(int(s.id), w.plan.Connections)
	}
	return at
}

// closes reports whether the end of a connection is part of what Closing sums up:
// the storm or, where there is none, the end of the run.
func (w *worker) closes(l *life, now time.Duration) bool {
	if w.plan.storm() {
		return l.left
	}
	return w.ctl.close.passed(now)
}

// calmed takes note that a close storm is over: whoever was to leave is gone and,
// if it was to come back, is back.
func (r *run) calmed() {
	if !r.plan.storm() || r.ctl.calm.get() != never || !r.ctl.storm.passed(r.clock()) ||
		!r.every(func(w *worker) bool { return w.leaving == 0 && w.away == 0 }) {
		return
	}
	// No message may be counted in one group as it is sent and in another one as
	// its reply comes: what was due until now has been counted as such.
	for _, w := range r.workers {
		w.shard.Lock()
	}
	r.ctl.calm.set(r.clock())
	for _, w := range r.workers {
		w.shard.Unlock()
	}
}

// closingOf sums up the close storm, or the end of the run where there was none
// within it; nil where nothing was closed.
func (r *run) closingOf(neverClosed int64) *stats.Closing {
	at := r.ctl.storm.get()
	if at == never {
		at = r.ctl.close.get()
	}
	last := time.Duration(0)
	for _, w := range r.workers {
		last = max(last, w.lastGone)
		r.closing += w.walkedOut
	}
	if r.closing == 0 || at == never {
		return nil
	}
	within := r.plan.CloseWithin
	if !r.plan.storm() {
		within = min(within, max(0, r.ctl.hurry.get()-at))
	}
	return stats.NewClosing(at-r.windowFrom, within, last-at, r.closing, neverClosed)
}
