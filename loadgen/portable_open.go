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
