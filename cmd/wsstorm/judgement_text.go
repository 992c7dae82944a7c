package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"wsstorm/stats/regress"
	"wsstorm/stats/report"
)

// A judgementFormat is a form of a judgement.
type judgementFormat struct {
	name   string
	render func(w *bytes.Buffer, j *judgement, color bool) error
}

// The first is the default.
var judgementForms = []judgementFormat{
	{"text", func(w *bytes.Buffer, j *judgement, color bool) error {
		w.WriteString(j.text(color))
		return nil
	}},
	{"json", func(w *bytes.Buffer, j *judgement, _ bool) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(j)
	}},
	{"md", func(w *bytes.Buffer, j *judgement, _ bool) error {
		w.WriteString(j.markdown())
		return nil
	}},
	{"junit", func(w *bytes.Buffer, j *judgement, _ bool) error {
		return report.JUnit(w, report.Suite{Name: "wsstorm " + j.Kind, Cases: j.cases()})
	}},
}

func judgementFormats() []string {
	var names []string
	for _, f := range judgementForms {
		names = append(names, f.name)
	}
	return names
}

// writeJudgement writes a judgement wherever it is to go. All places are tried.
func writeJudgement(j *judgement, outputs []output, stdout io.Writer) error {
	if len(outputs) == 0 {
		outputs = []output{{format: judgementForms[0].name}}
	}
	var errs []error
	for _, o := range outputs {
		var b bytes.Buffer
		f := judgementForms[slices.Index(judgementFormats(), o.format)]
		if err := f.render(&b, j, o.path == "" && hasColor(stdout)); err != nil {
			errs = append(errs, fmt.Errorf("rendering the comparison as %s: %w", f.name, err))
			continue
		}
		switch {
		case o.path == "":
			_, err := stdout.Write(b.Bytes())
			errs = append(errs, writing(err))
		case isStepSummary(o.path):
			errs = append(errs, appendFile(o.path, b.Bytes()))
		default:
			errs = append(errs, writeFile(o.path, b.Bytes()))
		}
	}
	return errors.Join(errs...)
}

// heading returns the judgement in a few words.
func (j *judgement) heading() string {
	switch {
	case j.Interrupted:
		return "interrupted, no verdict"
	case j.Outcome != "":
		return string(j.Outcome)
	case j.fails():
		return "over the limit"
	}
	return "indicative only"
}

// cells returns the figures of a row as they are printed.
func (m *judgedMetric) cells() (old, new, change, interval string) {
	figure := func(v float64) string {
		if m.Unit == "ns" {
			return report.Duration(time.Duration(v))
		}
		return report.Rate(v)
	}
	percent := func(share float64) string { return fmt.Sprintf("%+.1f%%", share*100) }
	return figure(m.Old), figure(m.New), percent(m.Change), percent(m.Low) + " to " + percent(m.High)
}

// confidence returns what stands above the intervals, of which there is one at
// least. All have the same.
func (j *judgement) confidence() string {
	return formatShare(j.Metrics[0].Confidence) + " interval"
}

func (j *judgement) text(color bool) string {
	var b strings.Builder
	heading := j.heading()
	switch {
	case !color:
	case j.fails():
		heading = red + heading + plain
	case j.Outcome == regress.Inconclusive || j.Outcome == "":
		heading = yellow + heading + plain
	}
	fmt.Fprintf(&b, "%s: %s\n  old   %s\n  new   %s\n  from  %s\n\n", j.Kind, heading, j.Old, j.New, j.Basis)
	const line = "  %-14s %10s %10s %7s  %-18s %s\n"
	if len(j.Metrics) > 0 {
		fmt.Fprintf(&b, line, "", "old", "new", "change", j.confidence(), "verdict")
	}
	for _, m := range j.Metrics {
		old, new, change, interval := m.cells()
		fmt.Fprintf(&b, line, m.Name, old, new, change, interval, m.verdict())
	}
	if len(j.Metrics) > 0 && len(j.Notes) > 0 {
		b.WriteByte('\n')
	}
	for _, n := range j.Notes {
		fmt.Fprintf(&b, "  ! %s\n", strings.Join(wrap(n, allColumns-4), "\n    "))
	}
	return b.String()
}

// markdown returns the judgement for the step summary of a GitHub Actions job.
func (j *judgement) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "## wsstorm %s: %s\n\n", j.Kind, j.heading())
	fmt.Fprintf(&b, "%s against %s: %s\n\n", codeSpan(j.New), codeSpan(j.Old), j.Basis)
	if len(j.Metrics) > 0 {
		fmt.Fprintf(&b, "| metric | old | new | change | %s | verdict |\n| --- | ---: | ---: | ---: | --- | --- |\n", j.confidence())
	}
	for _, m := range j.Metrics {
		old, new, change, interval := m.cells()
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", m.Name, old, new, change, interval, m.verdict())
	}
	if len(j.Metrics) > 0 && len(j.Notes) > 0 {
		b.WriteByte('\n')
	}
	for _, n := range j.Notes {
		fmt.Fprintf(&b, "- %s\n", strings.NewReplacer("<", "&lt;", "@", "&#64;", "`", "&#96;").Replace(n))
	}
	return b.String()
}

// codeSpan returns text as Markdown that stays what it is, whatever is in it: a
// name of a file or a URL.
func codeSpan(text string) string {
	return "`` " + strings.ReplaceAll(text, "``", "` `") + " ``"
}
