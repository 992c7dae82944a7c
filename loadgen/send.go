package loadgen

import (
	"encoding/binary"
	"time"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

// fillLimit is where fill stops, in bytes: enough for a system call to be worth
// its price, little enough for a worker's buffer to stay in the cache.
// A little more than 64 KiB, because messages of just that size are popular.
const fillLimit = 65 << 10

// owedPong is the payload of the Ping that is to be answered: the latest one, as
// RFC 6455, Section 5.5.3 allows, so that a flood of them costs no memory.
type owedPong struct {
	due     bool
	n       uint8
	payload [125]byte
}

// maxSpan bounds what one lost reply costs while later ones keep coming: so many
// sequence numbers behind the latest of them it is given up.
const maxSpan = 1 << 16

// fill appends to dst what the connection has to send by now, up to about
// fillLimit bytes in dst; a driver writes them and asks again until nothing
// comes. After its last bytes the session may be over.
func (s *session) fill(w *worker, now time.Duration, dst []byte) []byte {
	before, pings := len(dst), 0
	for len(dst) < fillLimit {
		if s.tx.open && s.tx.off < s.tx.end {
			dst = s.appendPayload(w, dst)
			w.progress = now
			continue
		}
		// A frame boundary: control frames go first.
		if s.pong != nil && s.pong.due {
			dst = s.appendControl(dst, wsclient.OpPong, s.pong.payload[:s.pong.n])
			s.pong.due = false
		}
		if s.state == stateOpen && s.joining == joinUnsent {
			dst = s.appendJoin(w, dst)
		}
		if s.state == stateOpen && s.pingDue <= now && s.pingSent == 0 {
			s.pingDue = s.nextPing(w, now)
			pings -= len(dst)
			dst = s.appendPing(now, dst)
			pings += len(dst)
		}
		if s.tx.open {
			dst = s.appendHeader(w, now, dst)
			continue
		}
		if s.retiring && s.state == stateOpen && s.q.waiting == 0 {
			s.shut(w, now)
		}
		if s.state == stateClosing && s.closeSent == 0 && s.exit == ExitHandshake {
			s.closeSent = max(now, 1)
			s.sentCode = w.plan.CloseCode
			dst = wsclient.AppendClose(dst, w.plan.CloseCode, w.plan.CloseReason, wsclient.NewMaskKey())
			if s.habit == readsNothing {
				s.goUnheard(w, now)
			}
		}
		if s.state == stateLeaving {
			dst = wsclient.AppendClose(dst, s.sentCode, "", wsclient.NewMaskKey())
			s.state = stateClosed
			if s.sever {
				s.finish(w, now)
			}
		}
		if s.state != stateOpen || !s.begin(w, now) {
			break
		}
	}
	n := len(dst) - before
	if n > 0 && w.counting(now) {
		w.shard.BytesSent += int64(n)
	}
	if n > pings {
		s.touched = now
	}
	return dst
}

// begin starts the next message if one is due, and reports whether it did.
func (s *session) begin(w *worker, now time.Duration) bool {
	due := now
	if w.plan.openLoop() {
		if due = s.due(w); due > now {
			return false
		}
		s.arrivals.take(w)
	} else if !w.admit(s, now) {
		return false
	}
	seq := s.q.next()
	class, size := w.sizes.at(s.id, seq)
	s.tx = outgoing{open: true, seq: seq, size: int32(size), split: w.split(s.id, seq)}
	if w.publication != nil {
		w.dues[int(s.id)/w.all], s.tx.size = due, int32(w.publication.wrapped(size))
	}
	// Nor is there a need to remember what is sent whatever comes back, and whose
	// answer nobody will read.
	unread := s.habit == readsNothing && w.plan.openLoop() && w.plan.Reply != ReplyNone
	if w.plan.Reply == ReplyNone || unread {
		s.q.head++
	} else {
		// Not by what is on its way: a server that is slow has lost nothing.
		if behind := s.expected - s.q.head; behind >= maxSpan && behind <= s.q.n {
			s.loseOldest(w)
		}
		s.q.push(sentMessage{due: due, sent: now})
		if !s.aside() {
			w.pending++
		}
	}
	if !s.aside() {
		w.shard.AllSent++
	}
	if due < w.ctl.measure.get() {
		if w.publication != nil {
			s.published(w, seq, nil)
		}
		return true
	}
	counts := &w.shard.Sizes[w.slot(s, class, due)]
	counts.Sent++
	if w.publication != nil {
		s.published(w, seq, counts)
	}
	if unread {
		counts.Lost++
	}
	if w.plan.openLoop() {
		if due < s.resumed {
			counts.Blocked++
		} else if !s.aside() {
			w.shard.Record(stats.Lag, now-due)
		}
	}
	return true
}

// admit reports whether a closed loop lets the session send another message.
func (w *worker) admit(s *session, now time.Duration) bool {
	if int(s.q.waiting) >= w.plan.InFlight || s.retiring || w.tickets == 0 ||
		!w.ctl.start.passed(now) || w.ctl.stop.passed(now) {
		return false
	}
	if w.tickets > 0 {
		w.tickets--
	}
	return true
}

func (s *session) appendControl(dst []byte, op wsclient.Opcode, payload []byte) []byte {
	return wsclient.AppendFrame(dst, wsclient.FrameHeader{Fin: true, Opcode: op}, wsclient.NewMaskKey(), payload)
}

// appendPing appends a Ping whose payload is its number.
func (s *session) appendPing(now time.Duration, dst []byte) []byte {
	s.pingSeq++
	s.pingSent = max(now, 1)
	var payload [4]byte
	binary.BigEndian.PutUint32(payload[:], s.pingSeq)
	return s.appendControl(dst, wsclient.OpPing, payload[:])
}

// random draws from [0, n), seeded.
func (s *session) random(n uint64) uint64 {
	return s.arrivals.bits() % n
}
