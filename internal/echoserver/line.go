package echoserver

import (
	"container/heap"
	"sync"
	"sync/atomic"
	"time"
)

// never is later than any instant.
const never = time.Duration(1<<63 - 1)

// line is the delay line: one goroutine that has each outbox send its next reply
// at the instant at which that is due, to some ten microseconds, however many
// there are. It sleeps in the kernel up to shortly before the earliest instant,
// and spins for the rest. A goroutine for each waiting reply that spins would be
// as exact for as many replies as there are cores, and for no more.
type line struct {
	clock    func() time.Duration
	sleeper  *sleeper
	earliest atomic.Int64 // due instant of the first waiting outbox, or never

	mu      sync.Mutex
	waiting lineHeap
	asleep  time.Duration // until when run sleeps; 0 while it does not
	stopped bool
	done    chan struct{}
}

func newLine(clock func() time.Duration) (*line, error) {
	s, err := newSleeper()
	if err != nil {
		return nil, err
	}
	l := &line{clock: clock, sleeper: s, done: make(chan struct{})}
	l.earliest.Store(int64(never))
	return l, nil
}

// add has o.fire called at the given instant. o is not in the line.
func (l *line) add(o *outbox, due time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	o.due = due
	heap.Push(&l.waiting, o)
	l.update()
	if due < l.asleep {
		l.asleep = 0 // one wake is enough
		l.sleeper.wake()
	}
}

// remove takes o out of the line, if it is there. A call of o.fire may be under
// way.
func (l *line) remove(o *outbox) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if o.place > 0 {
		heap.Remove(&l.waiting, o.place-1)
		l.update()
	}
}

func (l *line) update() {
	due := never
	if len(l.waiting) > 0 {
		due = l.waiting[0].due
	}
	l.earliest.Store(int64(due))
}

// run releases what is due until stop.
func (l *line) run() {
	defer close(l.done)
	defer l.sleeper.close()
	l.sleeper.prepare()
	for {
		l.mu.Lock()
		l.asleep = 0
		if l.stopped {
			l.mu.Unlock()
			return
		}
		now, due := l.clock(), time.Duration(l.earliest.Load())
		switch {
		case due <= now:
			o := heap.Pop(&l.waiting).(*outbox)
			l.update()
			l.mu.Unlock()
			o.fire()
		case due-now > spin:
			l.asleep = due - spin
			l.mu.Unlock()
			l.sleeper.sleep(due - spin - now)
		default:
			l.mu.Unlock()
			// What comes before due ends the spinning as well.
			for l.clock() < due && l.earliest.Load() == int64(due) {
			}
		}
	}
}

// stop ends run and waits for its end.
func (l *line) stop() {
	l.mu.Lock()
	l.stopped = true
	l.sleeper.wake()
	l.mu.Unlock()
	<-l.done
}

// lineHeap is a heap of outboxes by their due instants.
type lineHeap []*outbox

func (h lineHeap) Len() int           { return len(h) }
func (h lineHeap) Less(i, j int) bool { return h[i].due < h[j].due }

func (h lineHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i+1, j+1
}

func (h *lineHeap) Push(o any) {
	*h = append(*h, o.(*outbox))
	o.(*outbox).place = len(*h)
}

func (h *lineHeap) Pop() any {
	last := len(*h) - 1
	o := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	o.place = 0
	return o
}
