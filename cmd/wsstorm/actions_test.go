package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAnnotations(t *testing.T) {
	url := serveHTTP(t, func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no", http.StatusForbidden) })
	const want = "::error title=wsstorm%3A measurement invalid::INVALID: "
	for _, format := range []string{"text", "json"} {
		without := wsstorm(t, "-c", "1", "-n", "100", "-o", format, url)
		if strings.Contains(without.err+without.out, "::error") {
			t.Errorf("%s: annotations outside of GitHub Actions: %s%s", format, without.out, without.err)
		}
		t.Setenv("GITHUB_ACTIONS", "true")
		with := wsstorm(t, "-c", "1", "-n", "100", "-o", format, url)
		os.Unsetenv("GITHUB_ACTIONS")
		if !strings.Contains(with.err, want) {
			t.Errorf("%s: got %q, want %s", format, with.err, want)
		}
		if strings.Contains(with.out, "::error") {
			t.Errorf("%s: an annotation is in the report: %s", format, with.out)
		}
	}
}

func TestAnnotationOfAnObjective(t *testing.T) {
	t.Setenv("GITHUB_ACTIONS", "true")
	got := wsstorm(t, "-c", "1", "-n", "50", "--fail-if", "rtt.count<51", "--fail-if", "rtt.count<50")
	want := "::error title=wsstorm%3A fail if rtt.count<51 failed::50, margin -2%25\n"
	if !strings.Contains(got.err, want) || got.code == exitMissed && strings.Contains(got.err, "rtt.count<50") {
		t.Errorf("got exit code %d, %q, want %q and nothing of the other", got.code, got.err, want)
	}
}

// The step summary is a file that every command of a step appends to.
func TestStepSummary(t *testing.T) {
	dir := t.TempDir()
	summary := filepath.Join(dir, "summary")
	if err := os.WriteFile(summary, []byte("# before\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GITHUB_STEP_SUMMARY", summary)
	path := savedRun(t)
	md := wsstorm(t, "report", path, "-o", "md")
	if md.code != exitOK || !strings.HasPrefix(md.out, "## wsstorm: ") {
		t.Errorf("without a file: got exit code %d, output %q, want it on standard output", md.code, md.out)
	}
	for range 2 {
		if got := wsstorm(t, "report", path, "-o", "md="+summary); got.code != exitOK || got.err != "" {
			t.Fatalf("got exit code %d, %q", got.code, got.err)
		}
	}
	if got, err := os.ReadFile(summary); err != nil || string(got) != "# before\n"+md.out+md.out {
		t.Errorf("got %v\n%s\nwant what was there and the report twice", err, got)
	}
	// Any other file is replaced.
	other := filepath.Join(dir, "other.md")
	for range 2 {
		wsstorm(t, "report", path, "-o", "md="+other)
	}
	if got, err := os.ReadFile(other); err != nil || string(got) != md.out {
		t.Errorf("got %v\n%s\nwant the report once", err, got)
	}
	if left, _ := os.ReadDir(dir); len(left) != 2 {
		t.Errorf("got %v, want the two files alone", left)
	}
}
