package wsclient

import (
	"context"
	"encoding/binary"
	"errors"
	"sync"
)

// Ping sends a ping and waits for its pong. Somebody has to read meanwhile. A
// pong that answers a later ping answers this one too, because a peer may skip
// pings. RFC 6455, Sections 5.5.2 and 5.5.3.
func (c *Conn) Ping(ctx context.Context) error {
	number, pong := c.pings.add()
	defer c.pings.remove(number)
	var payload [8]byte
	binary.BigEndian.PutUint64(payload[:], number)
	if err := c.writeFrame(ctx, FrameHeader{Fin: true, Opcode: OpPing}, payload[:]); err != nil {
		return err
	}
	select {
	case <-pong:
		return nil
	case <-c.done:
		return c.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// pong answers a ping. That does not depend on how long a reader wants to wait: a
// ping that was read has to be answered, and half a frame cannot be taken back.
// RFC 6455, Section 5.5.3.
func (c *Conn) pong(payload []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), c.closeTimeout)
	defer cancel()
	err := c.writeFrame(ctx, FrameHeader{Fin: true, Opcode: OpPong}, payload)
	if err == nil || errors.Is(err, errCloseSent) {
		return nil
	}
	return c.broken("answering a ping", err)
}

// pings are the pings that wait for their pongs, by number; the number is the
// payload. The zero value is ready.
type pings struct {
	mu      sync.Mutex
	last    uint64
	waiting map[uint64]chan struct{}
}

func (p *pings) add() (number uint64, pong <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting == nil {
		p.waiting = make(map[uint64]chan struct{})
	}
	p.last++
	ch := make(chan struct{})
	p.waiting[p.last] = ch
	return p.last, ch
}

func (p *pings) remove(number uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.waiting, number)
}

// answered takes a pong's payload. A pong that nobody asked for is no error.
func (p *pings) answered(payload []byte) {
	if len(payload) != 8 {
		return
	}
	number := binary.BigEndian.Uint64(payload)
	p.mu.Lock()
	defer p.mu.Unlock()
	if number > p.last {
		return
	}
	for n, ch := range p.waiting {
		if n <= number {
			close(ch)
			delete(p.waiting, n)
		}
	}
}
