package report

import (
	"strings"
	"time"

	"wsstorm/stats"
)

// The columns of the table of stages, which has one more than the others, and a
// quantile less.
const (
	stageWidth    = 14
	offeredWidth  = 15
	receivedWidth = 11
)

var stageColumns = [...]stats.Quantile{stats.P50, stats.P99, stats.P999}

// stages tells the rtt of each stage, where there are several, and how much of
// its load was answered.
func (t *text) stages() {
	if len(t.r.Stages) < 2 {
		return
	}
	t.columns(pad("rtt by stage", stageWidth)+padLeft("offered", offeredWidth)+padLeft("received", receivedWidth), stageColumns[:])
	for _, s := range t.r.Stages {
		line := pad(strings.Repeat(" ", indent)+"at "+since(seconds(s.FromS)), stageWidth) +
			padLeft(" "+ramp(s.RateFrom, s.RateTo, "→"), offeredWidth) +
			padLeft(" "+Rate(s.Messages.Rate), receivedWidth)
		t.values(line, stageColumns[:], s.RTT)
		t.row("", trouble(s.Messages)...)
	}
}

// offered returns the rate of an open loop, or those of its stages.
func offered(r *stats.Result) string {
	n := len(r.Stages)
	if n == 0 {
		return Rate(r.Load.Rate) + " offered"
	}
	lowest, highest := r.Stages[0].RateFrom, r.Stages[0].RateFrom
	for _, s := range r.Stages {
		lowest = min(lowest, s.RateFrom, s.RateTo)
		highest = max(highest, s.RateFrom, s.RateTo)
	}
	return plural(int64(n), "stage") + " of " + ramp(lowest, highest, " to ") + " offered"
}

// ramp returns two rates, or the one that both are.
func ramp(from, to float64, word string) string {
	if from == to {
		return Rate(from)
	}
	return strings.TrimSuffix(Rate(from), "/s") + word + Rate(to)
}

// since returns how long after the start of the window something is.
func since(d time.Duration) string {
	if d == 0 {
		return "0 s"
	}
	return Duration(d)
}
