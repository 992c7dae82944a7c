package main

import (
	"slices"
	"testing"
)

func TestSelectedSamplesEachGroup(t *testing.T) {
	sampled := section{number: "13", cases: 54, groups: 3, sample: []int{1, 11}}
	whole := section{number: "1", cases: 16}
	for _, tc := range []struct {
		name    string
		section section
		full    bool
		count   int
		want    []string
	}{
		{"short", sampled, false, 6, []string{"13.1.1", "13.1.11", "13.2.1", "13.2.11", "13.3.1", "13.3.11"}},
		{"full", sampled, true, 54, []string{"13.*"}},
		{"nothing to leave out", whole, false, 16, []string{"1.*"}},
	} {
		count, got := tc.section.selected(tc.full)
		if count != tc.count || !slices.Equal(got, tc.want) {
			t.Errorf("%s: got %d, %q; want %d, %q", tc.name, count, got, tc.count, tc.want)
		}
	}
}

func TestJudgeMissesSelectedCases(t *testing.T) {
	ok := outcome{Behavior: "OK", BehaviorClose: "OK"}
	twelve := []section{{number: "12", cases: 36, groups: 2, sample: []int{1}}}
	outcomes := map[string]outcome{"12.1.1": ok, "12.2.1": ok}
	if tallies, findings := judge(outcomes, twelve, false); tallies[0].failed != 0 || len(findings) != 0 {
		t.Errorf("short: got %+v, %v; want no failure", tallies, findings)
	}
	if tallies, _ := judge(outcomes, twelve, true); tallies[0].failed != 34 {
		t.Errorf("full: got %d failed, want 34", tallies[0].failed)
	}
}
