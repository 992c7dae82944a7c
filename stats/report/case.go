package report

import (
	"strings"
	"time"

	"wsstorm/stats"
)

// A Case is one question put to a run or to a comparison, and its answer: an
// objective, a metric that must not have regressed, or whether the measurement
// may be believed.
type Case struct {
	Name     string // what was asked, "fail if rtt.p99>25ms"
	Outcome  Outcome
	Text     string        // the figures behind the answer; may have several lines
	Duration time.Duration // that the answer took; 0 where it took none of its own
}

// An Outcome is the answer to a Case.
type Outcome uint8

// The outcomes, best first.
const (
	Passed       Outcome = iota
	Doubtful             // passed, on numbers to be read with care
	Inconclusive         // neither passed nor failed: too little was measured
	Failed               // an objective missed, a metric regressed
	Unusable             // the measurement itself is invalid
)

// String returns the outcome in a word.
func (o Outcome) String() string {
	switch o {
	case Passed:
		return "passed"
	case Doubtful:
		return "doubtful"
	case Inconclusive:
		return "inconclusive"
	case Failed:
		return "failed"
	}
	return "invalid"
}

// Measurement returns the Case that asks whether the numbers of r may be
// believed. One without a verdict is Unusable, and of one that measured nothing
// that is open.
func Measurement(r *stats.Result) Case {
	c := Case{Name: "measurement", Outcome: Unusable, Duration: seconds(r.WindowS)}
	switch r.Verdict.Status {
	case stats.Valid:
		c.Outcome = Passed
		if isUnmeasured(r) {
			c.Outcome, c.Text = Inconclusive, nothingMeasured
			return c
		}
	case stats.Suspect:
		c.Outcome = Doubtful
	case stats.Invalid:
	default:
		c.Text = "INVALID: nothing says that these numbers may be believed"
		return c
	}
	c.Text = strings.Join(warnings(r.Verdict), "\n")
	return c
}
