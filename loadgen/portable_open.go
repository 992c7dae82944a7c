package loadgen

import (
	"context"
	"net"
	"time"

	"wsstorm/wsclient"
)

// open opens connection k along its route, with a receive buffer of that many
// bytes unless it is 0. The error is a *wsclient.OpenError.
func (p *portable) open(ctx context.Context, k uint32, receive int) (*wsclient.Transport, error) {
	d := p.dialer
	d.ReceiveBuffer = receive
	if p.routes == nil {
		return d.Open(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, p.dialer.Timeout)
	defer cancel()
	var way route
	var lookUp time.Duration
	if p.routes.named() {
		start := time.Now()
		found, err := p.dialer.Resolve(ctx)
		if err == nil {
			way, err = p.routes.resolved(k, found)
		}
		if err != nil {
			return nil, err
		}
		lookUp = time.Since(start)
	} else {
		way = p.routes.of(k)
	}
	d.Addrs = way.to
	if way.from.IsValid() {
		d.LocalAddr = &net.TCPAddr{IP: way.from.AsSlice(), Zone: way.from.Zone()}
	}
	t, err := d.Open(ctx)
	if err == nil {
		t.Timings.DNS = lookUp
	}
	return t, err
}

// serve opens the connection of session i and reads from it to its end.
func (d *portableWorker) serve(ctx context.Context, i int) {
	s := &d.sessions[i]
	t, err := d.driver.open(ctx, s.id, d.plan.receiveBuffer(s.habit))
	d.shard.Lock()
	now := d.clock()
	var conn net.Conn
	switch {
	case err != nil:
		s.ended(d.worker, now, classifyOpen(err), err)
		d.settleDown(i)
	case s.state != stateOpening:
		t.Conn.Close()
	default:
		conn = t.Conn
		d.conns[i].conn = conn
		if t.Deflate != nil {
			s.agree(d.worker, *t.Deflate)
		}
		d.countSYNs(t)
		s.opened(d.worker, now, t.Timings)
		d.received(i, now, t.Buffered, nil)
		d.catchUp(i, conn)
	}
	d.checkpoint(now)
	d.nudge() // another one may be opened
	// While the first bytes were answered, without the lock, the session may have
	// ended and even have begun another life, whose connection others read.
	open, habit := conn != nil && d.conns[i].conn == conn, s.habit
	d.shard.Unlock()
	switch {
	case !open:
	case habit == readsNothing:
		d.watch(ctx, i, conn)
	case habit == readsSlowly && !d.sip(ctx, i, conn):
	default:
		d.read(i, conn)
	}
}

// countSYNs counts the connection if its SYN was retransmitted.
func (d *portableWorker) countSYNs(t *wsclient.Transport) {
	if t.Timings.Connect < slowConnect {
		return
	}
	if tcp, ok := bare(t.Conn).(*net.TCPConn); ok {
		d.retransmitted(synsSentAgain(tcp, t.Timings.Connect), t.Timings.Connect)
	}
}
