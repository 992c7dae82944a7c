package loadgen

import (
	"time"

	"wsstorm/stats"
)

// A receipt is what is known of a message of a broadcast: by one worker about
// its own connections since it was last collected, or by the run.
type receipt struct {
	audience    int64 // subscribers that it went out to; 0: not known here
	got         int64 // of them have it
	first, last time.Duration
}

func (r *receipt) take(now time.Duration) {
	if r.got == 0 {
		r.first = now
	}
	r.last = now // a worker's time does not run backwards
	r.got++
}

// merge adds what another worker knows.
func (r *receipt) merge(o receipt) {
	r.audience += o.audience
	if o.got == 0 {
		return
	}
	if r.got == 0 || o.first < r.first {
		r.first = o.first
	}
	r.last = max(r.last, o.last)
	r.got += o.got
}

// receipts holds them by message. Once a second the run exchanges a worker's for
// an empty one, which allocates nothing while it has room.
type receipts struct {
	index map[uint64]int32
	all   []receipt
	keys  []uint64

	// The last message asked for: a message comes to many subscribers in a row.
	key uint64
	at  int32
}

func newReceipts() *receipts { return &receipts{index: make(map[uint64]int32), at: -1} }

func messageKey(publisher, seq uint32) uint64 { return uint64(publisher)<<32 | uint64(seq) }

// of returns the receipt of a message, valid until the next call.
func (r *receipts) of(publisher, seq uint32) *receipt {
	key := messageKey(publisher, seq)
	if r.at >= 0 && r.key == key {
		return &r.all[r.at]
	}
	i, ok := r.index[key]
	if !ok {
		i = int32(len(r.all))
		r.index[key] = i
		r.all = append(r.all, receipt{})
		r.keys = append(r.keys, key)
	}
	r.key, r.at = key, i
	return &r.all[i]
}

func (r *receipts) reset() {
	clear(r.index)
	r.all, r.keys, r.at = r.all[:0], r.keys[:0], -1
}

// maxUndelivered bounds the messages that are remembered because somebody has
// not received them: beyond that the oldest count as incomplete.
const maxUndelivered = 1 << 18

// A ledger brings together what the workers of a broadcast know of each message.
// It is the conductor's.
type ledger struct {
	open  map[uint64]receipt
	order []uint64 // the keys of open, and of some that are complete, oldest first
	spare *receipts
	skews []time.Duration // of messages that became complete, scratch
}

func newLedger() *ledger { return &ledger{open: make(map[uint64]receipt), spare: newReceipts()} }

// collect takes in what the workers have noted since the last call, and records
// the skew of messages that are complete with it.
func (l *ledger) collect(workers []*worker) {
	incomplete := int64(0)
	for _, w := range workers {
		w.shard.Lock()
		w.receipts, l.spare = l.spare, w.receipts
		w.shard.Unlock()
		for i, key := range l.spare.keys {
			l.take(key, l.spare.all[i])
		}
		l.spare.reset()
	}
	for len(l.open) > maxUndelivered {
		incomplete += l.giveUp()
	}
	// The queue also holds what is complete: shorten it before that outgrows
	// what is open.
	if len(l.order) > 2*len(l.open)+1024 {
		kept := l.order[:0]
		for _, key := range l.order {
			if _, ok := l.open[key]; ok {
				kept = append(kept, key)
			}
		}
		l.order = kept
	}
	l.record(workers[0], incomplete)
}

func (l *ledger) take(key uint64, news receipt) {
	r, known := l.open[key]
	r.merge(news)
	if r.audience > 0 && r.got >= r.audience {
		delete(l.open, key)
		if r.audience > 1 { // of one there is no first and last
			l.skews = append(l.skews, r.last-r.first)
		}
		return
	}
	l.open[key] = r
	if !known {
		l.order = append(l.order, key)
	}
}

// giveUp forgets the oldest message and returns 1 if it was sent and did not
// reach all. What was given up before and still trickles in has no audience.
func (l *ledger) giveUp() int64 {
	for len(l.order) > 0 {
		key := l.order[0]
		l.order = l.order[1:]
		if r, ok := l.open[key]; ok {
			delete(l.open, key)
			if r.audience > 0 {
				return 1
			}
			return 0
		}
	}
	return 0
}

// conclude counts what is still open when the run is over.
func (l *ledger) conclude(workers []*worker) {
	l.collect(workers)
	incomplete := int64(0)
	for len(l.open) > 0 {
		incomplete += l.giveUp()
	}
	l.record(workers[0], incomplete)
}

func (l *ledger) record(w *worker, incomplete int64) {
	w.shard.Lock()
	defer w.shard.Unlock()
	for _, d := range l.skews {
		w.shard.Record(stats.Skew, d)
	}
	l.skews = l.skews[:0]
	w.shard.Incomplete += incomplete
}

// concludeBroadcast counts what subscribers did not get, when all is over: who
// sent a message and who did not get it seldom have the same worker.
func (r *run) concludeBroadcast() {
	r.ledger.conclude(r.workers)
	first := r.workers[0].shard
	for slot := range first.Sizes {
		lost := int64(0)
		for _, w := range r.workers {
			w.shard.Lock()
			lost += w.shard.Sizes[slot].Expected - w.shard.Sizes[slot].Received
			w.shard.Unlock()
		}
		if lost <= 0 {
			continue
		}
		first.Lock()
		first.Sizes[slot].Lost += lost
		first.FailN(stats.ErrLost, lost, errUndelivered.Error())
		first.Unlock()
	}
}
