package stats

import (
	"reflect"
	"testing"
	"time"
)

func TestProbeOf(t *testing.T) {
	s := NewShard(1)
	for range 2000 {
		s.RecordReply(true, 0, time.Millisecond, time.Millisecond)
	}
	var measured Result
	c := NewCollector([]*Shard{s}, []string{"20"}, nil)
	c.Tick(time.Second, time.Second, "measure")
	c.Fill(&measured)
	met, missed := Objective{Objective: "rtt.p99>=1s"}, Objective{Objective: "errors>0", Missed: true}
	invalid := func(checks ...string) Verdict {
		v := Verdict{Status: Invalid}
		for _, check := range checks {
			v.Findings = append(v.Findings, Finding{Check: check, Level: Invalid})
		}
		v.Findings = append(v.Findings, Finding{Check: "drift", Level: Note}, Finding{Check: "gc", Level: Suspect})
		return v
	}
	tests := []struct {
		name string
		r    Result
		want Probe
	}{
		{"held", Result{Objectives: []Objective{met}, Verdict: Verdict{Status: Suspect}},
			Probe{Outcome: ProbeHeld, Verdict: Suspect}},
		{"missed", Result{Objectives: []Objective{met, missed}, Verdict: Verdict{Status: Valid}},
			Probe{Outcome: ProbeMissed, Verdict: Valid, Missed: []Objective{missed}}},
		{"the client was late, whatever the server did", Result{Objectives: []Objective{missed}, Verdict: invalid("lag", "cpu")},
			Probe{Outcome: ProbeInvalid, Verdict: Invalid, Missed: []Objective{missed}, Checks: []string{"lag", "cpu"}}},
		{"the server lost most messages", Result{Objectives: []Objective{missed}, Verdict: invalid("connections", "lost")},
			Probe{Outcome: ProbeMissed, Verdict: Invalid, Missed: []Objective{missed}}},
		{"both", Result{Objectives: []Objective{missed}, Verdict: invalid("lost", "lag")},
			Probe{Outcome: ProbeInvalid, Verdict: Invalid, Missed: []Objective{missed}, Checks: []string{"lag"}}},
		{"its figures", Result{Messages: Messages{Rate: 2000}, Latency: measured.Latency, Verdict: Verdict{Status: Valid}},
			Probe{Outcome: ProbeHeld, Rate: 2000, Verdict: Valid, RTTP50NS: equivalent(time.Millisecond), RTTP99NS: equivalent(time.Millisecond)}},
	}
	for _, tt := range tests {
		tt.want.Load = 1000
		if got := ProbeOf(1000, &tt.r); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, tt.want)
		}
	}
}
