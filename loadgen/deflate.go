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

// agree takes note of the parameters of permessage-deflate; before opened.
func (s *session) agree(w *worker, p wsclient.DeflateParams) {
	s.deflate = &deflation{deflater: p.Deflater(), inflater: p.Inflater(w.plan.MaxMessage)}
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

// inflate takes in a piece of a compressed message.
func (s *session) inflate(w *worker, now time.Duration, ev wsclient.Event) error {
	in := &s.deflate.inflater
	if w.counting(now) {
		w.shard.Deflate.ReceivedWire += int64(len(ev.Payload))
	}
	err := in.Feed(ev)
	if err != nil || !ev.Fin {
		return err
	}
	for {
		if ev, err = in.Next(); err != nil {
			return err
		}
		if w.counting(now) {
			w.shard.Deflate.ReceivedRaw += int64(len(ev.Payload))
		}
		s.data(w, now, ev)
		if ev.Fin {
			return nil
		}
	}
}
