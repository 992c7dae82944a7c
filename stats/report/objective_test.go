package report

import (
	"strings"
	"testing"

	"wsstorm/stats"
)

// missed is a run that was held to something in every unit.
func missed() *stats.Result {
	r := closedLoop()
	r.Interrupted = true
	r.Objectives = []stats.Objective{
		{Objective: "rtt.p99>25ms", Value: pointer(10_180_000), Limit: 25e6, Unit: "ns"},
		{Objective: "close.p50>250us", Value: pointer(300_287), Limit: 250e3, Unit: "ns", Missed: true},
		{Objective: "rtt.p99>5ms for 5s", Value: pointer(5_600_000), Limit: 5e6, Unit: "ns", Missed: true, EndedRun: true},
		{Objective: "messages.rate<50k", Value: pointer(12_000), Limit: 50e3, Unit: "per_s", Missed: true},
		{Objective: "lost>0.1%", Value: pointer(0.00025), Limit: 0.001, Unit: "ratio"},
		{Objective: "bytes.sent>64MiB", Value: pointer(3_120_000), Limit: 64 << 20, Unit: "bytes"},
		{Objective: "client.cores<2", Value: pointer(1.5), Limit: 2, Unit: "count", Missed: true},
		{Objective: "connections.opened!=1000", Value: pointer(1000), Limit: 1000, Unit: "count"},
		{Objective: "rtt.p99.999>1s", Limit: 1e9, Unit: "ns", Missed: true, Text: "p99.999 needs 1000000 values, and there are 120000"},
		{Objective: "errors>0", Value: pointer(3), Unit: "count", Missed: true, Default: true},
	}
	return r
}

func pointer(v float64) *float64 { return &v }

// Who asked for nothing, and got what everybody wants, is told nothing.
func TestTextTellsTheDefaultObjectiveOnlyWhereItIsMissed(t *testing.T) {
	tests := []struct {
		missed, isDefault, want bool
	}{
		{false, true, false},
		{true, true, true},
		{false, false, true},
		{true, false, true},
	}
	for _, tt := range tests {
		r := *closedLoop()
		r.Objectives = []stats.Objective{{Objective: "errors>0", Value: pointer(0), Unit: "count", Missed: tt.missed, Default: tt.isDefault}}
		if got := strings.Contains(render(t, &r, TextOptions{}), "errors>0"); got != tt.want {
			t.Errorf("missed %v, default %v: told %v, want %v", tt.missed, tt.isDefault, got, tt.want)
		}
	}
}

func TestObjectivesAsCases(t *testing.T) {
	met := stats.Objective{Objective: "rtt.p99>25ms", Value: pointer(10e6), Limit: 25e6, Unit: "ns"}
	lost := stats.Objective{Objective: "lost>0", Value: pointer(3), Unit: "count", Missed: true}
	tests := []struct {
		status stats.Level
		o      stats.Objective
		want   Outcome
		text   string
	}{
		{stats.Valid, met, Passed, "10.0 ms, margin +60%"},
		{stats.Suspect, met, Passed, "10.0 ms, margin +60%"},
		{stats.Invalid, met, Inconclusive, "10.0 ms, margin +60%; the measurement is invalid"},
		{stats.Valid, lost, Failed, "3, margin -3"},
		{stats.Invalid, lost, Failed, "3, margin -3"},
	}
	for _, tt := range tests {
		r := &stats.Result{Objectives: []stats.Objective{tt.o}, Verdict: stats.Verdict{Status: tt.status}}
		got := Objectives(r)
		if len(got) != 1 || got[0].Name != "fail if "+tt.o.Objective || got[0].Outcome != tt.want || got[0].Text != tt.text {
			t.Errorf("%s, %s: got %+v, want %v, %q", tt.status, tt.o.Objective, got, tt.want, tt.text)
		}
	}
}
