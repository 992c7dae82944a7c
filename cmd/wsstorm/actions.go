package main

import (
	"io"
	"os"

	"wsstorm/stats"
	"wsstorm/stats/report"
)

// inActions reports whether a step of GitHub Actions runs us.
func inActions() bool { return os.Getenv("GITHUB_ACTIONS") == "true" }

// annotate tells GitHub what was missed and what is doubtful, for it to show
// beside the job. It goes to standard error, which the runner reads as it does
// standard output: there it would get into whatever a workflow makes of the
// report.
func annotate(r *stats.Result, stderr io.Writer) {
	if inActions() {
		report.Annotations(stderr, cases(r)) // if it can't be written, the exit code still tells
	}
}

// isStepSummary reports whether a file is the one whose Markdown GitHub shows on
// the page of the run. All commands of a step append to it.
func isStepSummary(path string) bool {
	return path != "" && path == os.Getenv("GITHUB_STEP_SUMMARY")
}
