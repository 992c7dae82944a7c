package loadgen

import (
	"time"

	"wsstorm/wsclient"
)

// outgoing is the message that is being appended. A long one takes several
// calls of fill: what a connection has to keep of it is this, not its bytes.
type outgoing struct {
	open   bool // begun, not complete
	split  bool // goes out in fragments
	last   bool // the current frame is the final one
	seq    uint32
	size   int32 // payload bytes of the message
	framed int32 // of them in frames begun
	begin  int32 // where the current frame's payload begins in the message
	off    int32 // bytes of the current frame's payload appended, as they go over the wire
	end    int32 // and in all
	frames int32 // begun, the current one included
	key    wsclient.MaskKey
}

// split reports whether a message is sent in fragments.
func (w *worker) split(conn, seq uint32) bool {
	if w.plan.Fragment == 0 {
		return false
	}
	part := w.plan.FragmentPart
	return part >= 1 || float64(mix(w.plan.Seed+uint64(conn)<<32+uint64(seq))>>11)/(1<<53) < part
}

// appendHeader begins the next frame of the message.
func (s *session) appendHeader(w *worker, now time.Duration, dst []byte) []byte {
	m := &s.tx
	left := m.size - m.framed
	n := left
	if m.split {
		if m.frames > 0 && w.plan.Fragment == FragmentRandom && s.pingSent == 0 && s.random(4) == 0 {
			dst = s.appendPing(now, dst)
		}
		switch {
		case w.plan.Fragment > 0:
			n = min(left, int32(w.plan.Fragment))
		case left > 0:
			n = 1 + int32(s.random(uint64(left)))
		}
	}
	m.begin = m.framed
	m.framed += n
	m.off, m.end = 0, n
	// A split message has two frames at least: where the first one takes all
	// of the payload, an empty one follows.
	m.last = m.framed == m.size && (!m.split || m.frames > 0)
	h := wsclient.FrameHeader{Fin: m.last, Opcode: wsclient.OpContinuation}
	if m.frames == 0 {
		h.Opcode = wsclient.OpBinary
		if w.plan.Text {
			h.Opcode = wsclient.OpText
		}
	}
	if s.deflate != nil {
		m.end = s.deflate.compress(s, w, now)
		h.RSV1 = m.frames == 0
	}
	h.Length = int64(m.end)
	m.frames++
	m.key = wsclient.NewMaskKey()
	dst = wsclient.AppendHeader(dst, h, m.key)
	m.open = !m.last || m.end > 0
	return dst
}

// appendMessage appends bytes from to to of connection conn's message m, masked
// as part of a frame that begins at byte frame of the message.
func (w *worker) appendMessage(dst []byte, conn uint32, m *outgoing, from, to, frame int, key wsclient.MaskKey) []byte {
	if w.publication != nil {
		_, body := w.sizes.at(conn, m.seq)
		return w.publication.append(dst, stamp{conn, m.seq, w.dues[int(conn)/w.all]}, body, from, to, frame, key)
	}
	return w.payloads.append(dst, conn, m.seq, int(m.size), from, to, frame, key)
}

// appendPayload appends more of the current frame's payload.
func (s *session) appendPayload(w *worker, dst []byte) []byte {
	m := &s.tx
	to := min(m.end, m.off+int32(fillLimit-len(dst)))
	if s.deflate != nil {
		dst = wsclient.AppendMasked(dst, s.deflate.frame[m.off:to], m.key, int(m.off))
	} else {
		dst = w.appendMessage(dst, s.id, m, int(m.begin+m.off), int(m.begin+to), int(m.begin), m.key)
	}
	m.off = to
	m.open = !m.last || m.off < m.end
	return dst
}
