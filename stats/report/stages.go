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

// stages tells the headline of each stage, where there are several, and how much of
// its load was answered.
func (t *text) stages() {
	if len(t.r.Stages) < 2 || isIdle(t.r) {
		return
	}
	title := "rtt by stage"
	if t.r.Broadcast != nil {
		title = "delivery" // the other has no room
	}
	t.columns(pad(title, stageWidth)+padLeft(stageHeading(t.r), offeredWidth)+padLeft("received", receivedWidth), stageColumns[:])
	for _, s := range t.r.Stages {
		line := pad(strings.Repeat(" ", indent)+"at "+since(seconds(s.FromS)), stageWidth) +
			padLeft(" "+stageLoad(t.r, s), offeredWidth) +
			padLeft(" "+Rate(s.Messages.Rate), receivedWidth)
		t.values(line, stageColumns[:], s.RTT)
		t.row("", trouble(s.Messages)...)
	}
}

// isIdle reports whether no messages were to be sent.
func isIdle(r *stats.Result) bool { return r.Load.InFlight == 0 && r.Load.Rate == 0 }

// stageHeading returns what stageLoad tells.
func stageHeading(r *stats.Result) string {
	if r.Load.Rate > 0 {
		return "offered"
	}
	return "connections"
}

// stageLoad returns what was planned for a stage: a rate, or connections.
func stageLoad(r *stats.Result, s stats.Stage) string {
	if r.Load.Rate > 0 {
		return rates(s.RateFrom, s.RateTo, "→")
	}
	return counts(s.ConnectionsFrom, s.ConnectionsTo, "→")
}

// inStages returns the range of the load of all stages, nothing without any.
func inStages(r *stats.Result) string {
	if len(r.Stages) == 0 {
		return ""
	}
	least, most := r.Stages[0], r.Stages[0]
	for _, s := range r.Stages {
		least.RateFrom = min(least.RateFrom, s.RateFrom, s.RateTo)
		most.RateTo = max(most.RateTo, s.RateFrom, s.RateTo)
		least.ConnectionsFrom = min(least.ConnectionsFrom, s.ConnectionsFrom, s.ConnectionsTo)
		most.ConnectionsTo = max(most.ConnectionsTo, s.ConnectionsFrom, s.ConnectionsTo)
	}
	n := plural(int64(len(r.Stages)), "stage")
	if r.Load.Rate > 0 {
		return n + " of " + rates(least.RateFrom, most.RateTo, " to ")
	}
	return n + " of " + counts(least.ConnectionsFrom, most.ConnectionsTo, " to ") + " connections"
}

// rates returns two rates, or the one that both are.
func rates(from, to float64, word string) string {
	if from == to {
		return Rate(from)
	}
	return strings.TrimSuffix(Rate(from), "/s") + word + Rate(to)
}

// counts returns two counts, or the one that both are.
func counts(from, to int64, word string) string {
	if from == to {
		return ShortCount(from)
	}
	return ShortCount(from) + word + ShortCount(to)
}

// since returns how long after the start of the window something is.
func since(d time.Duration) string {
	if d == 0 {
		return "0 s"
	}
	return Duration(d)
}
