//go:build linux && !wsstorm_portable

package loadgen

import (
	"io"
	"time"

	"golang.org/x/sys/unix"

	"wsstorm/stats"
)

// take reads from connection i as its session reads.
func (l *eventLoop) take(i int, toEnd bool, announced time.Duration) {
	s := &l.sessions[i]
	if s.behind(l.worker) {
		now := l.clock()
		s.receive(l.worker, now, nil)
		l.flush(i, now)
	}
	switch reading := s.reading(); {
	case s.state == stateOver:
	case s.behind(l.worker):
		l.again(i)
	case reading == readsNothing:
		if toEnd {
			l.hungUp(i)
		}
	case reading == readsSlowly && !toEnd:
		l.sip(i)
	default:
		// What a peer has left behind that is gone is read at once: how it went
		// stands at the end.
		if s.aside() {
			b := l.badReader(s)
			toEnd, b.unread = toEnd || b.unread, false
		}
		l.read(i, toEnd, announced)
	}
}

// read takes what there is to read on connection i, and answers it. With edge
// triggering a read that fills less than the buffer has emptied the socket,
// unless the peer has also closed, which only the next read tells.
func (l *eventLoop) read(i int, toEnd bool, announced time.Duration) {
	c, s := &l.conns[i], &l.sessions[i]
	for range readsPerTurn {
		n, errno := readSocket(c.fd, l.in)
		now := l.clock()
		switch {
		case errno == unix.EAGAIN:
			return
		case errno != 0:
			s.ended(l.worker, now, classifyIO(errno), errno)
			return
		case n == 0:
			s.ended(l.worker, now, stats.ErrEOF, io.EOF)
			return
		}
		if l.counting(now) && !s.aside() {
			l.shard.Record(stats.Queue, now-announced)
		}
		s.receive(l.worker, now, l.in[:n])
		l.flush(i, l.clock())
		if s.behind(l.worker) {
			break
		}
		if s.state == stateOver || n < len(l.in) && !toEnd {
			return
		}
	}
	l.again(i)
}

// sip reads the portion of a slow reader, if its time has come, and otherwise
// remembers that there is something to read: no event will say so again.
func (l *eventLoop) sip(i int) {
	c, s := &l.conns[i], &l.sessions[i]
	now := l.clock()
	b := l.badReader(s)
	b.unread = true
	if now < b.readAt {
		return
	}
	n, errno := readSocket(c.fd, l.in[:l.plan.portion()])
	switch {
	case errno == unix.EAGAIN:
		b.unread = false
	case errno != 0:
		s.ended(l.worker, now, classifyIO(errno), errno)
	case n == 0:
		s.ended(l.worker, now, stats.ErrEOF, io.EOF)
	default:
		b.readAt = now + l.plan.digest(n)
		s.receive(l.worker, now, l.in[:n])
		l.flush(i, l.clock())
		if s.behind(l.worker) {
			l.again(i)
		}
	}
}

// hungUp takes note that the peer of connection i, which does not read, has ended
// it.
func (l *eventLoop) hungUp(i int) {
	class, err := stats.ErrEOF, error(io.EOF)
	if fault := connectOutcome(l.conns[i].fd); fault != nil {
		class, err = classifyIO(fault), fault
	}
	l.sessions[i].ended(l.worker, l.clock(), class, err)
}
