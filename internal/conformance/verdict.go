package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// outcome is what the suite's index.json says of one case.
type outcome struct {
	Behavior      string `json:"behavior"`
	BehaviorClose string `json:"behaviorClose"`
}

// String returns "OK", or both verdicts where they differ.
func (o outcome) String() string {
	if o.Behavior == o.BehaviorClose {
		return o.Behavior
	}
	return o.Behavior + ", close " + o.BehaviorClose
}

// readIndex returns the outcomes of agent, by case.
func readIndex(reports, agent string) (map[string]outcome, error) {
	data, err := os.ReadFile(filepath.Join(reports, "index.json"))
	if err != nil {
		return nil, err
	}
	var index map[string]map[string]outcome
	if err := json.Unmarshal(data, &index); err != nil {
		return nil, fmt.Errorf("index.json: %w", err)
	}
	return index[agent], nil
}

// tally counts the outcomes of one section.
type tally struct {
	section                             section
	selected                            int // cases that should have run
	cases, ok, nonStrict, informational int
	failed                              int
}

// finding is a case that is not simply OK, or one that did not run.
type finding struct {
	id     string
	failed bool
	text   string
}

// judge sorts outcomes by section, for a full run or a short one. A case is OK, or INFORMATIONAL and one of
// undefined; anything else fails, and so does a case that is missing.
func judge(outcomes map[string]outcome, sections []section, full bool) ([]tally, []finding) {
	var tallies []tally
	var findings []finding
	for _, s := range sections {
		t := tally{section: s}
		t.selected, _ = s.selected(full)
		for id, o := range outcomes {
			if number, _, _ := strings.Cut(id, "."); number != s.number {
				continue
			}
			t.cases++
			reason, allowed := undefined[id]
			switch v := o.String(); {
			case v == "OK":
				t.ok++
			case v == "INFORMATIONAL" && allowed:
				t.informational++
				findings = append(findings, finding{id, false, v + ": " + reason})
			default:
				if o.Behavior == "NON-STRICT" {
					t.nonStrict++
				}
				t.failed++
				findings = append(findings, finding{id, true, v})
			}
		}
		if t.cases != t.selected {
			t.failed += max(t.selected-t.cases, 0)
			findings = append(findings, finding{s.number, true, fmt.Sprintf("%d cases ran, %d were selected", t.cases, t.selected)})
		}
		tallies = append(tallies, t)
	}
	slices.SortFunc(findings, func(a, b finding) int { return compareIDs(a.id, b.id) })
	return tallies, findings
}

// compareIDs orders case numbers: 2.9 before 2.10.
func compareIDs(a, b string) int {
	return slices.CompareFunc(strings.Split(a, "."), strings.Split(b, "."), func(a, b string) int {
		m, _ := strconv.Atoi(a) // the suite's numbers are numbers
		n, _ := strconv.Atoi(b)
		return cmp.Compare(m, n)
	})
}

// printVerdict prints the table of one agent and the cases by name, and reports
// whether none failed.
func printVerdict(w io.Writer, title string, tallies []tally, findings []finding) bool {
	fmt.Fprintf(w, "\n%s\n", title)
	const row = "%-24s %5d %8d %5d %5d %10d %13d %6d\n"
	fmt.Fprintf(w, "%-24s %5s %8s %5s %5s %10s %13s %6s\n", "section", "cases", "selected", "ran", "OK", "NON-STRICT", "INFORMATIONAL", "failed")
	var sum tally
	for _, t := range tallies {
		title := fmt.Sprintf("%2s %s", t.section.number, t.section.title)
		fmt.Fprintf(w, row, title, t.section.cases, t.selected, t.cases, t.ok, t.nonStrict, t.informational, t.failed)
		sum.section.cases += t.section.cases
		sum.selected += t.selected
		sum.cases += t.cases
		sum.ok += t.ok
		sum.nonStrict += t.nonStrict
		sum.informational += t.informational
		sum.failed += t.failed
	}
	fmt.Fprintf(w, row, "all", sum.section.cases, sum.selected, sum.cases, sum.ok, sum.nonStrict, sum.informational, sum.failed)
	well := true
	for _, f := range findings {
		mark := "  "
		if f.failed {
			mark, well = "FAIL", false
		}
		fmt.Fprintf(w, "%-4s %-8s %s\n", mark, f.id, f.text)
	}
	return well
}
