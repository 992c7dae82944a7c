package loadgen

import "time"

// An agenda holds, for each session of a worker that waits for an instant, that
// instant: a binary min-heap with the position of every session in it, so that
// an entry can be moved.
type agenda struct {
	heap []entry
	pos  []int32 // by session: index into heap, or -1
}

type entry struct {
	at      time.Duration
	session int32
}

func newAgenda(sessions int) agenda {
	a := agenda{pos: make([]int32, sessions)}
	for i := range a.pos {
		a.pos[i] = -1
	}
	return a
}

// next returns the earliest instant, never if there is none.
func (a *agenda) next() time.Duration {
	if len(a.heap) == 0 {
		return never
	}
	return a.heap[0].at
}

// pop takes out the session whose instant has come, earliest first.
func (a *agenda) pop(now time.Duration) (session int, ok bool) {
	if len(a.heap) == 0 || a.heap[0].at > now {
		return 0, false
	}
	session = int(a.heap[0].session)
	a.set(session, never)
	return session, true
}

// set makes at the instant that session waits for; never takes it out.
func (a *agenda) set(session int, at time.Duration) {
	i := int(a.pos[session])
	switch {
	case i < 0 && at == never:
		return
	case i < 0:
		i = len(a.heap)
		a.heap = append(a.heap, entry{at, int32(session)})
		a.pos[session] = int32(i)
		a.up(i)
		return
	case at != never:
		was := a.heap[i].at
		a.heap[i].at = at
		if at < was {
			a.up(i)
		} else if at > was {
			a.down(i)
		}
		return
	}
	last := len(a.heap) - 1
	moved := a.heap[last]
	a.heap = a.heap[:last]
	a.pos[session] = -1
	if i == last {
		return
	}
	a.heap[i] = moved
	a.pos[moved.session] = int32(i)
	if !a.up(i) {
		a.down(i)
	}
}

// up moves entry i towards the root and reports whether it moved.
func (a *agenda) up(i int) bool {
	e, start := a.heap[i], i
	for i > 0 {
		parent := (i - 1) / 2
		if a.heap[parent].at <= e.at {
			break
		}
		a.place(i, a.heap[parent])
		i = parent
	}
	a.place(i, e)
	return i != start
}

func (a *agenda) down(i int) {
	e := a.heap[i]
	for {
		child := 2*i + 1
		if child >= len(a.heap) {
			break
		}
		if right := child + 1; right < len(a.heap) && a.heap[right].at < a.heap[child].at {
			child = right
		}
		if a.heap[child].at >= e.at {
			break
		}
		a.place(i, a.heap[child])
		i = child
	}
	a.place(i, e)
}

func (a *agenda) place(i int, e entry) {
	a.heap[i] = e
	a.pos[e.session] = int32(i)
}
