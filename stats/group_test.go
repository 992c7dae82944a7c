package stats

import (
	"testing"
	"time"
)

// TestFillGroups has two sizes in three groups, one of them aside, so that a slot
// of the wrong row or column shows.
func TestFillGroups(t *testing.T) {
	s := NewShard(6)
	groups := []Group{{Name: "others"}, {Name: "slow", Aside: true}, {Name: "after"}}
	c := NewGroupCollector([]*Shard{s}, []string{"1", "2"}, groups)
	for slot := range 6 {
		// Each slot has a number of messages of its own: 1, 2, 4, 8, ...
		for range 1 << slot {
			if rtt := time.Duration(slot+1) * time.Millisecond; slot/2 == 1 {
				s.RecordAside(slot, 100*rtt)
			} else {
				s.RecordReply(true, slot, rtt, rtt)
			}
			s.Sizes[slot].Received++
		}
		s.Sizes[slot].Lost = 100 << slot
	}
	if i := c.Tick(time.Second, time.Second, "measure"); i.RTTMaxNS != equivalent(6*time.Millisecond) {
		t.Errorf("interval: got a maximum of %d, want that of the groups not aside", i.RTTMaxNS)
	}
	groups[0].Connections, groups[1].Connections = 30, 10
	groups[2].FromS, groups[2].ToS = 1, 3
	r := Result{WindowS: 4, Load: Load{Rate: 1000}}
	c.Fill(&r)
	if r.Messages.Received != 51 || r.Messages.Lost != 5100 || r.Latency["rtt"].Count != 51 || r.Latency["service"].Count != 51 {
		t.Errorf("all: got %+v and %+v, want 51 received and 5100 lost", r.Messages, r.Latency["rtt"])
	}
	if len(r.Sizes) != 2 || r.Sizes[0].Messages.Received != 17 || r.Sizes[1].Messages.Received != 34 || r.Sizes[1].RTT.MaxNS != equivalent(6*time.Millisecond) {
		t.Errorf("sizes: got %+v, want those of the groups not aside", r.Sizes)
	}
	for i, want := range []struct {
		received, lost int64
		rate           float64
		max            time.Duration
	}{{3, 300, 3. / 4, 2 * time.Millisecond}, {12, 1200, 3, 400 * time.Millisecond}, {48, 4800, 24, 6 * time.Millisecond}} {
		g := r.Groups[i]
		if g.Name != groups[i].Name || g.Connections != groups[i].Connections || g.Aside != groups[i].Aside || g.ToS != groups[i].ToS {
			t.Errorf("group %d: got %+v, want what was given: %+v", i, g, groups[i])
		}
		if g.Messages.Received != want.received || g.Messages.Lost != want.lost || g.Messages.Rate != want.rate || g.RTT.MaxNS != equivalent(want.max) {
			t.Errorf("group %s: got %+v and a maximum of %d, want %+v", g.Name, g.Messages, g.RTT.MaxNS, want)
		}
	}
	if groups[0].RTT != nil || groups[0].Messages != (Messages{}) {
		t.Error("Fill changed the caller's groups")
	}
	if got := r.OfferedRate(); got != 750 {
		t.Errorf("got %v offered a second, want that of the 30 connections in 40 that are not aside", got)
	}
}

// TestMergeOfBadReaders: what became of connections adds up, and a median is
// known where one part alone has it.
func TestMergeOfBadReaders(t *testing.T) {
	part := func(cut int64, after float64) *Result {
		r := &Result{Groups: []Group{{Name: "slow readers", Aside: true, Connections: 10, BytesReceived: 100, Cut: cut, CutAfterS: after}}}
		return r
	}
	for _, c := range []struct {
		parts []*Result
		cut   int64
		after float64
	}{
		{[]*Result{part(0, 0), part(3, 7)}, 3, 7},
		{[]*Result{part(3, 7), part(0, 0)}, 3, 7},
		{[]*Result{part(3, 7), part(2, 8)}, 5, 0},
	} {
		sum := new(Result)
		if err := sum.addGroups(c.parts, unshifted); err != nil {
			t.Fatal(err)
		}
		if g := sum.Groups[0]; g.Connections != 20 || g.BytesReceived != 200 || g.Cut != c.cut || g.CutAfterS != c.after {
			t.Errorf("got %+v, want 20 connections, 200 bytes, %d cut after %v s", g, c.cut, c.after)
		}
	}
}
