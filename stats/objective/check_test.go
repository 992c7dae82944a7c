package objective

import (
	"strings"
	"testing"
	"time"

	"wsstorm/stats"
)

// run returns the result of a run in which 500 replies took 1 to 500 ms, three
// messages were lost, and two of 50 connections were refused.
func run() *stats.Result {
	s := stats.NewShard(1)
	s.Opened, s.Closed, s.Failed = 48, 48, 2
	s.Sizes[0].Sent, s.Sizes[0].Received = 503, 500
	s.Sizes[0].Lost, s.Sizes[0].Unsent = 3, 497
	for i := range 500 {
		s.RecordReply(true, 0, time.Duration(i+1)*time.Millisecond, time.Duration(i+1)*time.Millisecond)
	}
	for range 3 {
		s.Fail(stats.ErrLost, "lost")
	}
	for range 2 {
		s.Fail(stats.ErrRefused, "refused")
	}
	s.BytesSent = 1 << 20
	r := &stats.Result{
		Tool: stats.Tool{OS: "linux"}, WindowS: 10, Load: stats.Load{InFlight: 1},
		Connections: stats.Connections{Requested: 50},
		Fairness:    &stats.Fairness{Min: 3, P50: 10, Max: 13, Starved: 1},
		Client:      stats.Client{CPUUserS: 3, CPUSystemS: 1, Cores: 2, MaxRSSBytes: 30 << 20},
	}
	stats.NewCollector([]*stats.Shard{s}, []string{"20"}, nil).Fill(r)
	return r
}

func parse(t *testing.T, text string) Objective {
	t.Helper()
	o, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestCheck(t *testing.T) {
	tests := []struct {
		text   string
		missed bool
		value  float64
	}{
		{"rtt.max<1s", true, float64(run().Latency["rtt"].MaxNS)},
		{"rtt.max>1s", false, float64(run().Latency["rtt"].MaxNS)},
		{"rtt.count<500", false, 500},
		{"rtt.count<=500", true, 500},
		{"rtt.count>=500", true, 500},
		{"rtt.count>500", false, 500},
		{"rtt.count==500", true, 500},
		{"rtt.count!=500", false, 500},
		{"tls.count>0", false, 0}, // none is known, as a count
		{"messages.rate<50", false, 50},
		{"rate<51", true, 50},
		{"lost>2", true, 3},
		{"lost>1%", false, 3. / 503},
		{"lost>0.5%", true, 3. / 503},
		{"unsent>40%", true, 0.497}, // of those that were due
		{"errors>5", false, 5},
		{"errors.refused>1", true, 2},
		{"errors.reset>0", false, 0},
		{"connections<50", true, 48},
		{"failed>4%", false, 0.04},
		{"failed>=4%", true, 0.04},
		{"bytes.sent>1MiB", false, 1 << 20},
		{"fairness.starved>0", true, 1},
		{"client.cpu>10%", true, 0.2},
		{"client.cpu_system>1s", false, 1e9},
		{"client.steal>1%", false, 0},
	}
	for _, tt := range tests {
		got := Check([]Objective{parse(t, tt.text)}, run())[0]
		if got.Objective != tt.text || got.Missed != tt.missed || got.Value == nil || *got.Value != tt.value || got.Text != "" || got.Default {
			t.Errorf("%s: got %+v, value %v, want missed %v, value %v", tt.text, got, deref(got.Value), tt.missed, tt.value)
		}
	}
}

func deref(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}

// What nobody knows is missed, whichever way it is asked for.
func TestWhatCannotBeCheckedIsMissed(t *testing.T) {
	elsewhere := func(r *stats.Result) { r.Tool.OS, r.Client = "plan9", stats.Client{} }
	nothing := func(r *stats.Result) {
		*r = stats.Result{}
	}
	as := func(*stats.Result) {}
	tests := []struct {
		text   string
		change func(*stats.Result)
		want   string
	}{
		{"rtt.p99.9#1s", as, "p99.9 needs 10000 values, and there are 503"},
		{"tls.p50#1s", as, "no tls was measured"},
		{"lag.max#1s", as, "no lag was measured"},
		{"compression.sent_raw#1", as, "permessage-deflate was not negotiated"},
		{"client.scheduler.p99#1s", as, "no goroutine waited"},
		{"client.steal#1%", elsewhere, "it is not known on this platform"},
		{"client.max_rss#1", elsewhere, "it is not known on this platform"},
		{"client.cpu#1%", elsewhere, "it is not known on this platform"},
		{"messages.rate#1", nothing, "the run ended before it was measured"},
		{"fairness.min#1", nothing, "no message was received, or connections came and went"},
		{"client.cpu_per_message#1s", nothing, "no message was received"},
		{"lost#1%", nothing, "there is nothing that it would be a share of"},
		{"rtt.p99#1s for 5s", as, "the run was measured for 0 s only"},
	}
	for _, tt := range tests {
		for _, op := range []string{">", "<"} {
			r := run()
			tt.change(r)
			text := strings.Replace(tt.text, "#", op, 1)
			got := Check([]Objective{parse(t, text)}, r)[0]
			if !got.Missed || got.Value != nil || got.Text != tt.want {
				t.Errorf("%s: got missed %v, value %v, text %q, want it missed, without a value, since %s", text, got.Missed, deref(got.Value), got.Text, tt.want)
			}
		}
	}
}

// A quantile among the lost messages, which are slower than all others, is
// unknown although there are values enough.
func TestQuantileAmongTheLostIsMissed(t *testing.T) {
	r := run()
	l := r.Latency["rtt"]
	l.Censored = l.Count
	delete(l.Percentiles, "95")
	got := Check([]Objective{parse(t, "rtt.p95>1h")}, r)[0]
	if want := "more were lost, or given up, than lie beyond it"; !got.Missed || got.Text != want {
		t.Errorf("got missed %v, %q, want it missed, since %s", got.Missed, got.Text, want)
	}
}

func TestNoErrors(t *testing.T) {
	tests := []struct {
		own    []string
		text   string // "": there is none
		errors float64
	}{
		{nil, "errors>0", 5},
		{[]string{"rtt.p99>1s", "rate<5"}, "errors>0", 5},
		{[]string{"errors>10"}, "", 0},
		{[]string{"errors>10 for 5s"}, "", 0},
		{[]string{"errors<10"}, "errors>0", 5}, // tolerates nothing
		{[]string{"lost>5"}, "other errors>0", 2},
		{[]string{"messages.lost>1%", "errors.mismatched>3"}, "other errors>0", 2},
		{[]string{"connections.failed>5"}, "other errors>0", 3},
		{[]string{"failed>5%", "lost>1%"}, "other errors>0", 0},
		{[]string{"dropped>5"}, "other errors>0", 5},
	}
	for _, tt := range tests {
		var own []Objective
		for _, text := range tt.own {
			own = append(own, parse(t, text))
		}
		all := Check(own, run())
		got := all[len(all)-1]
		switch {
		case tt.text == "":
			if len(all) != len(own) {
				t.Errorf("%q: got also %+v, want nothing", tt.own, got)
			}
		case len(all) != len(own)+1 || got.Objective != tt.text || !got.Default || *got.Value != tt.errors || got.Missed != (tt.errors > 0):
			t.Errorf("%q: got %+v, value %v, want %s, value %v", tt.own, got, deref(got.Value), tt.text, tt.errors)
		}
	}
}
