//go:build linux && !wsstorm_portable

package loadgen

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"wsstorm/wsclient"
)

// epoll is the driver of ws:// on Linux: a worker is one thread that waits for
// all of its sockets at once and reads and writes them with non-blocking system
// calls. A connection is two plain values in slabs, and what it needs while it
// opens.
type epoll struct {
	dialer wsclient.Dialer // resolves names
	routes *routes
}

func newEpoll(p *Plan) (*epoll, error) {
	upgrade, err := p.upgrade()
	if err != nil {
		return nil, err
	}
	routes, err := newRoutes(p)
	if err != nil {
		return nil, err
	}
	return &epoll{wsclient.Dialer{Upgrade: upgrade}, routes}, nil
}

func (e *epoll) name() string { return "epoll" }

func (e *epoll) start(ctx context.Context, g *errgroup.Group, w *worker, concurrency int, clock func() time.Duration) (func(), error) {
	p, err := newPoller(maxEvents)
	if err != nil {
		return nil, err
	}
	l := &eventLoop{
		worker: w, driver: e, poller: p, group: g, clock: clock, concurrency: concurrency,
		conns:   make([]epollConn, len(w.sessions)),
		pending: make(map[int][]byte),
		in:      make([]byte, readChunk),
		out:     make([]byte, 0, fillLimit+wsclient.MaxHeader+256),
	}
	for i := range l.conns {
		l.conns[i].fd = -1
	}
	l.wakers.Add(1)
	g.Go(func() error {
		defer l.wakers.Done()
		<-ctx.Done()
		p.wake()
		return nil
	})
	g.Go(func() error { return l.run(ctx) })
	return l.wake, nil
}

const (
	maxEvents = 512       // taken from the kernel at once
	readChunk = 128 << 10 // bytes of the read buffer that all connections share

	// readsPerTurn and writesPerTurn are how often one connection is read, and
	// written, before the others have their turn, and the engine's word its
	// effect.
	readsPerTurn  = 16
	writesPerTurn = 16

	// A wait ends with a spin of at most spinLimit, and at most a spinShare of
	// itself, since sleeping threads wake up late.
	spinLimit = 50 * time.Microsecond
	spinShare = 20
)

// eventLoop drives one worker. Its thread holds the shard's lock except while
// it waits.
type eventLoop struct {
	*worker
	driver      *epoll
	poller      *poller
	group       *errgroup.Group
	clock       func() time.Duration
	concurrency int
	conns       []epollConn // by session
	in, out     []byte      // shared by all connections
	spare       []*opening
	unfinished  []int32 // sessions whose turn ended with more to read or to write

	// pending is output that a peer has not taken yet, by session: of few
	// connections at a time, and so not part of each.
	pending  map[int][]byte
	spareOut [][]byte

	// ghosts are the sockets of connections that vanished: open to the end, so that
	// the system tells the peer nothing.
	ghosts []int32

	all      atomic.Bool // every session is to be visited
	resolved []resolution
	wakers   sync.WaitGroup // goroutines that may still call poller.wake
}

// wake has every session looked at.
func (l *eventLoop) wake() {
	l.all.Store(true)
	l.poller.wake()
}

func (l *eventLoop) run(ctx context.Context) error {
	// Never unlocked: the thread, whose timer slack is changed, ends with us.
	runtime.LockOSThread()
	unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0) // best effort: the lag is measured

	l.shard.Lock()
	for ctx.Err() == nil {
		// In this order: the instants that a wake announces have come by now.
		all := l.all.Swap(false)
		now := l.clock()
		if all {
			for i := range l.sessions {
				l.visit(i, now)
			}
			now = l.clock()
		}
		for i, due := l.agenda.pop(now); due; i, due = l.agenda.pop(now) {
			l.visit(i, l.clock())
		}
		l.connectResolved()
		again := l.openDue(ctx)
		l.checkpoint(now)
		l.turn(min(again, l.agenda.next()))
	}
	for i := range l.conns {
		l.close(i)
	}
	for _, fd := range l.ghosts {
		l.letGo(fd, ExitReset) // a FIN would wait behind what was never acknowledged
	}
	l.shard.Unlock()
	l.wakers.Wait()
	l.poller.close()
	return nil
}

// turn waits until there are events, or until the given instant, and handles
// what came.
func (l *eventLoop) turn(until time.Duration) {
	if len(l.unfinished) > 0 {
		until = 0
	}
	// Unlocked even where it does not wait: a flood must not keep the engine
	// from looking at its worker.
	l.shard.Unlock()
	events := l.await(until)
	l.shard.Lock()
	announced := l.clock()
	for n := len(l.unfinished); n > 0; n-- {
		i := int(l.unfinished[0])
		l.unfinished = append(l.unfinished[:0], l.unfinished[1:]...)
		l.conns[i].unfinished = false
		l.flush(i, announced)
		events := uint32(unix.EPOLLIN)
		if l.sessions[i].reading() == readsOn {
			events |= unix.EPOLLRDHUP // to the end: if the peer has closed, nothing will say so again
		}
		l.ready(i, events, announced)
	}
	for _, ev := range events {
		if ev.Fd == wakeEvent {
			l.poller.awake()
			continue
		}
		l.ready(int(ev.Fd), ev.Events, announced)
	}
}

// await sleeps in the kernel, and spins for the end of a timed wait.
func (l *eventLoop) await(until time.Duration) []unix.EpollEvent {
	wait := until - l.clock()
	if spin := min(wait/spinShare, spinLimit); spin > 0 {
		wait -= spin
	}
	events := l.poller.wait(wait)
	for len(events) == 0 && until != never && l.clock() < until && !l.all.Load() {
		events = l.poller.wait(0)
	}
	return events
}

// visit does what is due on session i.
func (l *eventLoop) visit(i int, now time.Duration) {
	s := &l.sessions[i]
	for s.state == stateOpening && now >= s.deadline { // an address may have no time left
		if !l.connectNext(i) {
			l.refuse(i, context.DeadlineExceeded)
		}
	}
	if s.timeIsUp(l.worker, now) {
		l.take(i, false, now)
	}
	s.wake(l.worker, now)
	l.flush(i, now)
	if s.aside() && l.badReader(s).unread {
		l.take(i, false, now)
	}
	l.settleDown(i)
}

// ready handles an event of connection i that the kernel announced at the given
// instant.
func (l *eventLoop) ready(i int, events uint32, announced time.Duration) {
	c, s := &l.conns[i], &l.sessions[i]
	if c.fd < 0 {
		return // closed earlier in this turn
	}
	if s.state == stateOpening {
		l.openReady(i, events)
		l.settleDown(i)
		return
	}
	if events&unix.EPOLLOUT != 0 && s.blocked && events&hangup == 0 {
		l.flush(i, l.clock())
	}
	if events&(unix.EPOLLIN|hangup) != 0 {
		l.take(i, events&hangup != 0, announced)
	}
	l.settleDown(i)
}

// again gives connection i a further turn.
func (l *eventLoop) again(i int) {
	if c := &l.conns[i]; !c.unfinished {
		c.unfinished = true
		l.unfinished = append(l.unfinished, int32(i))
	}
}

// flush writes what session i has to send, until there is no more or the peer
// does not take it.
func (l *eventLoop) flush(i int, now time.Duration) {
	c, s := &l.conns[i], &l.sessions[i]
	if c.fd < 0 || c.opening != nil {
		return
	}
	if s.blocked {
		if !l.writePending(i) {
			return // for EPOLLOUT; the reader finds out if the connection broke
		}
		s.resume(now, true)
	}
	for range writesPerTurn {
		out := s.fill(l.worker, now, l.out)
		if len(out) == 0 {
			return
		}
		n, errno := writeSocket(c.fd, out)
		if n < len(out) {
			s.unwritten(errno)
			l.keep(i, out[n:])
			s.block()
			return
		}
		if len(out) < fillLimit {
			return // that was all for now
		}
	}
	l.again(i)
}

// keep holds back output of session i until its peer takes it.
func (l *eventLoop) keep(i int, out []byte) {
	var b []byte
	if n := len(l.spareOut); n > 0 {
		b, l.spareOut = l.spareOut[n-1], l.spareOut[:n-1]
	}
	l.pending[i] = append(b, out...)
}

// writePending writes what was held back, and reports whether that was all.
func (l *eventLoop) writePending(i int) bool {
	p := l.pending[i]
	n, errno := writeSocket(l.conns[i].fd, p)
	if n < len(p) {
		l.sessions[i].unwritten(errno)
		l.pending[i] = append(p[:0], p[n:]...)
		return false
	}
	l.release(i)
	return true
}

// release gives back the memory of what was held back.
func (l *eventLoop) release(i int) {
	if p, ok := l.pending[i]; ok {
		l.spareOut = append(l.spareOut, p[:0])
		delete(l.pending, i)
	}
}

// settleDown puts session i into the agenda, or closes its socket.
func (l *eventLoop) settleDown(i int) {
	s := &l.sessions[i]
	if s.finDue() {
		unix.Shutdown(int(l.conns[i].fd), unix.SHUT_WR) // an error means that the peer was faster
		s.finSent(l.clock())
		l.release(i)
	}
	l.agenda.set(i, s.next(l.worker))
	if s.state == stateOver {
		l.close(i)
		l.buried(i)
	}
}

func (l *eventLoop) close(i int) {
	c := &l.conns[i]
	if c.opening != nil {
		l.spare = append(l.spare, c.opening)
	}
	if c.fd >= 0 {
		l.letGo(c.fd, l.sessions[i].exit)
	}
	*c = epollConn{fd: -1}
	l.release(i)
}

// letGo closes a socket, in the way that its connection ends.
func (l *eventLoop) letGo(fd int32, exit Exit) {
	switch exit {
	case ExitVanish:
		// Until the loop ends the system has nothing to say to the peer.
		dropPackets(uintptr(fd))
		l.poller.remove(fd)
		l.ghosts = append(l.ghosts, fd)
		return
	case ExitReset:
		unix.SetsockoptLinger(int(fd), unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1}) // RST in place of FIN
	}
	unix.Close(int(fd))
}

const haveEpoll = true
