package echoserver

import (
	"fmt"
	"strings"
	"sync/atomic"
)

// Counts is what the faults of a Server did. All are since Listen, over all
// connections, and 0 for a server without faults, which does not count.
type Counts struct {
	Connections int64 // accepted by the server, refused ones included
	Refused     int64 // opening handshakes answered with 503
	Messages    int64 // data messages received
	Replies     int64 // to be sent, each duplicate counted; Overflowed and Dropped are not among them
	Dropped     int64
	Flipped     int64
	Duplicated  int64
	Reordered   int64 // pairs
	Overflowed  int64 // copies of a broadcast that found a full queue
	NoPong      int64 // pings left unanswered
	Closed      int64 // closing handshakes begun because of CloseAfter
	Reset       int64 // by ResetAfter
	ResetOnClose,
	NoClose,
	CloseAnswer int64 // Closes answered with that code
}

// counters are Counts while they are counted.
type counters struct {
	connections, refused, messages, replies, dropped, flipped, duplicated, reordered, overflowed,
	noPong, closed, reset, resetOnClose, noClose, closeAnswer atomic.Int64
}

// Counts returns what the faults have done so far.
func (s *Server) Counts() Counts {
	if s.instrument == nil {
		return Counts{}
	}
	c := &s.instrument.counters
	return Counts{
		Connections: c.connections.Load(), Refused: c.refused.Load(),
		Messages: c.messages.Load(), Replies: c.replies.Load(),
		Dropped: c.dropped.Load(), Flipped: c.flipped.Load(), Duplicated: c.duplicated.Load(),
		Reordered: c.reordered.Load(), Overflowed: c.overflowed.Load(), NoPong: c.noPong.Load(),
		Closed: c.closed.Load(), Reset: c.reset.Load(), ResetOnClose: c.resetOnClose.Load(),
		NoClose: c.noClose.Load(), CloseAnswer: c.closeAnswer.Load(),
	}
}

// String returns what was counted, without what did not happen: "connections 50,
// messages 1000, replies 990, dropped 10".
func (c Counts) String() string {
	var parts []string
	for _, count := range []struct {
		name string
		n    int64
	}{
		{"connections", c.Connections}, {"refused", c.Refused}, {"messages", c.Messages}, {"replies", c.Replies},
		{"dropped", c.Dropped}, {"flipped", c.Flipped}, {"duplicated", c.Duplicated}, {"reordered", c.Reordered},
		{"overflowed", c.Overflowed}, {"pings unanswered", c.NoPong}, {"closed", c.Closed}, {"reset", c.Reset},
		{"reset on close", c.ResetOnClose}, {"closes unanswered", c.NoClose}, {"closes answered otherwise", c.CloseAnswer},
	} {
		if count.n != 0 {
			parts = append(parts, fmt.Sprintf("%s %d", count.name, count.n))
		}
	}
	return strings.Join(parts, ", ")
}
