package loadgen

import (
	"math/rand/v2"
	"testing"
	"time"

	"wsstorm/stats"
)

// TestTrackTellsWhatAMemoryWithoutBoundsWould holds a track against a set of all
// that came, with losses, duplicates and latecomers within its reach.
func TestTrackTellsWhatAMemoryWithoutBoundsWould(t *testing.T) {
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 1))
		var tr track
		got := map[uint32]bool{}
		top, received := uint32(0), 0 // one behind the highest
		for range 2000 {
			seq := top + rng.Uint32N(3)
			switch {
			case rng.IntN(4) == 0:
				seq = top - min(top, 1+rng.Uint32N(recentBits))
			case rng.IntN(50) == 0:
				seq = top + rng.Uint32N(200)
			}
			want := inOrder
			switch {
			case got[seq]:
				want = seen
			case seq < top:
				want = overtaken
			}
			if order := tr.take(seq); order != want {
				t.Fatalf("seed %d, %d after %d: got %d, want %d", seed, seq, top, order, want)
			}
			if want != seen {
				received++
			}
			got[seq] = true
			top = max(top, seq+1)
		}
		// All that is missing is still to come, and everything else came before.
		for seq := uint32(0); seq+recentBits < top; seq++ {
			if got[seq] {
				continue
			}
			if order := tr.take(seq); order != overtaken {
				t.Fatalf("seed %d: %d, long missing, is %d, want %d", seed, seq, order, overtaken)
			}
			received++
		}
		if order := tr.take(0); order != seen || tr.missing != 0 {
			t.Errorf("seed %d: got %d with %d missing, want a duplicate", seed, order, tr.missing)
		}
	}
}

// TestLedgerBringsWorkersTogether: what one worker sent and others received makes
// one skew, whichever of them is collected first.
func TestLedgerBringsWorkersTogether(t *testing.T) {
	workers := make([]*worker, 3)
	for i := range workers {
		workers[i] = &worker{shard: stats.NewShard(1), receipts: newReceipts()}
	}
	l := newLedger()
	receive := func(w int, seq uint32, at ...time.Duration) {
		for _, now := range at {
			workers[w].receipts.of(7, seq).take(now)
		}
	}
	receive(0, 1, 500, 700) // in the first worker before its publisher is seen
	receive(1, 1, 600)
	workers[2].receipts.of(7, 1).audience = 4
	workers[2].receipts.of(7, 2).audience = 3
	workers[2].receipts.of(7, 3).audience = 1
	receive(0, 2, 900, 950)
	receive(1, 3, 1000)
	l.collect(workers)
	receive(1, 1, 1900) // a second later
	l.conclude(workers)
	if len(l.open) != 0 {
		t.Errorf("still open: %v", l.open)
	}
	c := stats.NewCollector([]*stats.Shard{workers[0].shard}, []string{"64"}, nil)
	c.CountDeliveries()
	r := &stats.Result{WindowS: 1}
	c.Fill(r)
	if skew := r.Latency["skew"]; skew == nil || skew.Count != 1 || skew.MaxNS != 1400 || skew.Censored != 1 {
		t.Errorf("skew: got %+v, want one of 1400 ns, and one message that did not reach all", skew)
	}
	if got := r.Broadcast.Incomplete; got != 1 {
		t.Errorf("got %d incomplete messages, want 1", got)
	}
}

// TestLedgerIsBounded: messages that never reach everybody do not fill the memory.
func TestLedgerIsBounded(t *testing.T) {
	t.Parallel() // it mostly waits
	w := &worker{shard: stats.NewShard(1), receipts: newReceipts()}
	l := newLedger()
	for seq := range uint32(maxUndelivered + 1000) {
		w.receipts.of(0, seq).audience = 2
	}
	l.collect([]*worker{w})
	if len(l.open) != maxUndelivered || w.shard.Incomplete != 1000 {
		t.Errorf("got %d messages open and %d given up, want %d and 1000", len(l.open), w.shard.Incomplete, maxUndelivered)
	}
	if _, ok := l.open[messageKey(0, 999)]; ok {
		t.Error("the oldest message was not the first to be given up")
	}
	// What trickles in of one that was given up is not counted again.
	w.receipts.of(0, 0).take(5)
	l.conclude([]*worker{w})
	if got := w.shard.Incomplete; got != maxUndelivered+1000 {
		t.Errorf("got %d incomplete, want %d", got, maxUndelivered+1000)
	}
}
