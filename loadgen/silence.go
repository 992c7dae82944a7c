package loadgen

import (
	"time"

	"wsstorm/stats"
)

// Silences are the lengths of silence that a run tries: each connection says
// nothing for one of them, then sends a Ping and waits PingTimeout for the Pong.
// A connection that answers has survived its silence and is closed. The run ends
// when it is known which silence is cut, or each has been tried.
type Silences struct{ From, To time.Duration }

// enoughCut is how many connections beyond the longest silence that was survived
// have to be cut for the answer to be known: one may be a whim of the network.
const enoughCut = 3

// check returns what is wrong with the silences in a plan, "" if nothing.
func (q Silences) check(p *Plan) string {
	switch {
	case q.From < 0 || q.From >= q.To || q.To > horizon/1000:
		return "silences must lie between 0 and 53 days, and end behind their beginning"
	case p.InFlight > 0 || p.openLoop() || p.Messages > 0:
		return "connections that are to be silent send no messages"
	case p.PingInterval > 0:
		return "Pings at intervals would break the silence"
	case p.Duration > 0 || p.Warmup > 0 || len(p.ConnectStages) > 0:
		return "silences make up the duration, and are tried by connections that stay"
	}
	return ""
}

// of returns the silence of connection k of n: they are spread evenly, up to To
// at first; between two bounds that are known, inside of them.
func (q Silences) of(k uint32, n int) time.Duration {
	parts := float64(n)
	if q.From > 0 {
		parts++
	}
	return q.From + time.Duration(float64(q.To-q.From)*float64(k+1)/parts)
}

// silenceState is how far a connection is whose silence is tried.
type silenceState uint8

const (
	silenceKept   silenceState = iota // or none is tried
	silenceBroken                     // by the peer
	silenceTested                     // it is over
)

// silences are what became of those of a worker's connections.
type silences struct {
	survived int64
	longest  time.Duration // of these
	broken   int64         // by the peer, and not over
	cuts     []stats.Silence
}

// beyond returns how many cuts came after more than a silence, and the shortest
// of them.
func (q *silences) beyond(silence time.Duration) (n int, first time.Duration) {
	first = never
	for _, c := range q.cuts {
		if c.Length > silence {
			n++
			first = min(first, c.Length)
		}
	}
	return n, first
}

// silence returns for how long nothing had been heard or said when the Ping was
// sent that waits for its Pong, or by now.
func (s *session) silence(now time.Duration) time.Duration {
	if s.pingSent > s.touched {
		now = s.pingSent
	}
	return now - s.touched
}

// touch takes note that the peer has said something.
func (s *session) touch(w *worker, now time.Duration) {
	s.touched = now
	if w.plan.Silences.To > 0 && s.state == stateOpen && s.silent != silenceTested && s.pingSent == 0 {
		s.pingDue = now + w.plan.Silences.of(s.id, w.plan.Connections)
		if s.silent == silenceKept {
			s.silent = silenceBroken
			w.silences.broken++
		}
	}
}

// nextPing returns when the next Ping is due, after one at now.
func (s *session) nextPing(w *worker, now time.Duration) time.Duration {
	if w.plan.Silences.To > 0 {
		return never
	}
	return max(s.pingDue+w.plan.PingInterval, now)
}

// pongDue returns when the Pong that is awaited comes too late: never for a bad
// reader, which is late itself.
func (s *session) pongDue(w *worker) time.Duration {
	switch {
	case w.plan.PingTimeout == 0 || s.aside():
		return never
	case s.pingSent > 0:
		return s.pingSent + w.plan.PingTimeout
	case s.blocked && s.pingDue != never:
		// The Ping has to wait for a peer that reads nothing at all.
		return max(s.pingDue, s.touched) + w.plan.PingTimeout
	}
	return never
}

// survived takes note that the awaited Pong has come.
func (s *session) survived(w *worker, now time.Duration) {
	if w.plan.Silences.To == 0 || s.silent == silenceTested || s.state != stateOpen {
		return
	}
	s.test(w)
	w.silences.survived++
	w.silences.longest = max(w.silences.longest, s.silence(now))
	s.retiring = true
	s.deadline = now + w.plan.Drain
}

// lost takes note that the connection is lost; it is silence that may have been
// the reason, where it did not break the protocol and we did not end it.
func (s *session) lost(w *worker, now time.Duration, class stats.Class) {
	if s.state != stateOpen || w.ctl.close.passed(now) || class == stats.ErrProtocol || class == stats.ErrTooBig {
		return
	}
	silence := s.silence(now)
	w.shard.Record(stats.Idle, silence)
	if w.plan.Silences.To > 0 && s.silent != silenceTested {
		s.test(w)
		w.silences.cuts = append(w.silences.cuts, stats.Silence{Length: silence, Class: class, Asked: s.pingSent > 0})
	}
}

// test takes note that the silence of the connection is over.
func (s *session) test(w *worker) {
	if s.silent == silenceBroken {
		w.silences.broken--
	}
	s.silent = silenceTested
	w.poke()
}

// cutKnown reports whether it is known which silence is cut: enough connections
// were, none survived a longer silence, and none waits for a Pong after a shorter
// one.
func (r *run) cutKnown() bool {
	if r.plan.Silences.To == 0 {
		return false
	}
	longest := time.Duration(0)
	r.each(func(w *worker) { longest = max(longest, w.silences.longest) })
	n, first := 0, never
	r.each(func(w *worker) {
		more, least := w.silences.beyond(longest)
		n, first = n+more, min(first, least)
	})
	return n >= enoughCut && r.every(func(w *worker) bool {
		for i := range w.sessions {
			if s := &w.sessions[i]; s.state == stateOpen && s.pingSent > 0 && s.silence(s.pingSent) < first {
				return false
			}
		}
		return true
	})
}

// each has f look at each worker.
func (r *run) each(f func(*worker)) {
	r.every(func(w *worker) bool {
		f(w)
		return true
	})
}

// idleRound sums up the silences of the run.
func (r *run) idleRound() stats.IdleRound {
	var all silences
	r.each(func(w *worker) {
		all.survived += w.silences.survived
		all.longest = max(all.longest, w.silences.longest)
		all.broken += w.silences.broken
		all.cuts = append(all.cuts, w.silences.cuts...)
	})
	round := stats.IdleRound{
		FromS: r.plan.Silences.From.Seconds(), ToS: r.plan.Silences.To.Seconds(),
		Survived: all.survived, SurvivedS: all.longest.Seconds(), Broken: all.broken,
	}
	round.SetCuts(all.longest, all.cuts)
	return round
}
