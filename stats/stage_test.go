package stats

import (
	"reflect"
	"testing"
	"time"
)

func TestStagesWithin(t *testing.T) {
	planned := []StageInfo{
		{Length: 10 * time.Second, RateFrom: 100, RateTo: 100},
		{Length: 20 * time.Second, RateFrom: 100, RateTo: 500},
		{Length: 10 * time.Second, RateFrom: 500, RateTo: 300},
	}
	for _, c := range []struct {
		name    string
		windowS float64
		want    []Stage
		offered float64
	}{
		{"all of them", 40, []Stage{
			{FromS: 0, ToS: 10, RateFrom: 100, RateTo: 100},
			{FromS: 10, ToS: 30, RateFrom: 100, RateTo: 500},
			{FromS: 30, ToS: 40, RateFrom: 500, RateTo: 300},
		}, (1000 + 6000 + 4000) / 40.},
		{"ended within a ramp", 15, []Stage{
			{FromS: 0, ToS: 10, RateFrom: 100, RateTo: 100},
			{FromS: 10, ToS: 15, RateFrom: 100, RateTo: 200},
		}, (1000 + 750) / 15.},
		{"ended between two stages", 10, []Stage{{FromS: 0, ToS: 10, RateFrom: 100, RateTo: 100}}, 100},
		{"never begun", 0, nil, 225},
	} {
		got := stagesWithin(planned, c.windowS)
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
		r := Result{WindowS: c.windowS, Load: Load{Rate: 225}, Stages: got}
		if got := r.OfferedRate(); got != c.offered {
			t.Errorf("%s: got %v offered a second, want %v", c.name, got, c.offered)
		}
	}
}

func TestStagesOfConnections(t *testing.T) {
	planned := []StageInfo{
		{Length: 10 * time.Second, ConnectionsFrom: 1, ConnectionsTo: 100},
		{Length: 10 * time.Second, ConnectionsFrom: 100, ConnectionsTo: 50},
	}
	want := []Stage{
		{FromS: 0, ToS: 10, ConnectionsFrom: 1, ConnectionsTo: 100},
		{FromS: 10, ToS: 15, ConnectionsFrom: 100, ConnectionsTo: 75},
	}
	got := stagesWithin(planned, 15)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := (&Result{WindowS: 15, Load: Load{InFlight: 1}, Stages: got}).OfferedRate(); got != 0 {
		t.Errorf("got %v offered a second, want 0", got)
	}
}

// TestFillStages has three stages of two sizes, so that a slot of the wrong row
// or column shows.
func TestFillStages(t *testing.T) {
	a, b := NewShard(6), NewShard(6)
	c := NewCollector([]*Shard{a, b}, []string{"1", "2"}, []StageInfo{
		{Length: time.Second, RateFrom: 1, RateTo: 1}, {Length: 2 * time.Second, RateFrom: 1, RateTo: 3}, {Length: time.Second, RateFrom: 3, RateTo: 3},
	})
	for slot := range 6 {
		// Each slot has a number of messages of its own: 1, 2, 4, 8, ...
		for range 1 << slot {
			a.RecordReply(true, slot, time.Duration(slot+1)*time.Millisecond, time.Millisecond)
			a.Sizes[slot].Received++
		}
		b.Sizes[slot].Lost = 100 << slot
	}
	b.RecordReply(false, 0, time.Second, time.Second)
	b.Record(Lag, time.Microsecond)
	if i := c.Tick(time.Second, time.Second, "measure"); i.RTTMaxNS != equivalent(time.Second) || i.RTTP50NS != equivalent(6*time.Millisecond) {
		t.Errorf("interval: got p50 %d and max %d, want those of all slots", i.RTTP50NS, i.RTTMaxNS)
	}
	type row struct {
		received, lost, count int64
		rate                  float64
		max                   int64
	}
	of := func(m Messages, l *Latency) row {
		if l == nil {
			return row{received: m.Received, lost: m.Lost, rate: m.Rate}
		}
		return row{m.Received, m.Lost, l.Count, m.Rate, l.MaxNS}
	}
	check := func(name string, got, want row) {
		t.Helper()
		if got != want {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
	r := Result{WindowS: 4}
	for range 2 { // Fill changes nothing of what it sums up
		c.Fill(&r)
		check("all", of(r.Messages, r.Latency["rtt"]), row{63, 6300, 63, 63. / 4, equivalent(6 * time.Millisecond)})
		if len(r.Sizes) != 2 || len(r.Stages) != 3 || r.Latency["lag"].Count != 1 {
			t.Fatalf("got %d sizes, %d stages, lag %+v; want 2, 3, one value", len(r.Sizes), len(r.Stages), r.Latency["lag"])
		}
		check("size 1", of(r.Sizes[0].Messages, r.Sizes[0].RTT), row{21, 2100, 21, 21. / 4, equivalent(5 * time.Millisecond)})
		check("size 2", of(r.Sizes[1].Messages, r.Sizes[1].RTT), row{42, 4200, 42, 42. / 4, equivalent(6 * time.Millisecond)})
		check("stage 1", of(r.Stages[0].Messages, r.Stages[0].RTT), row{3, 300, 3, 3, equivalent(2 * time.Millisecond)})
		check("stage 2", of(r.Stages[1].Messages, r.Stages[1].RTT), row{12, 1200, 12, 6, equivalent(4 * time.Millisecond)})
		check("stage 3", of(r.Stages[2].Messages, r.Stages[2].RTT), row{48, 4800, 48, 48, equivalent(6 * time.Millisecond)})
	}
}

func TestFillOneStage(t *testing.T) {
	for _, c := range []struct {
		name string
		info []StageInfo
		want int
	}{
		{"none", nil, 0},
		{"a constant rate", []StageInfo{{Length: time.Second, RateFrom: 5, RateTo: 5}}, 0},
		{"a ramp", []StageInfo{{Length: time.Second, RateFrom: 5, RateTo: 6}}, 1},
		{"connections that come", []StageInfo{{Length: time.Second, ConnectionsFrom: 5, ConnectionsTo: 6}}, 1},
	} {
		r := Result{WindowS: 1}
		NewCollector([]*Shard{NewShard(1)}, []string{"20"}, c.info).Fill(&r)
		if len(r.Stages) != c.want {
			t.Errorf("%s: got %d stages, want %d", c.name, len(r.Stages), c.want)
		}
	}
}
