package report

import (
	"slices"

	"wsstorm/stats"
)

// What is said first of numbers that are not simply valid.
const (
	invalidBanner = "INVALID: do not take these numbers for the server's"
	suspectBanner = "SUSPECT: read these numbers together with what weakens them"
)

// nothingMeasured stands where a verdict would be told of a run that ended before
// its window, and of which no check therefore says anything.
const nothingMeasured = "nothing was measured"

func isUnmeasured(r *stats.Result) bool {
	return r.Verdict.Status == stats.Valid && r.WindowS <= 0
}

// warnings returns what has to stand beside the numbers of a result, a line
// each: how far they can be believed, then every finding that weakens them. It
// is nil where the result is valid.
func warnings(v stats.Verdict) []string {
	var lines []string
	switch v.Status {
	case stats.Invalid:
		lines = append(lines, invalidBanner)
	case stats.Suspect:
		lines = append(lines, suspectBanner)
	default:
		return nil
	}
	for _, f := range v.Findings {
		if f.Level == stats.Invalid {
			lines = append(lines, finding(f))
		}
	}
	for _, f := range v.Findings {
		if f.Level == stats.Suspect {
			lines = append(lines, finding(f))
		}
	}
	return lines
}

// weakening returns the names of the checks that weaken a result, each once.
func weakening(v stats.Verdict) []string {
	var checks []string
	for _, f := range v.Findings {
		if name := clean(f.Check); f.Level != stats.Note && !slices.Contains(checks, name) {
			checks = append(checks, name)
		}
	}
	return checks
}
