package echoserver

import (
	"net"
	"sync"
	"time"
)

const (
	// itemCost is what a waiting frame counts for besides its bytes.
	itemCost = 64
	// maxSpare keeps one long queue from pinning its memory for good.
	maxSpare = 256
)

// item is what waits to be sent: a frame, perhaps twice in a row, or several
// control frames.
type item struct {
	frame []byte        // nobody writes to it
	reply uint64        // its number on the connection; 0 for control frames
	read  time.Duration // when what it answers was read
	ready time.Duration // when it could first be served: read, or when it traded places
	drawn time.Duration // its service time
}

func (it *item) cost() int { return len(it.frame) + itemCost }

// outbox is the queue in which the replies of one connection wait, and keep
// their order. It has many hands: the connection's goroutine and those of other
// connections put in, and whoever finds the first item due writes it, without
// waiting. That is who puts it in, or the delay line. What the kernel does not
// take at once, a goroutine that exists for as long as that takes writes.
type outbox struct {
	*instrument
	conn    net.Conn // the bare socket
	number  uint64
	peer    string // for the log
	limit   int    // in bytes, as item.cost counts
	attempt *attempt

	mu       sync.Mutex
	changed  sync.Cond // there is room, or nothing left, or err
	queue    []item    // from first on
	first    int
	cost     int
	busy     bool // not open yet, or in the line, or a goroutine writes
	free     time.Duration
	withheld *item // waits for the next reply, to trade places
	release  *time.Timer
	sealed   bool  // no more replies: a Close frame comes
	err      error // the connection has failed

	// The delay line's, under its lock.
	due   time.Duration
	place int // in the heap, from 1; 0 outside
}

// newOutbox returns an outbox that sends nothing before open.
func newOutbox(in *instrument, conn *net.TCPConn, number uint64) *outbox {
	raw, _ := conn.SyscallConn() // fails for a nil connection only
	o := &outbox{instrument: in, conn: conn, number: number, limit: in.faults.Queue, attempt: newAttempt(raw), busy: true}
	o.changed.L = &o.mu
	if in.log != nil {
		o.peer = conn.RemoteAddr().String()
	}
	return o
}

// open begins to send.
func (o *outbox) open() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.busy = false
	o.start()
}

// reply queues a reply, which changes places with the next one where swap is
// set. Where there is no room it waits or, with wait false, reports that there
// is none. After seal, and once the connection has failed, replies come to
// nothing.
func (o *outbox) reply(it item, swap, wait bool) (room bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !wait && o.crowded(&it) {
		return false
	}
	for o.crowded(&it) {
		o.changed.Wait()
	}
	if o.err != nil || o.sealed {
		return true
	}
	switch other := o.withheld; {
	case other != nil:
		o.withheld = nil
		o.release.Stop()
		o.counters.reordered.Add(1)
		other.ready = it.ready
		o.push(it)
		o.push(*other)
	case swap:
		held := &it
		o.withheld = held
		o.release = time.AfterFunc(o.faults.ReorderWait, func() { o.giveUp(held) })
	default:
		o.push(it)
	}
	o.start()
	return true
}

// crowded reports whether there is no room for it.
func (o *outbox) crowded(it *item) bool {
	return o.err == nil && o.cost > 0 && o.cost+it.cost() > o.limit
}

// giveUp sends a reply that no other has followed.
func (o *outbox) giveUp(held *item) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.withheld == held {
		o.sendWithheld()
	}
}

func (o *outbox) sendWithheld() {
	o.withheld.ready = o.clock()
	o.push(*o.withheld)
	o.withheld = nil
	o.start()
}

// control queues control frames, waiting for room. The bytes are copied.
func (o *outbox) control(p []byte) error {
	now := o.clock()
	it := item{frame: append([]byte(nil), p...), read: now, ready: now}
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.crowded(&it) {
		o.changed.Wait()
	}
	if o.err == nil {
		o.push(it)
		o.start()
	}
	return o.err
}

// seal ends the replies: RFC 6455, Section 5.5.1, has no data follow a Close.
func (o *outbox) seal() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sealed = true
	if o.withheld != nil {
		o.release.Stop()
		o.sendWithheld()
	}
}

// drain waits until everything is sent or the connection has failed.
func (o *outbox) drain() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.err == nil && (o.cost > 0 || o.withheld != nil) {
		o.changed.Wait()
	}
}

// fail throws away what is not sent; err is what control returns from now on.
func (o *outbox) fail(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.failLocked(err)
}

func (o *outbox) failLocked(err error) {
	if o.err != nil {
		return
	}
	o.err = err
	o.queue, o.first, o.cost = nil, 0, 0
	if o.withheld != nil {
		o.release.Stop()
		o.withheld = nil
	}
	o.line.remove(o)
	o.changed.Broadcast()
}

// fire is the delay line's call: the first item is due.
func (o *outbox) fire() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.busy = false
	o.start()
}

func (o *outbox) push(it item) {
	if o.first > 32 && 2*o.first > len(o.queue) {
		n := copy(o.queue, o.queue[o.first:])
		clear(o.queue[n:])
		o.queue, o.first = o.queue[:n], 0
	}
	o.queue = append(o.queue, it)
	o.cost += it.cost()
}

// start sends what is due, unless somebody is at it.
func (o *outbox) start() {
	if o.busy {
		return
	}
	if rest := o.advance(); rest != nil {
		o.writers.Go(func() { o.write(rest) })
	}
}

// advance sends as much as is due and as the kernel takes. It returns what has to
// be waited for, or nil where nothing is due; either way busy is set accordingly.
func (o *outbox) advance() (rest []byte) {
	for o.err == nil && o.first < len(o.queue) {
		it := &o.queue[o.first]
		due := o.stalls.over(max(it.ready, o.free) + it.drawn)
		now := o.clock()
		if due > now {
			o.busy = true
			o.line.add(o, due)
			return nil
		}
		n, err := o.attempt.try(it.frame)
		switch {
		case err != nil:
			o.failLocked(err)
		case n < len(it.frame):
			o.busy = true
			return it.frame[n:]
		default:
			o.sent(it, now)
		}
	}
	o.busy = false
	return nil
}

// sent takes the first item off the queue; at is when the kernel got it.
func (o *outbox) sent(it *item, at time.Duration) {
	begin := max(it.ready, o.free)
	if o.log != nil && it.reply > 0 {
		o.log.add(o.number, o.peer, it.reply, at-it.read, begin-it.read, it.drawn)
	}
	o.free = o.stalls.over(begin + it.drawn)
	o.cost -= it.cost()
	*it = item{}
	if o.first++; o.first == len(o.queue) {
		o.queue, o.first = o.queue[:0], 0
		if cap(o.queue) > maxSpare {
			o.queue = nil
		}
	}
	o.changed.Broadcast()
}

// write writes what has to be waited for, and what is due then.
func (o *outbox) write(rest []byte) {
	for rest != nil {
		o.pause()
		_, err := o.conn.Write(rest)
		o.mu.Lock()
		switch {
		case o.err != nil:
			rest = nil // the queue is gone
		case err != nil:
			o.failLocked(err)
			rest = nil
		default:
			o.sent(&o.queue[o.first], o.clock())
			rest = o.advance()
		}
		o.mu.Unlock()
	}
}
