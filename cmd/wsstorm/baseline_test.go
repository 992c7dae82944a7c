package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wsstorm/stats"
)

func TestBaselineOfARun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "baseline.json")
	got := wsstorm(t, "-c", "1", "-n", "20", "--save-baseline", path)
	busy(t, got)
	if got.code != exitOK {
		t.Fatalf("got exit code %d, %s", got.code, got.err)
	}
	if _, err := readResult(path, nil); err != nil {
		t.Errorf("the baseline cannot be read: %v", err)
	}
	// What misses an objective is told as such, and not saved.
	missed := filepath.Join(t.TempDir(), "missed.json")
	got = wsstorm(t, "-c", "1", "-n", "20", "--fail-if", "rtt.p50>1ns", "-o", "json", "--save-baseline", missed)
	if !got.ended(exitMissed) || got.code == exitMissed && (!strings.Contains(got.err, "is no baseline") || !strings.Contains(got.err, "rtt.p50>1ns")) {
		t.Errorf("got exit code %d, %q", got.code, got.err)
	}
	if _, err := os.Stat(missed); err == nil {
		t.Error("a baseline was saved of a run that missed an objective")
	}
	// Twenty messages take no eight seconds, which is known before they are sent.
	got = wsstorm(t, "-c", "1", "-n", "20", "--baseline", path, "ws://127.0.0.1:1/")
	if got.code != exitUsage || !strings.HasPrefix(got.err, "wsstorm: --baseline "+path+": replies in ") || !strings.Contains(got.err, "it takes 8") {
		t.Errorf("got exit code %d, %q", got.code, got.err)
	}
	got = wsstorm(t, "-c", "2", "-n", "20", "--baseline", path)
	if !got.ended(exitUsage) || got.code == exitUsage && !strings.Contains(got.err, "with --connections=1, the new one with --connections=2") {
		t.Errorf("got exit code %d, %q", got.code, got.err)
	}
}

func TestBaselineConcludes(t *testing.T) {
	run := template(t)
	fast, slow := steady(t, run, 10_000), steady(t, run, 8_000)
	for _, tt := range []struct {
		what     string
		old, new stats.Result
		limit    string
		outputs  []output
		code     int
		out, err string // their beginnings
	}{
		{"a limit that is exceeded", fast, slow, "rtt.p50=10%", nil, exitRegressed, "\nindicative: over the limit\n", ""},
		{"a limit that is not", fast, slow, "rtt.p50=50%", nil, exitOK, "\nindicative: indicative only\n", ""},
		{"no limit", fast, slow, "", nil, exitOK, "\nindicative: indicative only\n", ""},
		{"a document", fast, slow, "", []output{{format: "json"}}, exitOK, "", "indicative: indicative only\n"},
	} {
		var out, errs strings.Builder
		b := &baseline{from: "old.json", to: filepath.Join(t.TempDir(), "next.json"), old: &tt.old}
		if tt.limit != "" {
			l, err := parseLimit(tt.limit)
			if err != nil {
				t.Fatal(err)
			}
			b.limits = []limit{l}
		}
		code := conclude(b.conclude(&tt.new, tt.outputs, streams{nil, &out, &errs}), &errs)
		if code != tt.code || !strings.HasPrefix(out.String(), tt.out) || !strings.HasPrefix(errs.String(), tt.err) || tt.out == "" && out.Len() > 0 {
			t.Errorf("%s: got exit code %d, %s%s", tt.what, code, out.String(), errs.String())
		}
		if _, err := os.Stat(b.to); (err == nil) != (tt.code == exitOK) {
			t.Errorf("%s: the next baseline: %v", tt.what, err)
		}
	}
}

// What no run can be held to is said before there is one.
func TestBaselineRefusesWhatSecondsDoNotTell(t *testing.T) {
	path := savedResult(t, steady(t, template(t), 10_000))
	got := wsstorm(t, "-c", "1", "-n", "20", "--baseline", path, "--max-regression", "close.p99=10%", "ws://127.0.0.1:1/")
	if got.code != exitUsage || !strings.Contains(got.err, "--max-regression close.p99=10% contradicts --baseline: close.p99 is not known second by second") {
		t.Errorf("got exit code %d, %q, want %d", got.code, got.err, exitUsage)
	}
}

func TestBaselineRefuses(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"--max-regression rtt.p99=10%", "--max-regression needs --baseline"},
		{"--baseline /nonexistent/b.json", "--baseline: /nonexistent/b.json"},
		{"--save-baseline /nonexistent/b.json", "--save-baseline /nonexistent/b.json"},
	} {
		got := wsstorm(t, strings.Fields(tt.args+" -n 10 ws://127.0.0.1:1/")...)
		if got.code != exitUsage || !strings.Contains(got.err, tt.want) {
			t.Errorf("%s: got exit code %d, %q, want %d and %q", tt.args, got.code, got.err, exitUsage, tt.want)
		}
	}
}
