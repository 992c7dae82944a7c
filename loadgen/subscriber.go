package loadgen

import (
	"bytes"
	"time"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

// A subscriber is what one connection of a broadcast is receiving: messages are
// searched for stamps, and payloads compared, as they come in. Nothing is kept
// of a message but the stamp that is not whole yet.
type subscriber struct {
	tracks []track // by publisher

	text   [MinBroadcastSize]byte // of a stamp, so far
	have   uint8                  // bytes in it
	read   bool                   // the stamp is whole: what comes is its payload
	found  bool                   // the message has a stamp in it
	differ bool                   // the payload from what was published
	stamp  stamp
	off    int32 // bytes of the payload so far, stamp included
	size   int32 // and in all
	class  int   // of the size
}

// newSubscribers returns one subscriber for each of n sessions.
func newSubscribers(n, publishers int) []subscriber {
	tracks := make([]track, n*publishers)
	all := make([]subscriber, n)
	for i := range all {
		all[i].tracks = tracks[i*publishers : (i+1)*publishers]
	}
	return all
}

// hear takes in a piece of a message of a broadcast. What publishers hear, often
// their own words, is nobody's delivery.
func (s *session) hear(w *worker, now time.Duration, ev wsclient.Event) {
	if s.publisher(w) {
		return
	}
	sub := &w.subscribers[int(s.id)/w.plan.Workers]
	if ev.First {
		sub.have, sub.read, sub.found = 0, false, false
	}
	for p := ev.Payload; len(p) > 0; {
		if sub.read {
			p = sub.compare(w, p)
			if sub.off == sub.size {
				s.deliver(w, now, sub)
			}
			continue
		}
		p = sub.search(w.publication.mark[:], p)
		if sub.have < MinBroadcastSize {
			continue
		}
		sub.have = 0
		sub.found = true
		var ok bool
		if sub.stamp, ok = w.publication.readStamp(sub.text[markBytes:]); !ok || int(sub.stamp.publisher) >= len(sub.tracks) {
			s.damaged(w, now)
			continue
		}
		class, size := w.sizes.at(sub.stamp.publisher, sub.stamp.seq)
		sub.read, sub.differ = true, false
		sub.off, sub.size, sub.class = MinBroadcastSize, int32(size), class
		if sub.off == sub.size {
			s.deliver(w, now, sub)
		}
	}
	if !ev.Fin {
		return
	}
	switch {
	case sub.read: // it ends inside of its payload
		sub.differ = true
		s.deliver(w, now, sub)
	case sub.have >= markBytes: // or of its stamp
		s.damaged(w, now)
	case !sub.found && s.state == stateOpen:
		w.shard.Other++
	}
}

// search takes from p what belongs to a stamp, or nothing but the rest of p
// where there is none in it.
func (sub *subscriber) search(mark, p []byte) []byte {
	for sub.have < markBytes {
		if sub.have == 0 {
			i := bytes.IndexByte(p, mark[0])
			if i < 0 {
				return nil
			}
			p = p[i:]
		}
		n := min(len(p), markBytes-int(sub.have))
		same := 0
		for same < n && p[same] == mark[int(sub.have)+same] {
			same++
		}
		sub.have += uint8(same)
		p = p[same:]
		if same < n {
			sub.have = 0 // the mark's first byte is nowhere else in it
		} else if len(p) == 0 {
			break
		}
	}
	if sub.have == markBytes {
		copy(sub.text[:], mark)
	}
	if sub.have >= markBytes {
		n := copy(sub.text[sub.have:], p)
		sub.have += uint8(n)
		p = p[n:]
	}
	return p
}

// compare takes from p what belongs to the payload.
func (sub *subscriber) compare(w *worker, p []byte) []byte {
	n := min(len(p), int(sub.size-sub.off))
	end := int(sub.off) + n
	if !sub.differ {
		sub.differ = !bytes.Equal(p[:n], w.publication.bodyAt(sub.stamp.seq, int(sub.off), end))
	}
	sub.off = int32(end)
	return p[n:]
}

// damaged takes note of a mark of this run without a stamp of it. Whose it was
// is not known: that message is lost.
func (s *session) damaged(w *worker, now time.Duration) {
	if s.state != stateOpen {
		w.fail(stats.ErrLate, errLateCopy)
		return
	}
	if w.ctl.measure.passed(now) {
		w.shard.Sizes[w.slot(s, 0, now)].Mismatched++
		w.fail(stats.ErrMismatched, errBadStamp)
	}
}

// deliver takes note of a whole payload.
func (s *session) deliver(w *worker, now time.Duration, sub *subscriber) {
	sub.read = false
	if s.state != stateOpen {
		w.fail(stats.ErrLate, errLateCopy)
		return
	}
	m := sub.stamp
	window := m.due >= w.ctl.measure.get()
	slot := w.slot(s, sub.class, m.due)
	counts := &w.shard.Sizes[slot]
	order := sub.tracks[m.publisher].take(m.seq)
	if order == seen {
		if window {
			counts.Duplicated++
			w.fail(stats.ErrDuplicated, errRepeated)
		}
		return
	}
	w.pending--
	w.lastReply, w.progress = now, now
	w.shard.AllReceived++
	w.shard.RecordDelivery(window, slot, now-m.due)
	if !window {
		return
	}
	s.answers++
	counts.Received++
	w.receipts.of(m.publisher, m.seq).take(now)
	if sub.differ {
		counts.Mismatched++
		w.fail(stats.ErrMismatched, errAltered)
	}
	if order == overtaken {
		counts.Reordered++
		w.fail(stats.ErrReordered, errOvertaken)
	}
}
