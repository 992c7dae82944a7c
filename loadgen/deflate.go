package loadgen

import (
	"time"

	"wsstorm/wsclient"
)

// deflation is a session's part in permessage-deflate, where it was agreed on:
// what both ends may refer back to, and the frame that is being sent, since what
// was compressed cannot be made again.
type deflation struct {
	deflater wsclient.Deflater
	inflater wsclient.Inflater
	frame    []byte
}

// leastCompressed is what a server may send as one compressed message whatever the sizes
// of the load, in bytes: a greeting, say.
const leastCompressed = 1 << 20

// agree takes note of the parameters of permessage-deflate; before opened.
func (s *session) agree(w *worker, p wsclient.DeflateParams) {
	s.deflate = &deflation{deflater: p.Deflater(), inflater: p.Inflater(w.plan.MaxMessage)}
	if w.plan.Reply == ReplyEcho && w.publication == nil {
		// What is echoed is hardly longer than what was sent, and has to be kept.
		s.deflate.inflater.MaxCompressed = max(leastCompressed, 2*int64(w.sizes.max()))
	}
	s.dec.Deflate = true
}

// compress makes the frame that the session is about to send, and returns its
// length.
func (d *deflation) compress(s *session, w *worker, now time.Duration) int32 {
	m := &s.tx
	if w.publication != nil {
		w.plain = w.appendMessage(w.plain[:0], s.id, m, int(m.begin), int(m.framed), int(m.begin), 0)
	} else {
		w.plain = w.payloads.appendPlain(w.plain[:0], s.id, m.seq, int(m.size), int(m.begin), int(m.framed))
	}
	if cap(d.frame) > fillLimit {
		d.frame = nil
	}
	d.frame = d.deflater.Append(d.frame[:0], w.plain, m.last)
	if w.counting(now) {
		w.shard.Deflate.SentRaw += int64(len(w.plain))
		w.shard.Deflate.SentWire += int64(len(d.frame))
	}
	return int32(len(d.frame))
}

// feed takes in a piece of a compressed message.
func (s *session) feed(w *worker, now time.Duration, ev wsclient.Event, work *int) error {
	if w.counting(now) {
		w.shard.Deflate.ReceivedWire += int64(len(ev.Payload))
	}
	*work -= len(ev.Payload) / deflatedWork
	if err := s.deflate.inflater.Feed(ev); err != nil || !ev.Fin {
		return err
	}
	return s.inflate(w, now, work)
}

// inflate goes on with the compressed message whose end has come, until it is whole
// or there was work enough for one turn.
func (s *session) inflate(w *worker, now time.Duration, work *int) error {
	for *work > 0 {
		ev, err := s.deflate.inflater.Next()
		if err != nil || ev.Kind == wsclient.EventNone {
			return err
		}
		*work -= len(ev.Payload) / inflatedWork
		if w.counting(now) {
			w.shard.Deflate.ReceivedRaw += int64(len(ev.Payload))
		}
		s.data(w, now, ev)
		if ev.Fin {
			return nil
		}
	}
	return nil
}
