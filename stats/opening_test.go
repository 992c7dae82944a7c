package stats

import (
	"math"
	"testing"
	"time"
)

// openedAt returns the result of a run in which as many connections as there are
// instants, of so many requested, were open at these.
func openedAt(requested int64, at ...time.Duration) *Result {
	s := NewShard(1)
	for _, d := range at {
		s.Opened++
		s.Record(OpenAfter, d)
	}
	r := &Result{Connections: Connections{Requested: requested}}
	NewCollector([]*Shard{s}, []string{"0"}, nil).Fill(r)
	r.FillOpening()
	return r
}

func TestFillOpening(t *testing.T) {
	every := func(n int) []time.Duration {
		var at []time.Duration
		for i := range n {
			at = append(at, time.Duration(i+1)*time.Millisecond)
		}
		return at
	}
	for _, c := range []struct {
		name          string
		requested     int64
		at            []time.Duration
		half, p99, to float64 // seconds
	}{
		{"none", 5, nil, 0, 0, 0},
		{"one", 1, every(1), 0.001, 0.001, 0.001},
		{"all", 200, every(200), 0.1, 0.198, 0.2},
		{"of requested, not of opened", 200, every(198), 0.1, 0.198, 0},
		{"half", 200, every(100), 0.1, 0, 0},
		{"fewer", 200, every(99), 0, 0, 0},
	} {
		got := openedAt(c.requested, c.at...).Connections
		for _, v := range []struct {
			what      string
			got, want float64
		}{{"50%", got.Open50S, c.half}, {"99%", got.Open99S, c.p99}, {"all", got.AllOpenS, c.to}} {
			if math.Abs(v.got-v.want) > 0.001*v.want { // as exact as a histogram
				t.Errorf("%s: %s open after %v s, want %v", c.name, v.what, v.got, v.want)
			}
		}
	}
}

func TestRetransmittedSYNs(t *testing.T) {
	a, b := NewShard(1), NewShard(1)
	a.Retransmitted(1, time.Second)
	b.Retransmitted(1, 2*time.Second)
	b.Retransmitted(MaxSYNs+2, 100*time.Second)
	c := NewCollector([]*Shard{a, b}, []string{"0"}, nil)
	var r Result
	for range 2 { // Fill changes nothing of what it sums up
		c.Fill(&r)
		want := []SYNRetransmission{{1, 2, 1.5}, {MaxSYNs, 1, 100}}
		if len(r.SYNs) != 2 || r.SYNs[0] != want[0] || r.SYNs[1] != want[1] || r.Retransmitted() != 3 {
			t.Errorf("got %+v, %d in all, want %+v, 3 in all", r.SYNs, r.Retransmitted(), want)
		}
	}
}
