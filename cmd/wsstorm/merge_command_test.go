package main

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"wsstorm/stats"
	"wsstorm/stats/report"
)

// partsOfALoad returns results as several processes would have saved them, at the
// same time.
func partsOfALoad(t *testing.T, n int) []stats.Result {
	t.Helper()
	run := template(t)
	run.Verdict = stats.Verdict{Status: stats.Valid}
	var parts []stats.Result
	for i := range n {
		p := *run
		p.WindowS, p.Client = 10, stats.Client{}
		p.Started = p.Started.Add(time.Duration(i) * time.Millisecond)
		p.Flags = append(slices.Clone(run.Flags), "--source-ip=127.0.0."+string(rune('1'+i)))
		parts = append(parts, p)
	}
	return parts
}

func TestMergeCommand(t *testing.T) {
	parts := partsOfALoad(t, 2)
	for i := range parts {
		parts[i].Objectives = []stats.Objective{{Objective: "messages.received>50"}, {Objective: "errors>0", Default: true}}
	}
	a, b := savedResult(t, parts[0]), savedResult(t, parts[1])
	all := t.TempDir() + "/all.json"
	got := wsstorm(t, "merge", a, b, "-o", "text", "-o", "json="+all)
	for _, want := range []string{" by 2 processes", "\nPart ", "40 sent, 40 received", "2 opened", "messages.received>50"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("got exit code %d, %s%s, want %q", got.code, got.out, got.err, want)
		}
	}
	text, err := os.ReadFile(all)
	if err != nil {
		t.Fatal(err)
	}
	r := ran{out: string(text)}.result(t)
	if got.code != exitOK || got.err != "" || r.Messages.Received != 40 || r.Latency["rtt"].Count != 40 || len(r.Merged) != 2 ||
		!slices.Contains(r.Merged[1].Flags, "--source-ip=127.0.0.2") || slices.Contains(r.Flags, "--source-ip=127.0.0.1") {
		t.Errorf("got exit code %d, %s, %+v", got.code, got.err, r)
	}
	// What was kept to by each part can be missed by all of them together.
	parts[0].Objectives[0].Objective = "messages.received>30"
	if got := wsstorm(t, "merge", savedResult(t, parts[0]), b, "-o", "json"); got.code != exitMissed || !strings.Contains(got.err, "messages.received>30") {
		t.Errorf("got exit code %d, %q, want that the sum misses an objective", got.code, got.err)
	}
	// The document of a sum is one that is read again, and rendered.
	if got := wsstorm(t, "report", all, "-o", "md"); got.code != exitOK || !strings.Contains(got.out, "\n| Part | opened |") {
		t.Errorf("got exit code %d, %s%s", got.code, got.out, got.err)
	}
	document, err := os.ReadFile(a)
	if err != nil {
		t.Fatal(err)
	}
	var out, said bytes.Buffer
	if code := run(t.Context(), []string{"merge", "-", b}, bytes.NewReader(document), &out, &said); code != exitOK || !strings.Contains(out.String(), "40 received") {
		t.Errorf("from standard input: got exit code %d, %s%s", code, out.String(), said.String())
	}
}

func TestMergeCommandRefuses(t *testing.T) {
	parts := partsOfALoad(t, 2)
	other, search, later := parts[1], parts[1], parts[1]
	other.Flags = append(slices.Clone(other.Flags), "--text")
	search.Search = &stats.Search{Probes: []stats.Probe{}}
	later.Started = later.Started.Add(time.Minute)
	never := other
	never.Started = later.Started
	a, b := savedResult(t, parts[0]), savedResult(t, parts[1])
	text, sought, apart := savedResult(t, other), savedResult(t, search), savedResult(t, later)
	hopeless := savedResult(t, never) // another load at another time
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "merge needs two results at least"},
		{[]string{a}, "merge needs two results at least"},
		{[]string{"-", a, "-"}, "standard input, which is read once"},
		{[]string{a, "nowhere.json"}, "nowhere.json: no such file"},
		{[]string{a, b, text}, a + " and " + text + " are not parts of one load: The first result was made without --text, the second one with --text. (--force"},
		{[]string{a, sought}, "part 2 is the result of a search"},
		{[]string{a, b, a}, "part 3 is part 1 again (part 1 is " + a},
		{[]string{"--force", a, apart}, "did not load the server at the same time"},
		{[]string{a, hopeless}, "did not load the server at the same time"},
		{[]string{a, b, "-o", "jsno"}, "did you mean json?"},
	} {
		got := wsstorm(t, append([]string{"merge"}, tt.args...)...)
		if got.code != exitUsage || got.out != "" || !strings.Contains(got.err, tt.want) || strings.Count(got.err, "\n") != 1 {
			t.Errorf("merge %q: got exit code %d, %s%s, want %q", tt.args, got.code, got.out, got.err, tt.want)
		}
	}
	got := wsstorm(t, "merge", "--force", a, text, "-o", "json")
	r, err := report.ReadJSON(strings.NewReader(got.out), "the sum")
	if err != nil || got.code != exitOK || r.Verdict.Status != stats.Suspect || !strings.Contains(r.Verdict.Findings[0].Text, "Part 2 is of another load than part 1") {
		t.Errorf("got exit code %d, %s, %v", got.code, got.err, err)
	}
}
