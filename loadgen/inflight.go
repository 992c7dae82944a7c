package loadgen

import "time"

// A sentMessage is what is remembered of a message on its way; everything else
// follows from its sequence number.
type sentMessage struct {
	due  time.Duration // answered: its reply came ahead of an earlier message's
	sent time.Duration
}

// answered marks a message in an inflight whose reply has come out of order.
const answered time.Duration = -1

// An inflight holds the messages of one connection that are on their way,
// consecutive by sequence number, in a ring that grows as it must.
type inflight struct {
	ring []sentMessage // its length is a power of two
	head uint32        // sequence number of the oldest
	n    uint32        // from the oldest to the newest, answered ones in between included

	waiting uint32 // of them not answered
}

// next returns the sequence number that the next message gets.
func (q *inflight) next() uint32 { return q.head + q.n }

// push takes in message next().
func (q *inflight) push(m sentMessage) {
	if int(q.n) == len(q.ring) {
		grown := make([]sentMessage, max(4, 2*len(q.ring)))
		for i := range q.n {
			grown[int(q.head+i)&(len(grown)-1)] = *q.at(q.head + i)
		}
		q.ring = grown
	}
	*q.at(q.next()) = m
	q.n++
	q.waiting++
}

// has reports whether seq is on its way.
func (q *inflight) has(seq uint32) bool {
	return seq-q.head < q.n && q.at(seq).due != answered
}

func (q *inflight) at(seq uint32) *sentMessage { return &q.ring[int(seq)&(len(q.ring)-1)] }

// take removes message seq, which must be on its way.
func (q *inflight) take(seq uint32) sentMessage {
	m := *q.at(seq)
	q.at(seq).due = answered
	q.waiting--
	for q.n > 0 && q.at(q.head).due == answered {
		q.head++
		q.n--
	}
	return m
}
