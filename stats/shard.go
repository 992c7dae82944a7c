package stats

import (
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// maxExample is the length of a failure's example text, in bytes.
const maxExample = 256

// A Shard is where one worker records. The zero value is not usable: call
// NewShard. Its owner holds the lock, taken once per batch of work, around
// every other method and every access to Counters; the Collector takes it once
// per Tick, and only to swap pointers and copy numbers.
type Shard struct {
	mu sync.Mutex
	Counters
	recorders []recorder // see slot
	errors    [NumClasses]int64
	examples  [NumClasses]string
	closes    map[closeCodes]int64
	attempts  []uint32 // to come back, by attemptBin since the first loss
}

// closeCodes are the close codes that went each way on one connection.
type closeCodes struct{ sent, received uint16 }

// NewShard returns an empty Shard for a size list of that many entries, at
// least 1. Where the load has stages, or messages are counted in groups, it is
// the product of both; see NewCollector and NewGroupCollector.
func NewShard(sizes int) *Shard {
	if sizes < 1 {
		panic("stats: a shard needs at least one size")
	}
	s := &Shard{
		recorders: make([]recorder, slots(sizes)),
		closes:    make(map[closeCodes]int64),
	}
	// The spare capacity keeps the counters of two shards, which different
	// cores write, out of one cache line.
	s.Sizes = make([]MessageCounters, sizes, sizes+2)
	return s
}

// A shard's recorders are one slice, so that the collector treats all alike:
// the headline (RTT, in a broadcast Delivery) per entry of the size list, the
// other metrics, and the headline outside of the measured window.

// slots returns the number of recorders for that many sizes.
func slots(sizes int) int { return sizes + int(NumMetrics-1) + 1 }

// slot returns the index of m; of RTT, that of the first size.
func slot(sizes int, m Metric) int {
	if m == RTT {
		return 0
	}
	return sizes + int(m) - 1
}

// Lock locks the shard.
func (s *Shard) Lock() { s.mu.Lock() }

// Unlock unlocks the shard.
func (s *Shard) Unlock() { s.mu.Unlock() }

// Record records one duration. Durations below 0 and above 1 h are clamped,
// and counted in Latency.Clamped. RTT and Service belong to RecordReply, which
// knows the size; an RTT given here counts for the first size.
//
// Record allocates only at the first value of a metric.
func (s *Shard) Record(m Metric, d time.Duration) {
	s.recorders[slot(len(s.Sizes), m)].record(d)
}

// RecordReply records the two durations of a reply to a message of the given
// index into the size list. With window false, the message having been due
// outside of the measured window, rtt is seen by the intervals only, and
// service not at all.
//
// RecordReply allocates only at the first value of either kind.
func (s *Shard) RecordReply(window bool, size int, rtt, service time.Duration) {
	if !window {
		s.recorders[len(s.recorders)-1].record(rtt)
		return
	}
	s.recorders[size].record(rtt)
	s.recorders[slot(len(s.Sizes), Service)].record(service)
}

// RecordAside records the RTT of a reply that belongs to a group aside, was due
// in the measured window, and is in no other number.
func (s *Shard) RecordAside(size int, rtt time.Duration) { s.recorders[size].record(rtt) }

// RecordDelivery records the receipt of a broadcast message by one subscriber, a
// message of the given index into the size list. With window false it is seen by
// the intervals only.
//
// RecordDelivery allocates only at the first value.
func (s *Shard) RecordDelivery(window bool, size int, d time.Duration) {
	if !window {
		size = len(s.recorders) - 1
	}
	s.recorders[size].record(d)
}

// Fail counts one failure. The first example of each class is kept, cut to 256
// bytes; WantsExample tells whether it would be.
func (s *Shard) Fail(c Class, example string) { s.FailN(c, 1, example) }

// FailN counts n failures of one kind, n at least 1; otherwise it is Fail.
func (s *Shard) FailN(c Class, n int64, example string) {
	s.errors[c] += n
	if s.examples[c] == "" {
		s.examples[c] = cutExample(example)
	}
}

// WantsExample reports whether Fail would keep an example of c, so that its
// caller need not format one in vain.
func (s *Shard) WantsExample(c Class) bool { return s.examples[c] == "" }

// CloseCodes counts a connection by the close codes that went each way; see
// CloseCount for the values without a frame or a code.
func (s *Shard) CloseCodes(sent, received uint16) {
	s.closes[closeCodes{sent, received}]++
}

// cutExample makes text valid UTF-8 of at most maxExample bytes: it may quote
// whatever a peer has sent.
func cutExample(text string) string {
	cut := len(text) > maxExample
	if cut {
		end := maxExample - len("…")
		for end > 0 && !utf8.RuneStart(text[end]) {
			end--
		}
		text = text[:end]
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	if cut {
		text += "…"
	}
	return text
}
