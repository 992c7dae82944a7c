package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestJudge(t *testing.T) {
	seven := []section{{number: "7", cases: 1}}
	for _, tc := range []struct {
		name     string
		id       string
		behavior string
		onClose  string
		failed   int
	}{
		{"OK", "7.1.1", "OK", "OK", 0},
		{"left undefined by the suite", "7.1.6", "INFORMATIONAL", "INFORMATIONAL", 0},
		{"an undefined case that fails", "7.1.6", "FAILED", "OK", 1},
		{"INFORMATIONAL, but not listed", "7.1.1", "INFORMATIONAL", "INFORMATIONAL", 1},
		{"NON-STRICT", "7.1.1", "NON-STRICT", "OK", 1},
		{"FAILED", "7.1.1", "FAILED", "OK", 1},
		{"wrong close code", "7.1.1", "OK", "WRONG CODE", 1},
		{"unclean close", "7.1.1", "OK", "UNCLEAN", 1},
		{"not implemented", "7.1.1", "UNIMPLEMENTED", "OK", 1},
		{"of another section only", "70.1", "OK", "OK", 1},
	} {
		tallies, findings := judge(map[string]outcome{tc.id: {Behavior: tc.behavior, BehaviorClose: tc.onClose}}, seven, true)
		if got := tallies[0].failed; got != tc.failed {
			t.Errorf("%s: got %d failed, want %d", tc.name, got, tc.failed)
		}
		named := slices.ContainsFunc(findings, func(f finding) bool { return f.failed })
		if named != (tc.failed > 0) {
			t.Errorf("%s: got findings %v, want a failure: %t", tc.name, findings, tc.failed > 0)
		}
	}
}

func TestJudgeMissesCasesThatDidNotRun(t *testing.T) {
	tallies, findings := judge(map[string]outcome{"3.1": {Behavior: "OK", BehaviorClose: "OK"}}, []section{{number: "3", cases: 7}}, false)
	if tallies[0].failed != 6 || len(findings) != 1 || !findings[0].failed {
		t.Errorf("got %+v, %v; want 6 failed", tallies, findings)
	}
}

func TestPrintVerdict(t *testing.T) {
	var b strings.Builder
	well := printVerdict(&b, "agent, 3s",
		[]tally{
			{section: section{number: "2", title: "pings and pongs", cases: 11}, selected: 11, cases: 11, ok: 11},
			{section: section{number: "10", title: "auto", cases: 9}, selected: 2, cases: 2, ok: 1, failed: 1},
		},
		[]finding{{"10.1", true, "FAILED"}})
	const want = `
agent, 3s
section                  cases selected   ran    OK NON-STRICT INFORMATIONAL failed
 2 pings and pongs          11       11    11    11          0             0      0
10 auto                      9        2     2     1          0             0      1
all                         20       13    13    12          0             0      1
FAIL 10.1     FAILED
`
	if b.String() != want || well {
		t.Errorf("got well %t and\n%s\nwant false and\n%s", well, b.String(), want)
	}
	if !printVerdict(&b, "", nil, []finding{{"7.1.6", false, "INFORMATIONAL"}}) {
		t.Error("got not well for a finding that is no failure")
	}
}

func TestCasesAreOrderedByNumber(t *testing.T) {
	ids := []string{"10.1.1", "2.10", "2.9", "2", "12.1.1"}
	slices.SortFunc(ids, compareIDs)
	if got, want := strings.Join(ids, " "), "2 2.9 2.10 10.1.1 12.1.1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestReadIndex(t *testing.T) {
	dir := t.TempDir()
	const index = `{"a": {"1.1.1": {"behavior": "OK", "behaviorClose": "WRONG CODE", "duration": 7, "reportfile": "x.json"}}, "b": {}}`
	if err := os.WriteFile(filepath.Join(dir, "index.json"), []byte(index), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := readIndex(dir, "a")
	if err != nil || len(got) != 1 || got["1.1.1"].String() != "OK, close WRONG CODE" {
		t.Errorf("got %v, %v; want one case, OK, close WRONG CODE", got, err)
	}
	if _, err := readIndex(t.TempDir(), "a"); err == nil {
		t.Error("got no error without an index")
	}
}
