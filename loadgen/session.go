package loadgen

import (
	"errors"
	"syscall"
	"time"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

// A session is one connection's traffic: what is due, what was sent, what came
// back. It does no I/O and reads no clock. A driver tells it what happened
// (opened, received, blocked, ended, ...) and asks for what to send (fill) and
// when to come back (next). It is a plain value of some 300 bytes: an engine has
// 100,000 of them in slabs. Every method runs under the lock of its worker.
type session struct {
	// In this order it takes the least memory.
	id       uint32 // of the connection in the run: part of every stamp
	expected uint32 // one behind the highest sequence number answered
	pingSeq  uint32
	sentCode wsclient.StatusCode
	state    state
	wasOpen  bool
	blocked  bool // output is waiting for the peer to read
	retiring bool // nothing is begun any more; the last replies are awaited
	sever    bool // having sent our Close frame, do not wait for the peer
	reset    bool // a write found that the peer has reset the connection
	early    bool // it ended before the load did
	exit     Exit // how we end it
	habit    habit
	joining  joining
	silent   silenceState

	dec      wsclient.Decoder
	rx       incoming
	q        inflight
	tx       outgoing
	arrivals arrivals
	deflate  *deflation // nil without permessage-deflate
	pong     *owedPong  // at the next frame boundary

	resumed   time.Duration // when the peer last began to read again after blocking
	pingDue   time.Duration // never: no more Pings
	pingSent  time.Duration // of the one on its way; 0: none
	deadline  time.Duration // when to give up opening or closing, or the last replies
	retireAt  time.Duration // when to close although the run goes on
	closeSent time.Duration // when our Close frame was sent; 0: it was not
	touched   time.Duration // the last byte either way, but for a Ping that waits for its Pong
	answers   int64         // received in the measured window
}

// state is where a connection is in its life.
type state uint8

const (
	stateNew     state = iota // nothing was tried yet
	stateOpening              // DNS, connect, TLS, upgrade
	stateOpen
	stateClosing // our closing handshake: waiting for the peer's Close
	stateLeaving // the peer closed, or broke the protocol: our Close is still to be sent
	stateClosed  // Close frames went both ways: waiting for the peer to close TCP
	stateOver    // the driver closes the socket as soon as the output is written
)

// begun takes note that the driver starts to open the connection. How long that
// may take is the driver's business, which knows at which step it is.
func (s *session) begun(w *worker, now time.Duration) {
	s.state = stateOpening
	w.opening++
	l := w.life(s)
	if l == nil || l.number == 0 {
		s.arrivals.rng = mix(w.plan.Seed ^ uint64(s.id)<<20)
		return
	}
	l.attempt(w, now)
}

// opened takes note that the opening handshake has been verified.
func (s *session) opened(w *worker, now time.Duration, t wsclient.Timings) {
	s.state = stateOpen
	s.deadline = never
	s.dec.MaxMessage = w.plan.MaxMessage
	s.touched = now
	s.pingDue = never
	if w.plan.Silences.To > 0 {
		s.pingDue = now + w.plan.Silences.of(s.id, w.plan.Connections)
	}
	if every := w.plan.PingInterval; every > 0 {
		// Staggered, so that the Pings of a run do not come in bursts.
		s.pingDue = now + time.Duration(mix(uint64(s.id))%uint64(every))
	}
	if !s.wasOpen && w.ctl.start.get() == never {
		w.shard.Record(stats.OpenAfter, now)
	}
	s.wasOpen = true
	if s.aside() {
		w.badReader(s).openedAt = now
	}
	if w.plan.broadcasts() {
		s.join(w)
	}
	w.settle(s)
	w.live++
	w.shard.Opened++
	w.recordOpen(t)
	if l := w.life(s); l != nil {
		l.awake(w, s, now)
	}
}

// refused takes note that the connection could not be opened.
func (s *session) refused(w *worker, now time.Duration, class stats.Class, err error) {
	s.state = stateOver
	s.deadline = never
	w.settle(s)
	w.shard.Failed++
	w.fail(class, err)
	w.overdueOpen(class, err)
	if l := w.life(s); l != nil {
		l.failed(w, s, now)
	}
}

// wake does what time alone brings about: the next phase, and deadlines.
func (s *session) wake(w *worker, now time.Duration) {
	switch {
	case s.state == stateOver:
	case w.ctl.kill.passed(now) || s.state != stateOpen && now >= s.deadline:
		s.cut(w, now)
	case w.ctl.close.passed(now):
		switch s.state {
		case stateNew, stateOpening: // the run was interrupted
			s.forget(w)
		case stateOpen:
			if at := w.closeAt(s); now < at {
				s.deadline = at
				break
			}
			s.shut(w, now)
		}
	case s.state == stateOpen && now >= s.pongDue(w):
		s.drop(w, now, stats.ErrPingTimeout, errPingTimeout)
		s.finish(w, now)
	case s.state == stateOpen && now >= w.leaveAt(s) && (s.blocked || s.due(w) >= w.leaveAt(s)):
		s.walkOut(w, now) // what was due before goes out first
	case s.state == stateOpen && now >= s.deadline:
		s.shut(w, now)
	case s.state == stateOpen && now >= s.retireAt && !s.retiring:
		s.retiring = true
		s.deadline = now + w.plan.Drain
	case s.state == stateNew && w.ctl.stop.passed(now):
		s.forget(w)
	}
}

// timeIsUp reports whether time alone ends the session, or begins to: what has come by
// then still counts.
func (s *session) timeIsUp(w *worker, now time.Duration) bool {
	switch s.state {
	case stateOpen:
		return now >= s.deadline || w.ctl.close.passed(now)
	case stateClosing, stateLeaving, stateClosed:
		return now >= s.deadline || w.ctl.kill.passed(now)
	}
	return false
}

// shut ends the connection at the end of its time: what has not come until now is
// lost.
func (s *session) shut(w *worker, now time.Duration) {
	s.lose(w)
	s.depart(w, now)
}

// goUnheard ends a session that has sent its Close frame, and does not read: to
// wait for the peer's would be in vain.
func (s *session) goUnheard(w *worker, now time.Duration) {
	w.shard.StillOpen++
	w.shard.CloseCodes(uint16(s.sentCode), 0)
	s.end(w, now, false)
}

// cut ends the session because its time is up.
func (s *session) cut(w *worker, now time.Duration) {
	switch s.state {
	case stateNew, stateOpening:
		s.forget(w)
	case stateOpen, stateClosing:
		w.shard.StillOpen++
		w.shard.CloseCodes(uint16(s.sentCode), 0)
		if !s.aside() {
			w.fail(stats.ErrCloseTimeout, errCloseTimeout)
			if s.closeSent > 0 && s.exit == ExitHandshake {
				w.shard.Overdue[stats.Close]++
			}
		}
		s.end(w, now, false)
	case stateClosed:
		w.shard.LeftOpen++
		s.end(w, now, false)
	case stateLeaving:
		s.end(w, now, false)
	}
}

// unwritten takes note that a write ended with err. Reading tells how the
// connection ended, but for a RST that the write was the first to find: the
// system reports it once, and afterwards the end of the stream.
func (s *session) unwritten(err error) {
	if errors.Is(err, syscall.ECONNRESET) {
		s.reset = true
	}
}

// ended takes note that the transport is gone, for the reason given.
func (s *session) ended(w *worker, now time.Duration, class stats.Class, err error) {
	if s.reset && class == stats.ErrEOF {
		class, err = stats.ErrReset, syscall.ECONNRESET
	}
	switch s.state {
	case stateOpening:
		s.refused(w, now, class, err)
	case stateOpen, stateClosing:
		if s.exit == ExitFIN && s.closeSent > 0 && (class == stats.ErrEOF || class == stats.ErrReset) {
			s.finAnswered(w, now)
			break
		}
		s.drop(w, now, class, err)
		s.finish(w, now)
	case stateLeaving, stateClosed:
		s.finish(w, now)
	}
}

// drop counts the connection as lost without a closing handshake.
func (s *session) drop(w *worker, now time.Duration, class stats.Class, err error) {
	w.shard.Dropped++
	w.shard.CloseCodes(uint16(s.sentCode), 0)
	if s.aside() && class != stats.ErrProtocol && class != stats.ErrTooBig {
		w.cutOff(s, now)
		return
	}
	s.lost(w, now, class)
	s.rebuffed(w)
	w.fail(class, err)
}

// rebuffed takes note that the peer ended a connection that we had begun to end
// ourselves, which is then not lost to the load.
func (s *session) rebuffed(w *worker) {
	if s.state == stateClosing || s.retiring {
		w.shard.Leaving++
	}
}

// forget ends a session that was not open, and is not a failure either: the run
// was interrupted before it came that far.
func (s *session) forget(w *worker) {
	if s.state == stateOpening {
		w.opening--
	}
	s.state = stateOver
	s.deadline = never
	w.settled++
	w.triedOnce(s)
}

// finish ends an open session whose connection is gone.
func (s *session) finish(w *worker, now time.Duration) { s.end(w, now, true) }

// end ends an open session; gone reports whether both sides have ended it.
func (s *session) end(w *worker, now time.Duration, gone bool) {
	l := w.life(s)
	s.giveUp(w)
	s.state = stateOver
	if s.aside() {
		w.badReader(s).unread = false
	}
	s.deadline = never
	delete(w.backlog, s.id)
	s.early = !w.ctl.stop.passed(now)
	if s.pingSent > 0 && !s.aside() && (l == nil || !l.left) {
		w.shard.Overdue[stats.Ping]++
	}
	s.arrivals.leave(w)
	if w.plan.broadcasts() {
		s.part(w)
	}
	w.live--
	// Whether the peer ended a connection that does not read, or that has vanished,
	// nobody knows.
	closes := l == nil && w.ctl.close.passed(now) || l != nil && w.closes(l, now)
	switch {
	case !closes || s.habit == readsNothing || s.exit == ExitVanish:
	case gone:
		w.lastGone = now
	default:
		w.neverClosed++
	}
	if l != nil {
		l.ended(w, s, now)
	}
}

// giveUp counts what is on its way as lost, unless it was we who ended the
// connection while the run went on.
func (s *session) giveUp(w *worker) {
	if l := w.life(s); l != nil && l.left {
		s.abandon(w)
		return
	}
	s.lose(w)
}

// lose counts what is on its way as lost.
func (s *session) lose(w *worker) {
	for s.q.n > 0 {
		s.loseOldest(w)
	}
}

func (s *session) loseOldest(w *worker) {
	seq := s.q.head
	m := s.q.take(seq)
	if !s.aside() {
		w.pending--
	}
	if counts := s.counts(w, seq, m.due); counts != nil {
		counts.Lost++
		if !s.aside() {
			w.fail(stats.ErrLost, errLost)
		}
	}
}

// next returns the instant at which the session must be woken and asked for
// output, if nothing else happens before.
func (s *session) next(w *worker) time.Duration {
	at := s.deadline
	if s.aside() {
		if b := w.badReader(s); b.unread {
			at = min(at, b.readAt)
		}
	}
	// From when connections are closed, wake waits for nothing but its turn.
	if s.state == stateOpen && w.ctl.close.get() == never {
		at = min(at, s.pongDue(w))
		at = min(at, w.leaveAt(s))
		if !s.retiring && !s.blocked {
			at = min(at, s.retireAt)
		}
	}
	if s.state != stateOpen || s.blocked {
		return at
	}
	if s.pingSent == 0 {
		at = min(at, s.pingDue)
	}
	return min(at, s.due(w))
}

// due returns when the next message of an open loop is due on s, never if there is
// none (yet), or the connection begins none any more.
func (s *session) due(w *worker) time.Duration {
	if s.retiring {
		return never
	}
	return s.arrivals.next(w)
}

// block takes note that the peer does not read: what was given to fill is
// waiting in the driver. fill is not called until resume.
func (s *session) block() { s.blocked = true }

// resume takes note that the driver has written everything. Where stalled is
// true the peer was the reason for the wait, and what fell due meanwhile is not
// held against the client's punctuality.
func (s *session) resume(now time.Duration, stalled bool) {
	s.blocked = false
	if stalled {
		s.resumed = now
	}
}
