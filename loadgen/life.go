package loadgen

import (
	"time"

	"wsstorm/stats"
)

// A life is what is kept of a connection that may come back, beside its session:
// a worker has them where the plan closes connections before the end, or opens
// them again. A session lives through one connection after the other; the numbers
// of its messages go on.
type life struct {
	returnAt time.Duration // when to open it again, once the driver has let go of it; never
	openedAt time.Duration // when it was opened, at last
	lostAt   time.Duration // when it was lost, until it is back; never: it is not
	leaveAt  time.Duration // when the close storm takes it; never
	number   uint32        // 0: its first
	attempts uint32        // to open it again since it ended
	leaver   bool          // a close storm takes it
	leaving  bool          // and it is not gone yet
	left     bool          // we ended it while the run went on: what is on its way is not lost
	ours     bool          // it is away because we closed it
}

// lives reports whether connections are closed or opened while messages flow,
// other than by stages of connections.
func (p *Plan) lives() bool {
	return p.storm() || p.Reconnect.Kind != ReconnectNone || p.Lifetime.Kind != LifetimeNone
}

// returns reports whether a connection that is gone is opened again.
func (p *Plan) returns() bool {
	return p.Reconnect.Kind != ReconnectNone || p.Lifetime.Kind != LifetimeNone
}

func newLives(n int) []life {
	lives := make([]life, n)
	for i := range lives {
		lives[i] = life{returnAt: never, lostAt: never, leaveAt: never}
	}
	return lives
}

// life returns the life of s, nil where there are none.
func (w *worker) life(s *session) *life {
	if w.lives == nil {
		return nil
	}
	return &w.lives[int(s.id)/w.all]
}

// lifeNumber returns how often s has come back.
func (w *worker) lifeNumber(s *session) uint32 {
	if l := w.life(s); l != nil {
		return l.number
	}
	return 0
}

// takesPart reports whether s, at the start of traffic, has a share of it: a
// connection that has been lost by then has, if it is to come back.
func (w *worker) takesPart(s *session) bool {
	return s.state == stateOpen || s.wasOpen && w.plan.returns()
}

// attempt takes note that a connection is being opened again.
func (l *life) attempt(w *worker, now time.Duration) {
	l.attempts++
	if l.lostAt != never {
		w.shard.Attempt(now - w.ctl.firstLoss.get())
	}
}

// awake takes note that the connection of s is open, its first or another one.
func (l *life) awake(w *worker, s *session, now time.Duration) {
	l.openedAt = now
	if l.number > 0 {
		w.shard.Reattempts++
		w.shard.Reopened++
		why := prevented
		if l.ours {
			why = withdrawn
		}
		s.arrivals.skip(w, s, now, why)
	}
	if now >= l.leaveAt {
		l.spare(w)
	}
	if l.lostAt != never {
		w.recovered(l, now)
		if !l.ours {
			w.shard.Regained++
		}
	}
	if w.plan.Lifetime.Kind != LifetimeNone && w.ctl.start.passed(now) {
		s.retireAt = now + w.plan.Lifetime.draw(s.arrivals.bits())
	}
}

// recovered takes note that a connection that was lost is open again.
func (w *worker) recovered(l *life, now time.Duration) {
	w.shard.Record(stats.RecoveryTime, now-l.lostAt)
	w.shard.Recovery.Recovered++
	w.shard.Recovery.MostAttempts = max(w.shard.Recovery.MostAttempts, int64(l.attempts))
	l.lostAt = never
	if w.away--; w.away == 0 {
		w.poke()
	}
}

// spare takes the connection off the close storm's list: it is gone, or was away
// when the others left.
func (l *life) spare(w *worker) {
	l.leaveAt = never
	if !l.leaving {
		return
	}
	l.leaving = false
	if w.leaving--; w.leaving == 0 {
		w.poke()
	}
}

// failed takes note that the connection of s could not be opened.
func (l *life) failed(w *worker, s *session, now time.Duration) {
	if l.number == 0 {
		return // what never was open cannot come back
	}
	w.shard.Reattempts++
	if now >= l.leaveAt {
		l.spare(w)
	}
	if l.lostAt != never {
		w.shard.Recovery.Failed++
		w.shard.Recovery.MostAttempts = max(w.shard.Recovery.MostAttempts, int64(l.attempts))
	}
	if !w.ctl.stop.passed(now) {
		l.comeBack(w, now+w.delay(max(l.attempts, 1), s))
	}
}

// delay returns how long s waits before an attempt to open it again.
func (w *worker) delay(failed uint32, s *session) time.Duration {
	r := w.plan.Reconnect
	if r.Kind == ReconnectNone { // somebody else comes in its place
		r = Reconnect{Kind: ReconnectFixed}
		if failed > 0 {
			r.Base = time.Second
		}
	}
	return r.delay(failed, s.arrivals.bits())
}

// ended takes note that the connection of s, which was open, is over.
func (l *life) ended(w *worker, s *session, now time.Duration) {
	stays := !w.plan.returns() || w.ctl.stop.passed(now)
	if l.left || stays {
		l.spare(w)
	}
	l.ours = l.left || s.retiring
	l.left = false
	if stays {
		return
	}
	l.attempts = 0
	if s.retiring {
		w.shard.Departed++
		l.comeBack(w, now)
		return
	}
	l.lostAt = now
	failed := uint32(0)
	if now-l.openedAt < retryPause { // as good as refused
		failed = 1
	}
	l.comeBack(w, now+w.delay(failed, s))
	w.ctl.firstLoss.setFirst(now)
	w.shard.Recovery.Lost++
	w.away++
}

// comeBack has the connection opened again at the given instant, once the driver
// has let go of what is left of it.
func (l *life) comeBack(w *worker, at time.Duration) {
	l.returnAt = at
	w.unburied++
}

// buried is called by a driver that has let go of session i, which is over: it
// may have another life before it.
func (w *worker) buried(i int) {
	if w.lives == nil || w.lives[i].returnAt == never {
		return
	}
	l, s := &w.lives[i], &w.sessions[i]
	w.returning.set(i, l.returnAt)
	l.returnAt = never
	w.unburied--
	l.number++
	w.settled--
	*s = session{
		id: s.id, wasOpen: s.wasOpen, answers: s.answers, pingSeq: s.pingSeq,
		habit: s.habit, arrivals: s.arrivals, q: s.q, expected: s.q.head,
		deadline: never, retireAt: never,
	}
}
