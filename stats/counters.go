package stats

import "time"

// Counters are what a Shard counts, cumulative over the run. Their owner
// increments them directly, holding the Shard's lock.
type Counters struct {
	// Connections; see Connections for what each means.
	Opened, Failed, Closed, PeerClosed, Dropped, StillOpen int64
	Reattempts, Reopened, Regained, Departed               int64
	ClosedFIN, ClosedRST, Vanished, LeftOpen               int64

	Recovery RecoveryCounters

	// SYNs counts the connections whose SYN was retransmitted: element i those
	// where that happened i+1 times, the last one those of more, too.
	SYNs [MaxSYNs]SYNCounters
	// Cut counts those of PeerClosed and Dropped that are in a group aside: the
	// server's right, and no loss.
	Cut int64
	// Leaving counts those of PeerClosed and Dropped that we had begun to close, or
	// that waited for their last replies before that: no loss to the load either.
	Leaving int64

	// Sizes has one element per entry of the size list, once for each stage of
	// the load or each group: messages whose due time fell into the measured window.
	Sizes []MessageCounters

	// AllSent and AllReceived count every message whatever its due time; the
	// intervals are made of them.
	AllSent, AllReceived int64

	// Overdue counts what had not come when it was given up, and so took longer than
	// any value of its metric; of messages, Sizes knows.
	Overdue [NumMetrics]int64

	// Bytes on the wire. Result.Bytes begins with the measured window: the
	// owner begins to count then.
	BytesSent, BytesReceived int64

	// Of a broadcast: messages without a stamp of this run, over the whole run,
	// and messages of the window that did not reach every subscriber.
	Other, Incomplete int64

	// Deflate counts the payload bytes of connections that negotiated
	// permessage-deflate, before and after it.
	Deflate Compression
}

// MaxSYNs is how many numbers of retransmissions are told apart; a connection
// takes two minutes to come that far.
const MaxSYNs = 8

// SYNCounters are the connections whose SYN was retransmitted equally often.
type SYNCounters struct {
	Connections int64
	Connect     time.Duration // the sum of their connect times
}

// Retransmitted counts a connection whose SYN was sent again n times, at least
// once, before it was answered after so long.
func (c *Counters) Retransmitted(n int, connect time.Duration) {
	s := &c.SYNs[min(n, MaxSYNs)-1]
	s.Connections++
	s.Connect += connect
}

// MessageCounters are the counts behind a Messages, for one entry of the size
// list.
type MessageCounters struct {
	Sent, Received, Lost                          int64
	Mismatched, Duplicated, Reordered, Unexpected int64
	Unsent, Prevented, Blocked                    int64
	Abandoned, Withdrawn                          int64

	// Expected is what Received and Lost add up to in a broadcast: the sum, over
	// the messages sent, of the subscribers that were open then.
	Expected int64
}

func (m *MessageCounters) add(n *MessageCounters) {
	m.Sent += n.Sent
	m.Received += n.Received
	m.Lost += n.Lost
	m.Mismatched += n.Mismatched
	m.Duplicated += n.Duplicated
	m.Reordered += n.Reordered
	m.Unexpected += n.Unexpected
	m.Unsent += n.Unsent
	m.Prevented += n.Prevented
	m.Blocked += n.Blocked
	m.Expected += n.Expected
	m.Abandoned += n.Abandoned
	m.Withdrawn += n.Withdrawn
}

// messages returns the counts as a Messages; lengthS is the time in seconds that
// they were made in.
func (m *MessageCounters) messages(lengthS float64) Messages {
	out := Messages{
		Sent: m.Sent, Received: m.Received, Lost: m.Lost,
		Mismatched: m.Mismatched, Duplicated: m.Duplicated,
		Reordered: m.Reordered, Unexpected: m.Unexpected,
		Unsent: m.Unsent, Prevented: m.Prevented, Blocked: m.Blocked,
		Abandoned: m.Abandoned, Withdrawn: m.Withdrawn,
	}
	if lengthS > 0 {
		out.Rate = float64(m.Received) / lengthS
	}
	return out
}

// reset zeroes c, keeping the length of its size list.
func (c *Counters) reset() {
	sizes := c.Sizes
	clear(sizes)
	*c = Counters{Sizes: sizes}
}

// add adds d to c; both have the same size list.
func (c *Counters) add(d *Counters) {
	c.Opened += d.Opened
	c.Failed += d.Failed
	c.Closed += d.Closed
	c.PeerClosed += d.PeerClosed
	c.Dropped += d.Dropped
	c.StillOpen += d.StillOpen
	for i, s := range d.SYNs {
		c.SYNs[i].Connections += s.Connections
		c.SYNs[i].Connect += s.Connect
	}
	c.Cut += d.Cut
	c.Leaving += d.Leaving
	c.Reattempts += d.Reattempts
	c.Reopened += d.Reopened
	c.Regained += d.Regained
	c.Departed += d.Departed
	c.ClosedFIN += d.ClosedFIN
	c.ClosedRST += d.ClosedRST
	c.Vanished += d.Vanished
	c.LeftOpen += d.LeftOpen
	c.Recovery.add(&d.Recovery)
	for i := range d.Sizes {
		c.Sizes[i].add(&d.Sizes[i])
	}
	c.AllSent += d.AllSent
	c.AllReceived += d.AllReceived
	for m, n := range d.Overdue {
		c.Overdue[m] += n
	}
	c.BytesSent += d.BytesSent
	c.BytesReceived += d.BytesReceived
	c.Other += d.Other
	c.Incomplete += d.Incomplete
	c.Deflate.SentRaw += d.Deflate.SentRaw
	c.Deflate.SentWire += d.Deflate.SentWire
	c.Deflate.ReceivedRaw += d.Deflate.ReceivedRaw
	c.Deflate.ReceivedWire += d.Deflate.ReceivedWire
}

// open returns the number of connections that are open.
func (c *Counters) open() int64 {
	return c.Opened - c.Closed - c.PeerClosed - c.Dropped - c.StillOpen
}
