package report

import (
	"math"
	"strings"

	"wsstorm/stats"
)

// Objectives returns a Case for each objective of r. One that was missed has
// Failed, whatever the verdict; one that was met proves nothing where the
// measurement is invalid, and is Inconclusive there.
func Objectives(r *stats.Result) []Case {
	var cases []Case
	for _, o := range r.Objectives {
		// The condition alone, beside "passed", would read as what came true.
		c := Case{Name: "fail if " + o.Objective, Text: figures(o)}
		switch {
		case o.Missed:
			c.Outcome = Failed
		case r.Verdict.Status == stats.Invalid:
			c.Outcome = Inconclusive
			c.Text += "; the measurement is invalid"
		}
		cases = append(cases, c)
	}
	return cases
}

// figures says in a line what came of an objective.
func figures(o stats.Objective) string {
	var items []string
	if o.Value != nil {
		items = append(items, quantity(*o.Value, o.Unit))
		if m := margin(o); m != "" {
			items = append(items, "margin "+m)
		}
	} else {
		items = append(items, "unknown")
	}
	if o.Text != "" {
		items = append(items, o.Text)
	}
	if o.EndedRun {
		items = append(items, "ended the run")
	}
	return strings.Join(items, ", ")
}

// quantity returns a value with its unit.
func quantity(v float64, unit string) string {
	switch unit {
	case "ns":
		return Duration(nanoseconds(v))
	case "ratio":
		return Percent(v)
	case "per_s":
		return Rate(v)
	case "bytes":
		return Bytes(v)
	}
	if v != math.Trunc(v) {
		return number(v)
	}
	return ShortCount(int64(min(v, 9e18)))
}

// margin returns how far the value is from the limit, as a part of that: with a
// plus on the side where the objective is met, with a minus on the other. Of a
// limit of 0 there are no parts, so that it is the value itself.
func margin(o stats.Objective) string {
	if o.Value == nil {
		return ""
	}
	distance := math.Abs(*o.Value - o.Limit)
	sign := "+"
	if o.Missed {
		sign = "-"
	}
	switch {
	case distance == 0:
		return "0"
	case o.Limit == 0:
		return sign + quantity(distance, o.Unit)
	}
	return sign + Percent(distance/math.Abs(o.Limit))
}

// The columns of the table of objectives.
const (
	answerWidth    = 8
	conditionWidth = 40
	valueWidth     = 15
	marginWidth    = 12
)

// objectives tells what the run was held to, where somebody asked for something
// or something went wrong.
func (t *text) objectives() {
	asked := false
	for _, o := range t.r.Objectives {
		asked = asked || !o.Default || o.Missed
	}
	if !asked {
		return
	}
	t.line(plain, "")
	t.line(bold, pad("Objectives: the run fails if", indent+answerWidth+conditionWidth)+
		padLeft("value", valueWidth)+padLeft("margin", marginWidth))
	for _, o := range t.r.Objectives {
		answer, marked, value := "met", plain, "unknown"
		if o.Missed {
			answer, marked = "MISSED", red
		}
		if o.Value != nil {
			value = quantity(*o.Value, o.Unit)
		}
		t.line(marked, strings.Repeat(" ", indent)+pad(answer, answerWidth)+pad(clean(o.Objective), conditionWidth)+
			padLeft(" "+value, valueWidth)+padLeft(" "+margin(o), marginWidth))
		if o.Text != "" {
			t.paragraph(plain, "·", clean(o.Text))
		}
		if o.EndedRun {
			t.paragraph(plain, "·", "The run was ended because of it.")
		}
	}
}

// objectives tells which of them were missed, for an alert to be set on.
func (e *exposition) objectives(objectives []stats.Objective) {
	if len(objectives) == 0 {
		return
	}
	e.family("objective_missed", "gauge", "Whether the condition under which the run fails holds, or cannot be checked.")
	seen := map[string]bool{} // one given twice is one series
	for _, o := range objectives {
		if seen[o.Objective] {
			continue
		}
		seen[o.Objective] = true
		e.sample("objective_missed", truth(o.Missed), "objective", o.Objective)
	}
}
