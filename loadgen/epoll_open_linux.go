//go:build linux && !wsstorm_portable

package loadgen

import (
	"context"
	"io"
	"net"
	"net/netip"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"wsstorm/wsclient"
)

// epollConn is what the event loop keeps of a connection beside its session.
type epollConn struct {
	fd         int32
	unfinished bool     // it is among the event loop's
	opening    *opening // until the handshake is verified
}

// opening is a connection on its way to being open. A worker reuses them.
type opening struct {
	from      netip.Addr
	addrs     []netip.AddrPort // still to be tried, the current one first
	since     time.Duration    // beginning of the current step
	until     time.Duration    // when to give up
	connected bool
	timings   wsclient.Timings
	handshake wsclient.Handshake
}

// resolution is the outcome of looking up the target's name for a session.
type resolution struct {
	session int
	route   route
	err     error
}

// interest is what the event loop wants to know of a socket, edge triggered:
// registered once, and no event repeats what is known.
const interest = unix.EPOLLIN | unix.EPOLLOUT | unix.EPOLLRDHUP | unix.EPOLLET

// hangup is what says that the peer will send no more.
const hangup = unix.EPOLLRDHUP | unix.EPOLLHUP | unix.EPOLLERR

// openDue begins the connections that are due, and returns when to do so again.
// What falls due meanwhile has to wait: a server that refuses at once would
// otherwise keep the loop here.
func (l *eventLoop) openDue(ctx context.Context) time.Duration {
	now := l.clock()
	for {
		i, again := l.dial(now, l.concurrency)
		if i < 0 {
			return again
		}
		var o *opening
		if n := len(l.spare); n > 0 {
			o, l.spare = l.spare[n-1], l.spare[:n-1]
		} else {
			o = new(opening)
		}
		since := l.clock()
		*o = opening{since: since, until: since + l.plan.ConnectTimeout}
		l.conns[i].opening = o
		s := &l.sessions[i]
		s.deadline = o.until
		l.agenda.set(i, s.deadline)
		if !l.driver.routes.named() {
			o.take(l.driver.routes.of(s.id))
			l.connect(i)
			continue
		}
		l.wakers.Add(1)
		k := s.id
		l.group.Go(func() error {
			defer l.wakers.Done()
			l.resolve(ctx, i, k)
			return nil
		})
	}
}

// take begins a route.
func (o *opening) take(r route) { o.from, o.addrs = r.from, r.to }

// resolve looks up the target's name for session i, which is connection k; it
// runs beside the loop, and may outlast the session's life.
func (l *eventLoop) resolve(ctx context.Context, i int, k uint32) {
	ctx, cancel := context.WithTimeout(ctx, l.plan.ConnectTimeout)
	defer cancel()
	var way route
	addrs, err := l.driver.dialer.Resolve(ctx)
	if err == nil {
		way, err = l.driver.routes.resolved(k, addrs)
	}
	l.shard.Lock()
	l.resolved = append(l.resolved, resolution{i, way, err})
	l.shard.Unlock()
	l.poller.wake()
}

// connectResolved goes on with the sessions whose names are known now.
func (l *eventLoop) connectResolved() {
	for _, r := range l.resolved {
		o := l.conns[r.session].opening
		if o == nil || len(o.addrs) > 0 {
			continue // given up meanwhile, and perhaps begun again
		}
		now := l.clock()
		o.timings.DNS = now - o.since
		o.since = now
		if r.err != nil {
			l.sessions[r.session].ended(l.worker, now, classifyOpen(r.err), r.err)
			l.settleDown(r.session)
			continue
		}
		o.take(r.route)
		l.connect(r.session)
	}
	l.resolved = l.resolved[:0]
}

// connect begins to connect session i to its current address, or to the first
// one behind it that does not fail at once. As long as there are others, an address
// has its share of the time that is left.
func (l *eventLoop) connect(i int) {
	c := &l.conns[i]
	o := c.opening
	var err error
	for {
		now := l.clock()
		l.sessions[i].deadline = now + (o.until-now)/time.Duration(len(o.addrs))
		var inProgress bool
		if c.fd, inProgress, err = connectSocket(o.from, o.addrs[0], l.plan.receiveBuffer(l.sessions[i].habit)); err == nil {
			if err = l.poller.add(c.fd, i, interest); err != nil {
				break
			}
			if !inProgress {
				l.connected(i)
			}
			l.agenda.set(i, l.sessions[i].deadline)
			return
		}
		if len(o.addrs) == 1 {
			break // it stays, for the error to name it
		}
		o.addrs = o.addrs[1:]
	}
	l.refuse(i, err)
	l.settleDown(i)
}

// connectNext begins to connect session i, whose current address has failed, to the
// next one, and reports whether there is one.
func (l *eventLoop) connectNext(i int) bool {
	c := &l.conns[i]
	o := c.opening
	if o.connected || len(o.addrs) < 2 {
		return false
	}
	o.timings.Connect += l.clock() - o.since
	o.since = l.clock()
	o.addrs = o.addrs[1:]
	unix.Close(int(c.fd))
	c.fd = -1
	l.connect(i)
	return true
}

// connected sends the upgrade request on connection i.
func (l *eventLoop) connected(i int) {
	c := &l.conns[i]
	o := c.opening
	now := l.clock()
	o.timings.Connect += now - o.since
	if now-o.since >= slowConnect {
		l.retransmitted(retransmissions(int(c.fd)), now-o.since)
	}
	o.since = now
	o.connected = true
	l.sessions[i].deadline = o.until
	o.handshake = l.driver.dialer.Upgrade.Start()
	out := o.handshake.AppendRequest(l.out)
	if n, _ := writeSocket(c.fd, out); n < len(out) {
		// Larger than the socket buffer, or a broken connection: what follows
		// tells, the rest goes out when there is room.
		l.keep(i, out[n:])
	}
}

// openReady handles an event of connection i before it is open.
func (l *eventLoop) openReady(i int, events uint32) {
	c := &l.conns[i]
	o := c.opening
	if !o.connected {
		if err := connectOutcome(c.fd); err != nil {
			if !l.connectNext(i) {
				l.refuse(i, err)
			}
			return
		}
		if events&unix.EPOLLOUT == 0 {
			return
		}
		l.connected(i)
	}
	if len(l.pending[i]) > 0 {
		l.writePending(i)
	}
	if events&(unix.EPOLLIN|hangup) != 0 {
		l.readResponse(i, events)
	}
}

// readResponse reads the server's answer to the upgrade request.
func (l *eventLoop) readResponse(i int, events uint32) {
	c, s := &l.conns[i], &l.sessions[i]
	o := c.opening
	for {
		n, errno := readSocket(c.fd, l.in)
		now := l.clock()
		switch {
		case errno == unix.EAGAIN:
			return
		case errno != 0:
			l.refuse(i, o.handshake.Finish(errno))
			return
		case n == 0:
			l.refuse(i, o.handshake.Finish(io.EOF))
			return
		}
		rest, done, err := o.handshake.Feed(l.in[:n])
		if err != nil {
			l.refuse(i, err)
			return
		}
		if !done {
			continue
		}
		o.timings.Upgrade = now - o.since
		if agreed, ok := o.handshake.Deflate(); ok {
			s.agree(l.worker, agreed)
		}
		s.opened(l.worker, now, o.timings)
		l.spare = append(l.spare, o)
		c.opening = nil
		s.receive(l.worker, now, rest)
		l.flush(i, now)
		if events&hangup != 0 || n == len(l.in) || s.behind(l.worker) {
			l.take(i, true, now) // nothing will announce it again
		}
		return
	}
}

// refuse takes note that connection i could not be opened.
func (l *eventLoop) refuse(i int, err error) {
	o := l.conns[i].opening
	open := &wsclient.OpenError{Stage: wsclient.StageConnect, Addr: l.plan.Target.Authority, Err: err}
	switch {
	case o.connected:
		open.Stage = wsclient.StageUpgrade
		if err == context.DeadlineExceeded {
			open.Err = o.handshake.Finish(err)
		}
	case len(o.addrs) > 0:
		open.Addr = o.addrs[0].String()
		if o.from.IsValid() {
			open.From = o.from.String()
		}
	case o.timings.DNS == 0 && l.driver.routes.named():
		open.Stage = wsclient.StageDNS
	}
	l.sessions[i].ended(l.worker, l.clock(), classifyOpen(open), open)
}

// zoneID returns the number of an IPv6 zone: an interface's index or name.
func zoneID(zone string) uint32 {
	if zone == "" {
		return 0
	}
	if n, err := strconv.ParseUint(zone, 10, 32); err == nil {
		return uint32(n)
	}
	if i, err := net.InterfaceByName(zone); err == nil {
		return uint32(i.Index)
	}
	return 0
}
