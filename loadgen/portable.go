package loadgen

import (
	"context"
	"io"
	"net"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"wsstorm/wsclient"
)

// portable is the driver for everything that is, or needs, a net.Conn: each
// connection has a goroutine that reads, and each worker one that keeps time.
// Writing is done by whoever has something to send: by the reading goroutine
// where that cannot block it for long, otherwise by one made for it.
type portable struct {
	dialer wsclient.Dialer
	routes *routes // nil to a Unix socket
}

func newPortable(p *Plan) (*portable, error) {
	upgrade, err := p.upgrade()
	if err != nil {
		return nil, err
	}
	d := &portable{dialer: wsclient.Dialer{
		Upgrade: upgrade, TLS: p.TLS, UnixSocket: p.UnixSocket, Timeout: p.ConnectTimeout,
		KeepAlive: -1, // an idle connection is to be silent, as with the event loop
	}}
	if p.UnixSocket == "" {
		d.routes, err = newRoutes(p)
	}
	return d, err
}

func (p *portable) name() string { return "portable" }

func (p *portable) start(ctx context.Context, g *errgroup.Group, w *worker, concurrency int, clock func() time.Duration) (func(), error) {
	d := &portableWorker{
		worker: w, driver: p, group: g, clock: clock, concurrency: concurrency,
		// What may be unanswered at a time fits the socket buffers of both
		// ends, so that a write waits for no read of ours.
		inline: !w.plan.openLoop() && w.sizes.max()*w.plan.InFlight <= inlineLimit,
		notify: make(chan struct{}, 1),
		conns:  make([]portableConn, len(w.sessions)),
	}
	g.Go(func() error { return d.keepTime(ctx) })
	return d.wake, nil
}

const (
	inlineLimit = 16 << 10 // bytes
	readBuffer  = 4 << 10  // bytes at first, for each connection
	readLimit   = 64 << 10 // bytes at most, where reads fill the buffer

	// stallTime is how long a write must have taken for the peer to be the
	// reason: one that only copies takes microseconds.
	stallTime = time.Millisecond
)

type portableWorker struct {
	*worker
	driver      *portable
	group       *errgroup.Group
	clock       func() time.Duration
	concurrency int
	inline      bool
	conns       []portableConn // by session

	notify chan struct{}
	// ghosts are connections that vanished: open to the end, so that the system
	// tells the peer nothing.
	ghosts []net.Conn

	all      atomic.Bool   // every session is to be visited
	sleeping time.Duration // until when keepTime sleeps; under the lock
}

type portableConn struct {
	conn net.Conn // nil before it is open and after it was closed
	out  []byte   // being written while the session is blocked
}

// wake has every session looked at.
func (d *portableWorker) wake() {
	d.all.Store(true)
	d.nudge()
}

// nudge has the time keeper look at the agenda and at connections to open.
func (d *portableWorker) nudge() {
	select {
	case d.notify <- struct{}{}:
	default:
	}
}

// keepTime opens connections and visits sessions when their time has come.
func (d *portableWorker) keepTime(ctx context.Context) error {
	opening, giveUp := context.WithCancel(ctx)
	defer giveUp()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		d.shard.Lock()
		// In this order: the instants that a wake announces have come by now.
		all := d.all.Swap(false)
		now := d.clock()
		if all {
			if d.ctl.close.passed(now) {
				giveUp()
			}
			for i := range d.sessions {
				d.visit(i, now)
			}
		}
		for i, due := d.agenda.pop(now); due; i, due = d.agenda.pop(now) {
			d.visit(i, now)
		}
		again := d.open(opening, now)
		d.checkpoint(now)
		d.sleeping = min(again, d.agenda.next())
		sleep := d.sleeping - now
		d.shard.Unlock()

		timer.Reset(sleep)
		select {
		case <-timer.C:
		case <-d.notify:
		case <-ctx.Done():
			d.closeAll()
			return nil
		}
	}
}

// open starts to open the connections that are due, and returns when to do so
// again.
func (d *portableWorker) open(ctx context.Context, now time.Duration) time.Duration {
	for {
		i, again := d.dial(now, d.concurrency)
		if i < 0 {
			return again
		}
		d.group.Go(func() error {
			d.serve(ctx, i)
			return nil
		})
	}
}

func (d *portableWorker) closeAll() {
	d.shard.Lock()
	defer d.shard.Unlock()
	for i := range d.conns {
		d.close(i)
	}
	for _, conn := range d.ghosts {
		d.letGo(conn, ExitReset) // a FIN would wait behind what was never acknowledged
	}
}

// close lets go of the connection of session i, whose reader and writer end then,
// and opens it again in time if it has another life before it.
func (d *portableWorker) close(i int) {
	c, s := &d.conns[i], &d.sessions[i]
	if c.conn != nil {
		d.letGo(c.conn, s.exit)
		c.conn = nil
		if s.blocked {
			c.out = nil // somebody may be writing it still
		}
	}
	if s.state == stateOver {
		d.buried(i)
		if d.returning.next() < d.sleeping {
			d.nudge()
		}
	}
}

// letGo closes a connection, in the way that it ends.
func (d *portableWorker) letGo(conn net.Conn, exit Exit) {
	tcp, _ := bare(conn).(*net.TCPConn) // nil for a Unix socket, which has no RST and no packets
	switch {
	case exit == ExitVanish:
		if tcp != nil {
			if raw, err := tcp.SyscallConn(); err == nil {
				raw.Control(dropPackets)
			}
		}
		conn.SetDeadline(time.Unix(1, 0)) // for whoever reads or writes
		d.ghosts = append(d.ghosts, conn)
	case exit == ExitReset && tcp != nil:
		tcp.SetLinger(0) // RST in place of FIN
		tcp.Close()      // not through TLS, which has its own way to say goodbye
	default:
		conn.Close() // an error here means that it is closed
	}
}

// endSending sends a FIN on the connection of session i, and no word of TLS.
func (d *portableWorker) endSending(i int) {
	if half, ok := bare(d.conns[i].conn).(interface{ CloseWrite() error }); ok {
		half.CloseWrite() // an error means that the peer was faster
	}
	d.sessions[i].finSent(d.clock())
}

// visit does what is due on session i; under the lock.
func (d *portableWorker) visit(i int, now time.Duration) {
	d.sessions[i].wake(d.worker, now)
	if d.fill(i, now) {
		d.flushBeside(i)
	}
	d.settleDown(i)
}

// fill takes output from session i, if it has any and none is being written,
// and reports whether flush has to be called.
func (d *portableWorker) fill(i int, now time.Duration) bool {
	c, s := &d.conns[i], &d.sessions[i]
	if c.conn == nil || s.blocked {
		return false
	}
	c.out = s.fill(d.worker, now, c.out[:0])
	if len(c.out) == 0 {
		return false
	}
	s.block()
	return true
}

// flushBeside has another goroutine flush the output of session i, unless that has
// ended by then: it may live again, with output of its own.
func (d *portableWorker) flushBeside(i int) {
	conn := d.conns[i].conn
	d.group.Go(func() error {
		d.shard.Lock()
		defer d.shard.Unlock()
		if d.conns[i].conn == conn {
			d.flush(i)
		}
		return nil
	})
}

// flush writes the output of session i until there is no more. The lock is
// released around each write.
func (d *portableWorker) flush(i int) {
	c, s := &d.conns[i], &d.sessions[i]
	for more := true; more; {
		conn, out, before := c.conn, c.out, d.clock()
		if conn == nil {
			return
		}
		d.shard.Unlock()
		_, err := conn.Write(out)
		now := d.clock()
		d.shard.Lock()
		if c.conn != conn {
			return // the session has ended, and may live again
		}
		if err != nil {
			// What the peer sent before it went away tells more than this
			// error: the session stays blocked, and the reader finds it.
			s.unwritten(err)
			if s.habit == readsNothing {
				s.ended(d.worker, now, classifyIO(err), errorCause(err))
			}
			if s.state == stateOver {
				d.close(i)
			}
			break
		}
		s.resume(now, now-before > stallTime)
		// Not now: it may lie before the end of sending, and the engine may have
		// seen meanwhile that nothing is on its way.
		more = d.fill(i, d.clock())
	}
	if cap(c.out) > 2*readBuffer {
		c.out = nil
	}
	d.settleDown(i)
	d.checkpoint(d.clock()) // a message that expects no reply may have been the last
}

// settleDown puts session i into the agenda, and closes its socket once it is
// over and its last bytes are written, or the peer did not take them.
func (d *portableWorker) settleDown(i int) {
	s := &d.sessions[i]
	if s.finDue() {
		d.endSending(i)
	}
	at := s.next(d.worker)
	d.agenda.set(i, at)
	if at < d.sleeping {
		d.nudge()
	}
	switch conn := d.conns[i].conn; {
	case s.state != stateOver:
	case !s.blocked || s.exit >= ExitReset || d.ctl.kill.passed(d.clock()):
		d.close(i)
	case conn != nil:
		// Its last bytes are being written, which may take forever.
		conn.SetWriteDeadline(time.Now().Add(lastMoment))
	}
}

// read reads what comes until the connection ends.
func (d *portableWorker) read(i int, conn net.Conn) {
	buf := make([]byte, readBuffer)
	for open := true; open; {
		var n int
		n, open = d.readOnce(i, conn, buf)
		if n == len(buf) && n < readLimit {
			buf = make([]byte, 2*n)
		}
	}
}

// readOnce reads once, and reports whether there may be more.
func (d *portableWorker) readOnce(i int, conn net.Conn, buf []byte) (n int, more bool) {
	n, err := conn.Read(buf)
	now := d.clock()
	d.shard.Lock()
	defer d.shard.Unlock()
	if d.conns[i].conn != conn {
		return n, false // the session has ended, and may live again
	}
	d.received(i, now, buf[:n], nil)
	if d.catchUp(i, conn) && err != nil {
		d.received(i, d.clock(), nil, err)
	}
	d.checkpoint(now)
	more = err == nil && d.conns[i].conn == conn
	if err != nil && d.conns[i].conn == conn {
		d.close(i)
	}
	return n, more
}

// catchUp has session i take in what it is behind with, and lets others have the
// worker in between. It reports whether the session goes on.
func (d *portableWorker) catchUp(i int, conn net.Conn) bool {
	for d.conns[i].conn == conn && d.sessions[i].behind(d.worker) {
		d.checkpoint(d.clock())
		d.shard.Unlock()
		runtime.Gosched()
		d.shard.Lock()
		if d.conns[i].conn == conn {
			d.received(i, d.clock(), nil, nil)
		}
	}
	return d.conns[i].conn == conn
}

// received hands bytes, and the end of the stream, to session i and answers.
func (d *portableWorker) received(i int, now time.Duration, p []byte, err error) {
	s := &d.sessions[i]
	s.receive(d.worker, now, p)
	if err != nil {
		if err != io.EOF {
			err = errorCause(err)
		}
		s.ended(d.worker, now, classifyIO(err), err)
	}
	if !d.fill(i, now) {
		d.settleDown(i)
		return
	}
	// What is unanswered does not fit the small buffers of a bad reader.
	if d.inline && !s.aside() {
		d.flush(i)
		return
	}
	d.flushBeside(i)
}
