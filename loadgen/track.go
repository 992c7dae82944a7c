package loadgen

import "math/bits"

// A track is what one subscriber has received from one publisher.
type track struct {
	next    uint32 // one behind the highest sequence number received
	missing uint32 // of those before next, not in recent either
	recent  uint64 // bit i: next-1-i was received
}

// An order is how a message stands to those that came before it.
type order uint8

const (
	inOrder   order = iota
	overtaken       // a later one came first: RFC 4737, Section 4
	seen            // it came before
)

// recentBits is how far back duplicates are told from latecomers one by one.
const recentBits = 64

// take takes in message seq. Further back than recentBits one that comes is late
// as long as one is missing there, and otherwise a duplicate: a subscriber never
// has more messages than there are.
func (t *track) take(seq uint32) order {
	if ahead := seq - t.next; int32(ahead) >= 0 {
		t.advance(ahead + 1)
		t.recent |= 1
		return inOrder
	}
	back := t.next - 1 - seq
	if back >= recentBits {
		if t.missing == 0 {
			return seen
		}
		t.missing--
		return overtaken
	}
	if t.recent&(1<<back) != 0 {
		return seen
	}
	t.recent |= 1 << back
	return overtaken
}

// advance moves next on by n, at least 1.
func (t *track) advance(n uint32) {
	// What leaves recent and was not received is missing. Bits of before the
	// first message count as received.
	held := min(t.next, recentBits)
	before := t.recent | ^uint64(0)<<held
	if n >= recentBits {
		t.missing += uint32(bits.OnesCount64(^before)) + n - recentBits
		t.recent = 0
	} else {
		t.missing += uint32(bits.OnesCount64(^before >> (recentBits - n)))
		t.recent = before << n
	}
	t.next += n
}
