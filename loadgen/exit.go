package loadgen

import (
	"time"

	"wsstorm/stats"
)

// An Exit is how the client ends a connection.
type Exit uint8

// The exits.
const (
	ExitHandshake Exit = iota // a Close frame, answered by the peer's. RFC 6455, Section 7.1.2
	ExitFIN                   // TCP is ended (FIN) without a Close frame, as by a client that crashed
	ExitReset                 // TCP is reset (RST), with whatever was on its way
	// ExitVanish is a client that lost its network: until the end of the run, when
	// it is reset, it says nothing more. On Linux not even acknowledgements are
	// sent, since incoming packets are dropped before TCP sees them; elsewhere the
	// system goes on to acknowledge what the peer sends.
	ExitVanish
)

// String returns the name of the exit on the command line.
func (e Exit) String() string { return [...]string{"handshake", "fin", "rst", "vanish"}[e] }

// An ExitShare is a part of the connections that end in the same way.
type ExitShare struct {
	Exit   Exit
	Weight float64 // relative to the other shares'
}

// exit draws how a connection ends, seeded: a connection's next life may end in
// another way.
func (p *Plan) exit(conn, life uint32) Exit {
	total := 0.0
	for _, e := range p.Exits {
		total += e.Weight
	}
	at := uniform(mix(p.Seed^uint64(life)<<32^uint64(conn)^0xC105E)) * total
	for _, e := range p.Exits {
		if at -= e.Weight; at < 0 {
			return e.Exit
		}
	}
	return ExitHandshake
}

// uniform maps 64 random bits to (0, 1).
func uniform(bits uint64) float64 { return (float64(bits>>11) + 0.5) / (1 << 53) }

// depart begins to end an open connection, in the way that the plan says.
func (s *session) depart(w *worker, now time.Duration) {
	s.exit = ExitHandshake
	if len(w.plan.Exits) > 0 {
		s.exit = w.plan.exit(s.id, w.lifeNumber(s))
	}
	switch s.exit {
	case ExitReset:
		w.shard.ClosedRST++
		s.gone(w, now)
	case ExitVanish:
		w.shard.Vanished++
		s.gone(w, now)
	default:
		if s.exit == ExitFIN {
			s.tx = outgoing{} // in the middle of a message, or not
		}
		s.state = stateClosing
		s.deadline = now + w.plan.CloseTimeout
		if s.habit == readsNothing {
			s.deadline = now + min(w.plan.CloseTimeout, lastMoment)
		}
	}
}

// gone ends a connection that we closed without a closing handshake.
func (s *session) gone(w *worker, now time.Duration) {
	w.shard.Closed++
	w.shard.CloseCodes(0, 0)
	s.finish(w, now)
}

// finDue reports whether the driver is to end the sending direction of the
// connection, and then to call finSent.
func (s *session) finDue() bool {
	return s.state == stateClosing && s.exit == ExitFIN && s.closeSent == 0
}

// finSent takes note that the peer has been sent a FIN.
func (s *session) finSent(now time.Duration) { s.closeSent = max(now, 1) }

// finAnswered takes note that the peer ended the connection after our FIN.
func (s *session) finAnswered(w *worker, now time.Duration) {
	w.shard.ClosedFIN++
	s.gone(w, now)
}

// abandon counts what is on its way as given up by ourselves.
func (s *session) abandon(w *worker) {
	for s.q.n > 0 {
		seq := s.q.head
		m := s.q.take(seq)
		w.pending--
		if counts := s.counts(w, seq, m.due); counts != nil {
			counts.Abandoned++
		}
	}
}

// counts returns where message seq is counted, nil if it was due outside of the
// measured window.
func (s *session) counts(w *worker, seq uint32, due time.Duration) *stats.MessageCounters {
	if due < w.ctl.measure.get() {
		return nil
	}
	class, _ := w.sizes.at(s.id, seq)
	return &w.shard.Sizes[w.slot(s, class, due)]
}
