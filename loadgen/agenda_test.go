package loadgen

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestAgendaAgainstATable drives the heap, and a table of instants by session,
// with the same random steps. Instants repeat, so that ties are met too.
func TestAgendaAgainstATable(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		sessions := 1 + random.IntN(60)
		a := newAgenda(sessions)
		table := make([]time.Duration, sessions)
		for i := range table {
			table[i] = never
		}
		earliest := func() time.Duration {
			at := never
			for _, v := range table {
				at = min(at, v)
			}
			return at
		}
		for range 2000 {
			switch random.IntN(4) {
			case 0:
				now := time.Duration(random.IntN(100))
				want := earliest()
				i, ok := a.pop(now)
				if ok != (want <= now) {
					t.Fatalf("seed %d: pop at %d: got %v, the earliest is %d", seed, now, ok, want)
				}
				if ok {
					if table[i] != want {
						t.Fatalf("seed %d: popped instant %d, want %d", seed, table[i], want)
					}
					table[i] = never
				}
			case 1:
				i := random.IntN(sessions)
				a.set(i, never)
				table[i] = never
			default:
				i, at := random.IntN(sessions), time.Duration(random.IntN(100))
				a.set(i, at)
				table[i] = at
			}
			if got, want := a.next(), earliest(); got != want {
				t.Fatalf("seed %d: next: got %d, want %d", seed, got, want)
			}
		}
		// What is left comes out in order, each session once.
		last := time.Duration(-1)
		for i, ok := a.pop(never - 1); ok; i, ok = a.pop(never - 1) {
			if table[i] < last || table[i] == never {
				t.Fatalf("seed %d: session %d of instant %d after %d", seed, i, table[i], last)
			}
			last, table[i] = table[i], never
		}
		if got := earliest(); got != never {
			t.Fatalf("seed %d: an entry at %d never came out", seed, got)
		}
	}
}

func TestAgendaAllocatesNothing(t *testing.T) {
	a := newAgenda(64)
	for i := range 64 {
		a.set(i, time.Duration(i))
	}
	at := time.Duration(64)
	if got := testing.AllocsPerRun(1000, func() {
		i, _ := a.pop(at)
		a.set(i, at)
		at++
	}); got != 0 {
		t.Errorf("got %v allocations, want 0", got)
	}
}
