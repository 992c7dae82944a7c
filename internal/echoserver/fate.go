package echoserver

import (
	"bytes"
	"time"
)

// fate is what the draws have in store for one reply.
type fate struct {
	number    uint64 // of the reply on its connection, from 1
	drop      bool
	flip      int // index of the payload's byte, or -1
	duplicate bool
	swap      bool
	delay     time.Duration
}

// fate draws for the next reply of the connection, of size bytes, and counts it.
func (f *faultyConn) fate(size int) fate {
	n := f.replies.Add(1)
	ft := fate{number: n, flip: -1}
	if f.chance(f.faults.Drop, drawDrop, n) {
		ft.drop = true
		f.counters.dropped.Add(1)
		return ft
	}
	f.counters.replies.Add(1)
	if size > 0 && f.chance(f.faults.Flip, drawFlip, n) {
		ft.flip = int(draw(f.faults.Seed, drawFlipAt, f.number, n) * float64(size))
		f.counters.flipped.Add(1)
	}
	if f.chance(f.faults.Duplicate, drawDuplicate, n) {
		ft.duplicate = true
		f.counters.duplicated.Add(1)
		f.counters.replies.Add(1)
	}
	ft.swap = f.chance(f.faults.Reorder, drawReorder, n)
	if f.faults.Delay.Kind != DelayNone {
		ft.delay = f.faults.Delay.Quantile(draw(f.faults.Seed, drawDelay, f.number, n))
	}
	return ft
}

// parcel is a message for one or many connections. Its frames, plain and
// compressed, are made when they are first wanted, and nobody writes to them.
// Owned by the goroutine that received the message.
type parcel struct {
	m             *message // the receiver's
	plain, packed []byte
}

// frame returns the message as a frame that may be kept.
func (p *parcel) frame(compress bool) ([]byte, error) {
	if !compress {
		if p.plain == nil {
			p.plain = bytes.Clone(p.m.frame())
		}
		return p.plain, nil
	}
	if p.packed == nil {
		m, err := deflate(p.m)
		if err != nil {
			return nil, err
		}
		defer m.free()
		p.packed = bytes.Clone(m.frame())
	}
	return p.packed, nil
}

// flipped returns a parcel of the same message with one bit inverted. The caller
// frees its message.
func (p *parcel) flipped(at int) *parcel {
	m := newMessage(p.m.op, false)
	m.Write(p.m.payload())
	m.flip(at)
	return &parcel{m: m}
}

// flip inverts the lowest bit of a byte: what was ASCII stays ASCII, so that the
// receiver sees another message and not a violation of the protocol.
func (m *message) flip(at int) { m.payload()[at] ^= 1 }

// copyTo queues a copy of p for f. Where that has to wait for room, wait decides
// whether it does or is given up. read is when the message had been read.
func (p *parcel) copyTo(f *faultyConn, read time.Duration, wait bool) error {
	ft := f.fate(len(p.m.payload()))
	if ft.drop {
		return nil
	}
	if ft.flip >= 0 {
		p = p.flipped(ft.flip)
		defer p.m.free()
	}
	frame, err := p.frame(f.deflate)
	if err != nil {
		return err
	}
	if ft.duplicate {
		frame = bytes.Repeat(frame, 2)
	}
	it := item{frame: frame, reply: ft.number, read: read, ready: read, drawn: ft.delay}
	if !f.out.reply(it, ft.swap, wait) {
		f.counters.overflowed.Add(1)
	}
	return nil
}
