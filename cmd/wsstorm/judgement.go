package main

import (
	"fmt"
	"strings"

	"wsstorm/stats"
	"wsstorm/stats/regress"
	"wsstorm/stats/report"
)

// A judgement is what came of comparing results: the document that bench and
// compare write.
type judgement struct {
	Tool stats.Tool `json:"tool"`
	// Kind is how it came about: bench, compare, indicative.
	Kind string `json:"kind"`
	// Outcome is that of all metrics together, absent where it is indicative or
	// the bench was interrupted.
	Outcome     regress.Outcome `json:"outcome,omitempty"`
	Interrupted bool            `json:"interrupted,omitempty"`
	Old         string          `json:"old"` // what was compared, in words
	New         string          `json:"new"`
	Basis       string          `json:"basis"` // on what it stands, in words
	Metrics     []judgedMetric  `json:"metrics"`
	Notes       []string        `json:"notes,omitempty"`
	Bench       *benchRecord    `json:"bench,omitempty"`

	strict bool // what is inconclusive fails
	left   []regress.LeftOut
}

// A judgedMetric is one row of the table. Change, Low and High are shares of the
// old figure: 0.1 is 10% more of it, be that better or worse.
type judgedMetric struct {
	Name       string          `json:"name"`
	Unit       string          `json:"unit"` // ns or 1/s
	Old        float64         `json:"old"`
	New        float64         `json:"new"`
	Change     float64         `json:"change"`
	Low        float64         `json:"change_low"`
	High       float64         `json:"change_high"`
	Confidence float64         `json:"confidence"`
	Least      float64         `json:"least_effect,omitempty"`
	P          float64         `json:"p_adjusted,omitempty"`
	Outcome    regress.Outcome `json:"outcome,omitempty"`
	Limit      float64         `json:"max_regression,omitempty"`
	Exceeded   bool            `json:"exceeded,omitempty"`

	change regress.Change
}

func newJudgedMetric(c regress.Change) judgedMetric {
	m := judgedMetric{
		Name: c.Metric.Name, Unit: "ns", Old: c.Old, New: c.New,
		Change: c.Metric.Change(c.Effect.Point), Low: c.Metric.Change(c.Effect.Low), High: c.Metric.Change(c.Effect.High),
		Confidence: c.Effect.Confidence, change: c,
	}
	if c.Metric.HigherIsBetter() {
		// What is worse is less.
		m.Unit, m.Low, m.High = "1/s", m.High, m.Low
	}
	return m
}

// judged returns the judgement of a tested report.
func judged(kind string, r *regress.Report) *judgement {
	j := &judgement{Tool: tool(), Kind: kind, Outcome: r.Outcome(), Metrics: []judgedMetric{}}
	for _, c := range r.Comparisons {
		m := newJudgedMetric(c.Change)
		m.Least, m.P, m.Outcome = c.Metric.LeastEffect, c.Adjusted, c.Outcome
		j.Metrics = append(j.Metrics, m)
	}
	if r.Hopeless != "" {
		j.Notes = append(j.Notes, r.Hopeless)
	}
	j.leftOut(r.LeftOut)
	return j
}

// indicativeSeed is the seed of every bootstrap: the same two files, the same
// intervals.
const indicativeSeed = 1

// indicated returns the judgement of one result against one.
func indicated(old, new *stats.Result, metrics []regress.Metric) (*judgement, error) {
	changes, left, err := regress.Indicate(old, new, metrics, indicativeSeed)
	if err != nil {
		return nil, err
	}
	j := &judgement{Tool: tool(), Kind: "indicative", Basis: "one run against one, second by second (moving-block bootstrap)"}
	for _, c := range changes {
		j.Metrics = append(j.Metrics, newJudgedMetric(c))
	}
	j.Notes = append(j.Notes, "INDICATIVE: two runs of the same server may differ by more than these intervals, which are too narrow for short runs and know nothing of the difference between runs. wsstorm bench gives an answer.")
	j.Notes = append(j.Notes, "rtt.p50 is the median of the seconds' p50, and rtt.p99 the mean of their p99: not the runs' own figures.")
	j.leftOut(left)
	return j, nil
}

func (j *judgement) leftOut(left []regress.LeftOut) {
	j.left = left
	for _, l := range left {
		j.Notes = append(j.Notes, l.Reason)
	}
}

// whyLeftOut returns why a metric was left out, behind a colon.
func (j *judgement) whyLeftOut(m regress.Metric) string {
	for _, l := range j.left {
		if l.Metric.Name == m.Name {
			return ": " + strings.TrimSuffix(l.Reason, ".")
		}
	}
	return ""
}

// fails reports whether the judgement fails a build.
func (j *judgement) fails() bool {
	for _, m := range j.Metrics {
		if m.Exceeded {
			return true
		}
	}
	return j.Outcome == regress.Regressed
}

// verdict returns the last column of a metric's row.
func (m *judgedMetric) verdict() string {
	switch {
	case m.Exceeded:
		return "over " + formatShare(m.Limit)
	case m.Outcome != "":
		return string(m.Outcome)
	case m.Limit > 0:
		return "not over " + formatShare(m.Limit)
	}
	return "indicative"
}

// cases returns the metrics as JUnit and GitHub's annotations tell them.
func (j *judgement) cases() []report.Case {
	var cases []report.Case
	if j.Interrupted {
		return []report.Case{{Name: j.Kind, Outcome: report.Unusable, Text: j.heading()}}
	}
	for _, m := range j.Metrics {
		old, new, change, interval := m.cells()
		c := report.Case{Name: m.Name, Text: fmt.Sprintf("%s: %s to %s, %s (%s)", m.verdict(), old, new, change, interval)}
		switch {
		case m.Exceeded || m.Outcome == regress.Regressed || j.strict && m.Outcome == regress.Inconclusive:
			c.Outcome = report.Failed
		case m.Outcome == regress.Inconclusive || m.Outcome == "" && m.Limit == 0:
			c.Outcome = report.Inconclusive
		}
		cases = append(cases, c)
	}
	for _, l := range j.left {
		if l.Doubt {
			c := report.Case{Name: l.Metric.Name, Text: l.Reason, Outcome: report.Inconclusive}
			if j.strict {
				c.Outcome = report.Failed
			}
			cases = append(cases, c)
		}
	}
	return cases
}
