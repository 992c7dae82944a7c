package loadgen

import (
	"context"
	"crypto/tls"
	"net"
	"time"
)

// watchEvery is how often a connection that does not read is looked at.
const watchEvery = 100 * time.Millisecond

// sip reads slowly from the connection of session i, until the session reads on or
// ctx ends, and reports whether there is more to read.
func (d *portableWorker) sip(ctx context.Context, i int, conn net.Conn) (more bool) {
	buf := make([]byte, d.plan.portion())
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		n, more := d.readOnce(i, conn, buf)
		if !more {
			return false
		}
		timer.Reset(d.plan.digest(n))
		select {
		case <-timer.C:
		case <-ctx.Done():
			return true
		}
		d.shard.Lock()
		reading := d.sessions[i].reading()
		d.shard.Unlock()
		// What a peer has left behind that is gone is read at once.
		if reading == readsOn || hungUp(bare(conn)) != nil {
			return true
		}
	}
}

// watch looks whether the peer has ended the connection of session i, which does
// not read, until ctx ends. Where the system does not tell, a write that fails has
// to.
func (d *portableWorker) watch(ctx context.Context, i int, conn net.Conn) {
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		err := hungUp(bare(conn))
		now := d.clock()
		d.shard.Lock()
		if err != nil {
			d.sessions[i].ended(d.worker, now, classifyIO(err), err)
			d.settleDown(i)
			d.close(i)
			d.checkpoint(now)
		}
		over := d.conns[i].conn == nil
		d.shard.Unlock()
		if over {
			return
		}
	}
}

// bare returns what a TLS connection is made over.
func bare(conn net.Conn) net.Conn {
	if t, ok := conn.(*tls.Conn); ok {
		return t.NetConn()
	}
	return conn
}
