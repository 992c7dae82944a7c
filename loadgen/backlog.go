package loadgen

// turnWork bounds what one session takes in before the others of its worker have
// their turn, in frames: a millisecond or so of the smallest. To decompress so many
// bytes, or what came out as so many, is as much work as a frame is; the former may be
// blocks with nothing in them.
const (
	turnWork     = 1 << 13
	deflatedWork = 4
	inflatedWork = 128
)

// behind reports whether bytes that the session has received wait for its next turn,
// or a compressed message for being decompressed. The driver reads no more until
// then, and calls receive without any.
func (s *session) behind(w *worker) bool {
	if len(w.backlog) == 0 {
		return false
	}
	_, is := w.backlog[s.id]
	return is
}

// holdBack keeps what the session has received until its next turn; owned says that
// nobody else writes to p.
func (s *session) holdBack(w *worker, p []byte, owned bool) {
	if s.state == stateOver {
		return
	}
	if !owned {
		p = append(make([]byte, 0, len(p)), p...)
	}
	if w.backlog == nil {
		w.backlog = make(map[uint32][]byte)
	}
	w.backlog[s.id] = p
}
