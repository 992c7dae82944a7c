package loadgen

import (
	"bytes"
	"encoding/binary"
	"errors"
	"time"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

// incoming is the message that is being received. It is compared as it comes;
// all that is kept of it is its stamp, until that is whole.
type incoming struct {
	off    int64 // payload bytes so far
	stamp  [stampText]byte
	seq    uint32 // of the message of ours that it answers, once resolved
	size   int32  // of that message, in bytes
	fate   fate
	differ bool // from what was sent
}

// fate is what a message from the peer turns out to be.
type fate uint8

const (
	fateUnknown    fate = iota // more bytes will tell
	fateReply                  // answers a message on its way
	fateDuplicate              // answers one that has been answered
	fateUnexpected             // answers nothing that this connection sent
)

// receive takes in bytes that arrived at now, and what the session is behind with.
// Where that is too much for one turn, it is behind afterwards.
func (s *session) receive(w *worker, now time.Duration, p []byte) {
	if s.habit == readsNothing {
		return // they came with the answer to the upgrade request
	}
	if s.aside() && w.ctl.measure.passed(now) && !w.ctl.stop.passed(now) {
		w.bytesRead[s.habit] += int64(len(p))
	}
	if w.counting(now) {
		w.shard.BytesReceived += int64(len(p))
	}
	work, behind := turnWork, s.behind(w)
	if behind {
		p = append(w.backlog[s.id], p...)
		delete(w.backlog, s.id)
		if s.deflate != nil {
			if err := s.inflate(w, now, &work); err != nil {
				s.violated(w, now, err)
				return
			}
		}
	}
	for ; len(p) > 0 && work > 0; work-- {
		ev, rest, err := s.dec.Next(p)
		if err != nil {
			s.violated(w, now, err)
			return
		}
		p = rest
		switch {
		case ev.Kind == wsclient.EventControl:
			s.control(w, now, ev)
		case ev.Kind == wsclient.EventData && ev.RSV1:
			if err := s.feed(w, now, ev, &work); err != nil {
				s.violated(w, now, err)
				return
			}
		case ev.Kind == wsclient.EventData:
			s.data(w, now, ev)
		}
		s.touch(w, now)
	}
	if work <= 0 {
		s.holdBack(w, p, behind)
	}
}

// violated fails the connection because the peer broke the protocol: a Close
// frame that says so, and no waiting. RFC 6455, Section 7.1.7.
func (s *session) violated(w *worker, now time.Duration, err error) {
	class, code := stats.ErrProtocol, wsclient.StatusProtocolError
	if fault := (*wsclient.ProtocolError)(nil); errors.As(err, &fault) {
		if code = fault.Code; code == wsclient.StatusTooBig {
			class = stats.ErrTooBig
		}
	}
	switch {
	case s.state == stateOpen || s.state == stateClosing && s.closeSent == 0:
		s.sentCode = code
		s.drop(w, now, class, err)
		s.leave(w, now)
		s.sever = true
	case s.state == stateClosing:
		s.drop(w, now, class, err)
		s.finish(w, now)
	}
}

// leave makes a Close frame the last that the session sends.
func (s *session) leave(w *worker, now time.Duration) {
	s.giveUp(w)
	s.state = stateLeaving
	s.deadline = now + w.plan.CloseTimeout
}

func (s *session) control(w *worker, now time.Duration, ev wsclient.Event) {
	switch ev.Opcode {
	case wsclient.OpPing:
		if s.pong == nil {
			s.pong = new(owedPong)
		}
		s.pong.due = true
		s.pong.n = uint8(copy(s.pong.payload[:], ev.Payload))
	case wsclient.OpPong:
		if s.joining == joinUnproven && bytes.Equal(ev.Payload, joinPing[:]) {
			s.proven(w)
		}
		// An unsolicited Pong is allowed and means nothing: Section 5.5.3.
		if s.pingSent > 0 && len(ev.Payload) == 4 && binary.BigEndian.Uint32(ev.Payload) == s.pingSeq {
			if !s.aside() {
				w.shard.Record(stats.Ping, now-s.pingSent)
			}
			s.survived(w, now)
			s.pingSent = 0
		}
	case wsclient.OpClose:
		s.peerClose(w, now, ev.Payload)
	}
}

// peerClose takes in the peer's Close frame. In either case closing TCP is the
// server's part, and we wait for it. RFC 6455, Sections 5.5.1 and 7.1.1.
func (s *session) peerClose(w *worker, now time.Duration, payload []byte) {
	code, reason := wsclient.ParseClose(payload)
	switch {
	case s.state == stateOpen || s.state == stateClosing && s.closeSent == 0:
		s.sentCode = code
		w.shard.PeerClosed++
		if s.aside() {
			w.cutOff(s, now)
		} else {
			s.lost(w, now, stats.ErrPeerClosed)
			s.rebuffed(w)
			w.fail(stats.ErrPeerClosed, &wsclient.CloseError{Code: code, Reason: reason})
		}
		s.leave(w, now)
	case s.state == stateClosing:
		w.shard.Closed++
		if s.exit == ExitFIN { // it says so, although nobody asked
			w.shard.ClosedFIN++
		} else if !s.aside() {
			w.shard.Record(stats.Close, now-s.closeSent)
		}
		s.state = stateClosed
	default:
		return
	}
	w.shard.CloseCodes(uint16(s.sentCode), uint16(code))
}

// data takes in a piece of a message.
func (s *session) data(w *worker, now time.Duration, ev wsclient.Event) {
	rx := &s.rx
	if ev.First {
		*rx = incoming{}
	}
	if w.publication != nil {
		s.hear(w, now, ev)
		return
	}
	if w.plan.Reply != ReplyEcho {
		if s.q.n > 0 && len(ev.Payload) > 0 {
			w.progress = now
		}
		if ev.Fin {
			s.any(w, now)
		}
		return
	}
	p := ev.Payload
	if rx.fate == fateUnknown {
		n := copy(rx.stamp[rx.off:w.payloads.stamp], p)
		rx.off += int64(n)
		p = p[n:]
		if ev.Fin || int(rx.off) == w.payloads.stamp {
			s.resolve(w)
		}
	}
	if len(p) > 0 {
		if rx.fate == fateReply && !rx.differ {
			end := rx.off + int64(len(p))
			rx.differ = end > int64(rx.size) || !bytes.Equal(p, w.payloads.bodyAt(rx.seq, int(rx.off), int(end)))
			if !rx.differ { // what is no reply may go on for ever
				w.progress = now
			}
		}
		rx.off += int64(len(p))
	}
	if ev.Fin {
		s.conclude(w, now)
	}
}

// any takes in a whole message where its bytes do not matter.
func (s *session) any(w *worker, now time.Duration) {
	if w.plan.Reply == ReplyAny && s.q.n > 0 {
		s.answer(w, now, s.q.head, false)
	} else if !s.aside() {
		w.shard.AllReceived++
	}
}

// resolve finds out what the message answers, once its stamp is there, or all
// of it. A message that cannot be told apart answers the oldest on its way, and
// differs from it.
func (s *session) resolve(w *worker) {
	rx := &s.rx
	have := rx.stamp[:rx.off]
	var buf [stampText]byte
	if s.q.n > 0 {
		seq := s.q.head
		_, size := w.sizes.at(s.id, seq)
		rx.fate, rx.seq, rx.size = fateReply, seq, int32(size)
		if want := w.payloads.stampOf(s.id, seq, size, &buf); want != nil {
			if bytes.Equal(have, want) {
				return
			}
		} else if len(have) <= size && bytes.Equal(have, w.payloads.bodyAt(seq, 0, len(have))) {
			return
		}
	}
	conn, seq, ok := uint32(0), uint32(0), false
	if len(have) == w.payloads.stamp && len(have) > 0 {
		conn, seq, ok = w.payloads.read(have)
	}
	switch {
	case ok && conn != s.id:
		rx.fate = fateUnexpected
	case ok && s.q.has(seq):
		_, size := w.sizes.at(s.id, seq)
		rx.seq, rx.size = seq, int32(size)
	case ok && seq-s.q.next() >= 1<<31: // before the next one, modulo 2^32
		rx.fate, rx.seq = fateDuplicate, seq
	case ok:
		rx.fate = fateUnexpected
	case s.q.n > 0:
		rx.differ = true
	default:
		rx.fate = fateUnexpected
	}
}

// conclude takes note that the message is complete.
func (s *session) conclude(w *worker, now time.Duration) {
	rx := &s.rx
	switch {
	case rx.fate == fateReply:
		s.answer(w, now, rx.seq, rx.differ || rx.off != int64(rx.size))
		return
	case s.state != stateOpen:
		if !s.aside() {
			w.fail(stats.ErrLate, errLate)
		}
	case !w.ctl.measure.passed(now): // a greeting, or the warmup's
	case rx.fate == fateDuplicate:
		class, _ := w.sizes.at(s.id, rx.seq)
		w.shard.Sizes[w.slot(s, class, now)].Duplicated++
		w.fail(stats.ErrDuplicated, errDuplicated)
	default:
		w.shard.Sizes[w.slot(s, 0, now)].Unexpected++
		w.fail(stats.ErrUnexpected, errUnexpected)
	}
}

// answer takes note that message seq has its reply.
func (s *session) answer(w *worker, now time.Duration, seq uint32, differ bool) {
	m := s.q.take(seq)
	if !s.aside() {
		w.pending--
		w.shard.AllReceived++
	}
	w.lastReply, w.progress = now, now
	// Reordered in the sense of RFC 4737: a later one came first.
	reordered := int32(seq-s.expected) < 0
	if !reordered {
		s.expected = seq + 1
	}
	class, _ := w.sizes.at(s.id, seq)
	window := m.due >= w.ctl.measure.get()
	slot := w.slot(s, class, m.due)
	if !s.aside() {
		w.shard.RecordReply(window, slot, now-m.due, now-m.sent)
	} else if window {
		w.shard.RecordAside(slot, now-m.due)
	}
	if !window {
		return
	}
	s.answers++
	counts := &w.shard.Sizes[slot]
	counts.Received++
	if differ {
		counts.Mismatched++
		w.fail(stats.ErrMismatched, errMismatched)
	}
	if reordered {
		counts.Reordered++
		w.fail(stats.ErrReordered, errReordered)
	}
}
