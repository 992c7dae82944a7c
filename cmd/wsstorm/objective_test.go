package main

import (
	"encoding/xml"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"wsstorm/loadgen"
	"wsstorm/stats"
)

// flips starts an echo server that changes a byte of every tenth message.
func flips(t *testing.T) string {
	return serveHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		n := 0
		echo(w, r, func(message []byte) []byte {
			if n++; n%10 == 0 {
				message[len(message)-1] ^= 1
			}
			return message
		})
	})
}

func TestFailIf(t *testing.T) {
	url := flips(t)
	tests := []struct {
		args   []string
		missed []string
	}{
		{nil, []string{"errors>0"}},
		{[]string{"--fail-if", "errors>5"}, nil},
		{[]string{"--fail-if", "errors>4"}, []string{"errors>4"}},
		{[]string{"--fail-if", "errors.mismatched>5"}, nil},
		{[]string{"--fail-if", "mismatched>=10%"}, []string{"mismatched>=10%"}},
		{[]string{"--fail-if", "mismatched>10%", "--fail-if", "rtt.p99.999<1h"}, []string{"rtt.p99.999<1h"}},
		{[]string{"--fail-if", "lost>5", "--fail-if", "rtt.count<50"}, []string{"other errors>0"}},
		{[]string{"--fail-if", "rtt.max>1h"}, []string{"errors>0"}},
	}
	for _, tt := range tests {
		got := wsstorm(t, append(tt.args, "-c", "1", "-n", "50", "-o", "json", url)...)
		r := got.result(t)
		var missed []string
		for _, o := range r.Objectives {
			if o.Missed {
				missed = append(missed, o.Objective)
			}
		}
		if !slices.Equal(missed, tt.missed) {
			t.Errorf("%q: got %q missed, want %q: %+v", tt.args, missed, tt.missed, r.Objectives)
		}
		want := exitOK
		if len(tt.missed) > 0 {
			want = exitMissed
		}
		if !got.ended(want) {
			t.Errorf("%q: got exit code %d, want %d", tt.args, got.code, want)
		}
		// The report is for a program here, so that a person is told besides.
		for _, name := range missed {
			if got.code == exitMissed && !strings.Contains(got.err, "wsstorm: fail if "+name+": ") {
				t.Errorf("%q: got %q, want %s in it", tt.args, got.err, name)
			}
		}
	}
}

func TestObjectivesInEveryReport(t *testing.T) {
	path := t.TempDir() + "/result.json"
	got := wsstorm(t, "-c", "1", "-n", "50", "--fail-if", "rtt.count<51", "-o", "text", "-o", "json="+path)
	if strings.Contains(got.err, "rtt.count") || !strings.Contains(got.out, "\nObjectives: the run fails if ") ||
		!strings.Contains(got.out, "\n  MISSED  rtt.count<51                                         50         -2%\n") {
		t.Errorf("got exit code %d, %q, output\n%s", got.code, got.err, got.out)
	}
	if text := wsstorm(t, "report", path).out; text != got.out {
		t.Errorf("wsstorm report: got\n%s\nwant\n%s", text, got.out)
	}
	for format, want := range map[string]string{
		"md":   "| <code>fail if rtt.count&lt;51</code> | failed | 50, margin -2% |",
		"prom": "\nwsstorm_objective_missed{objective=\"rtt.count<51\"} 1\n",
	} {
		if out := wsstorm(t, "report", path, "-o", format).out; !strings.Contains(out, want) {
			t.Errorf("%s: got\n%s\nwant %q in it", format, out, want)
		}
	}
	var suites struct {
		Suites []struct {
			Failures int `xml:"failures,attr"`
			Cases    []struct {
				Name    string    `xml:"name,attr"`
				Failure *struct{} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(wsstorm(t, "report", path, "-o", "junit").out), &suites); err != nil || len(suites.Suites) != 1 {
		t.Fatalf("junit: got %+v, %v", suites, err)
	}
	if s := suites.Suites[0]; s.Failures != 1 || len(s.Cases) != 3 || s.Cases[1].Name != "fail if rtt.count<51" || s.Cases[1].Failure == nil || s.Cases[2].Failure != nil {
		t.Errorf("junit: got %+v, want the measurement, a failure, and no errors", s)
	}
}

// A scenario file may hold objectives; those of the command line replace them.
func TestObjectivesOfAScenario(t *testing.T) {
	path := writeTemp(t, "my.flags", "--connections 1\n--messages 5\n--fail-if 'rtt.count<6'\n--fail-if errors>0\n")
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "rtt.count<6, errors>0"},
		{[]string{"--fail-if", "rtt.max>1h"}, "rtt.max>1h"},
	} {
		r := mustRead(t, append(tt.args, "--scenario", path)...)
		if got := r.all.Lookup("fail-if").Value.String(); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.args, got, tt.want)
		}
	}
}

// What a run may have to measure is no contradiction, though it need not come to it.
func TestObjectivesThatARunMayHave(t *testing.T) {
	for _, args := range [][]string{
		{"--idle", "--fail-if", "rtt.count>0"},
		{"--idle", "--fail-if", "messages.received>0", "--fail-if", "open.p99>1s", "--fail-if", "idle.min<1m"},
		{"--scenario", "broadcast", "--fail-if", "delivery.p99>1s", "--fail-if", "broadcast.lost>0", "--fail-if", "rtt.p99>1s for 5s"},
		{"--reconnect", "immediate", "--fail-if", "recovery.all>5s"},
		{"--scenario", "churn", "--fail-if", "recovery.p50>5s"},
		{"--fail-if", "recovery.count>0", "--fail-if", "closing.last_gone>1s", "--fail-if", "ping.p99>1s"},
		{"--compress", "--fail-if", "compression.sent_wire>1MB"},
		{"--rate", "5", "--reply", "any", "--fail-if", "rtt.p99>1s", "--fail-if", "service.p99>1s"},
		{"--max-load", "open.p99<1s", "--vary", "connections", "--idle"},
		{"--max-load", "delivery.p50<1s", "--broadcast"},
	} {
		mustRead(t, args...)
	}
}

// A run of ten minutes that misses an objective ends at the next look at it, and
// says which one it was.
func TestAbortEarly(t *testing.T) {
	t.Parallel() // it mostly waits
	var opened, echoing atomic.Int64
	refuses := func(w http.ResponseWriter, r *http.Request) {
		if opened.Add(1) == 2 {
			http.Error(w, "no", http.StatusServiceUnavailable)
			return
		}
		echo(w, r, same)
	}
	drops := func(w http.ResponseWriter, r *http.Request) {
		if echoing.Add(1) > 1 {
			echo(w, r, same)
			return
		}
		echo(w, r, func([]byte) []byte { panic(http.ErrAbortHandler) }) // with a message on its way
	}
	type test struct {
		name, url string
		args      []string
		want      string
	}
	tests := []test{
		{"errors", flips(t), []string{"--fail-if", "rtt.p99>1h", "--fail-if", "errors>2"}, "errors>2"},
		{"a connection", serveHTTP(t, refuses), []string{"--fail-if", "failed>0"}, "failed>0"},
		{"a lost message", serveHTTP(t, drops), []string{"--fail-if", "errors>1M", "--fail-if", "lost>0"}, "lost>0"},
		{"a second", flips(t), []string{"--fail-if", "rtt.p50>1ns for 1s", "--fail-if", "errors>1M"}, "rtt.p50>1ns for 1s"},
	}
	atOnce(t, tests, func(t *testing.T, tt test) {
		got := wsstorm(t, append(tt.args, "--abort-early", "-c", "4", "--rate", "1k", "-d", "10m", "--warmup", "0", "-o", "json", tt.url)...)
		r := got.result(t)
		i := slices.IndexFunc(r.Objectives, func(o stats.Objective) bool { return o.EndedRun })
		if i < 0 || r.Objectives[i].Objective != tt.want || !r.Objectives[i].Missed || !r.Interrupted {
			t.Errorf("%s: got interrupted %v, %+v, want the run ended by %s", tt.name, r.Interrupted, r.Objectives, tt.want)
		}
		if !got.ended(exitMissed) { // so many connections fail in some
			t.Errorf("%s: got exit code %d, want %d", tt.name, got.code, exitMissed)
		}
	})
}

// A run whose window is over is not said to have been ended.
func TestGuardLeavesTheEndAlone(t *testing.T) {
	r := mustRead(t, "--fail-if", "errors>2", "--abort-early")
	_, g := r.guard(t.Context())
	defer g.abort()
	for _, phase := range []string{"drain", "close"} {
		if g.see(loadgen.Progress{Phase: phase, Totals: stats.Totals{Errors: 3}}); g.missed != nil {
			t.Errorf("%s: got %s, want nothing ended", phase, g.missed)
		}
	}
	if g.see(loadgen.Progress{Phase: "measure", Totals: stats.Totals{Errors: 3}}); g.missed == nil {
		t.Error("measure: got nothing, want the run ended")
	}
}

// What ends a run is an objective of --abort-early, and nothing else.
func TestWithoutAbortEarlyTheRunGoesOn(t *testing.T) {
	t.Parallel() // it mostly waits
	got := wsstorm(t, "--fail-if", "rtt.p50>1ns for 1s", "-c", "1", "--rate", "200", "-d", "2s", "--warmup", "0", "-o", "json", flips(t))
	if r := got.result(t); r.Interrupted || r.EndedByObjective() || !r.Objectives[0].Missed {
		t.Errorf("got interrupted %v, %+v, want a whole run", r.Interrupted, r.Objectives)
	}
}

func TestObjectivesAreInTheFlagsOfTheResult(t *testing.T) {
	path := t.TempDir() + "/result.json"
	wsstorm(t, "-c", "1", "-n", "5", "--fail-if", "rtt.max>1h", "-o", "json="+path)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if r := (ran{out: string(data)}).result(t); !slices.Contains(r.Flags, "--fail-if=rtt.max>1h") {
		t.Errorf("got flags %q", r.Flags)
	}
}
