package loadgen

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestInflightAgainstAList drives the ring and a plain list of what is on its
// way with the same random steps: rings of several sizes, sequence numbers that
// wrap around, replies in any order.
func TestInflightAgainstAList(t *testing.T) {
	for _, c := range []struct {
		name string
		ring int
		head uint32
		most int
	}{
		{"no ring at first", 0, 0, 40},
		{"ring of one", 1, 0, 40},
		{"never full", 64, 7, 20},
		{"across the end of the sequence numbers", 2, 1<<32 - 50, 40},
	} {
		t.Run(c.name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, uint64(c.ring)))
			q := inflight{ring: make([]sentMessage, c.ring), head: c.head}
			next := c.head
			var waiting []uint32
			for range 5000 {
				if len(waiting) < c.most && random.IntN(2) == 0 {
					if got := q.next(); got != next {
						t.Fatalf("next: got %d, want %d", got, next)
					}
					q.push(sentMessage{due: time.Duration(next), sent: time.Duration(next) + 1})
					waiting = append(waiting, next)
					next++
				} else if len(waiting) > 0 {
					// Mostly the oldest, as a server answers.
					i := 0
					if random.IntN(4) == 0 {
						i = random.IntN(len(waiting))
					}
					seq := waiting[i]
					waiting = slices.Delete(waiting, i, i+1)
					want := sentMessage{due: time.Duration(seq), sent: time.Duration(seq) + 1}
					if got := q.take(seq); got != want {
						t.Fatalf("message %d: got %v, want %v", seq, got, want)
					}
				}
				checkInflight(t, &q, waiting, next)
			}
		})
	}
}

func checkInflight(t *testing.T, q *inflight, waiting []uint32, next uint32) {
	t.Helper()
	if int(q.waiting) != len(waiting) {
		t.Fatalf("waiting: got %d, want %d", q.waiting, len(waiting))
	}
	oldest := next
	if len(waiting) > 0 {
		oldest = waiting[0]
	}
	if q.head != oldest {
		t.Fatalf("oldest: got %d, want %d", q.head, oldest)
	}
	for seq := oldest - 3; seq != next+3; seq++ {
		if got, want := q.has(seq), slices.Contains(waiting, seq); got != want {
			t.Fatalf("has %d of %d: got %v, want %v", seq, waiting, got, want)
		}
	}
}

// TestInflightGrowsOnlyWhenFull holds the ring to what is on its way at a time,
// however many messages have passed.
func TestInflightGrowsOnlyWhenFull(t *testing.T) {
	q := inflight{ring: make([]sentMessage, 8)}
	for range 8 {
		q.push(sentMessage{})
	}
	for range 1000 {
		q.take(q.head)
		q.push(sentMessage{})
	}
	if len(q.ring) != 8 {
		t.Errorf("ring after 1008 messages, 8 at a time: got %d places, want 8", len(q.ring))
	}
	q.push(sentMessage{})
	if len(q.ring) != 16 {
		t.Errorf("ring with 9 messages: got %d places, want 16", len(q.ring))
	}
}
