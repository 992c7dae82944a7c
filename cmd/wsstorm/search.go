package main

import (
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"wsstorm/internal/knee"
	"wsstorm/loadgen"
	"wsstorm/stats"
	"wsstorm/stats/objective"
	"wsstorm/stats/report"
)

// A variation is what a search varies.
type variation uint8

const (
	varyRate variation = iota
	varyConnections
)

var variations = []string{stats.VaryRate, stats.VaryConnections}

// The defaults of a search, and how close its bounds come to each other.
const (
	searchStart     = 1000 // messages a second
	searchPrecision = 0.05
	probeDuration   = 5 * time.Second
	longestProbe    = time.Minute // where a quantile needs more values than come in probeDuration
)

// searchFlags are what makes of a run a search for the most load.
func (f *flags) searchFlags(set *pflag.FlagSet) {
	set.Var(&field[objective.Objective]{to: &f.goal, noun: "'METRIC<VALUE'", parse: parseGoal, format: objective.Objective.String},
		"max-load", "search for the most load within this, rtt.p99<25ms for instance, by runs at rising rates; -d is the length of each, 5s by default")
	set.Var(choice(&f.vary, variations...), "vary",
		"what --max-load varies: messages a second, from --rate (or 1k) on, or connections, from -c on, under whatever load the flags say")
}

// parseGoal reads what a server is held to.
func parseGoal(s string) (objective.Objective, error) {
	o, err := parseObjective(s)
	switch {
	case err != nil:
	case o.Row() > 0:
		err = errors.New(`a search looks at each run as a whole: leave out "for"`)
	case o.AtLeast():
		err = errors.New("this is what the server is to keep to, not what the run fails on: did you mean " + strings.Replace(s, ">", "<", 1) + "?")
	}
	return o, err
}

// searches reports whether the run is a search that varies this.
func (r *request) searches(v variation) bool { return r.given("max-load") && r.vary == v }

// resolveSearch completes the plan of a search: that of its first run.
func (r *request) resolveSearch() {
	if !r.given("max-load") {
		return
	}
	p := &r.plan
	if r.vary == varyRate {
		p.InFlight = 0
		if !r.given("rate") {
			p.Rate = searchStart
		}
	}
	if !r.given("duration") {
		p.Duration = probeDuration
	}
}

// values returns how many messages a run has at least, for the objective to be
// known; a few more than just enough, since Poisson arrivals vary.
func (r *request) values() float64 { return 1.2 * float64(max(10, r.goal.Values())) }

// bounds says where a search looks.
func (r *request) bounds() knee.Search {
	s := knee.Search{Least: 1, Precision: searchPrecision, Whole: true}
	if r.vary == varyConnections {
		s.Start = float64(r.plan.Connections)
		s.Most = maxConnections
		return s
	}
	longest := longestProbe
	if r.given("duration") {
		longest = r.plan.Duration
	}
	s.Least = math.Ceil(max(1, r.values()/longest.Seconds()))
	s.Start = max(s.Least, math.Round(r.plan.Rate))
	s.Most = max(s.Start, maxRate)
	return s
}

// planAt returns the plan of the run at a load.
func (r *request) planAt(load float64) loadgen.Plan {
	p := r.plan
	if r.vary == varyConnections {
		p.Connections = int(load)
	} else {
		p.Rate = load
	}
	if p.Rate > 0 && !r.given("duration") {
		enough := time.Duration(r.values() / p.Rate * float64(time.Second)).Round(time.Second / 10)
		p.Duration = min(max(p.Duration, enough), longestProbe)
	}
	return p
}

// searchOutcome returns the exit code that a search deserves.
func searchOutcome(r *stats.Result) int {
	is := func(outcome string) func(stats.Probe) bool {
		return func(p stats.Probe) bool { return p.Outcome == outcome }
	}
	switch s := r.Search; {
	case s.Interrupted:
		return exitInterrupted
	case slices.ContainsFunc(s.Probes, is(stats.ProbeGone)):
		return exitFailed
	case s.Held > 0:
		return exitOK
	case nothingMeasured(r):
		return exitFailed
	case slices.ContainsFunc(s.Probes, is(stats.ProbeMissed)):
		return exitMissed
	}
	return exitInvalid
}

// complainOfSearch says what a search came to, where it found nothing and
// nobody reads that on standard output.
func complainOfSearch(r *stats.Result, outputs []output, stderr io.Writer) {
	if !told(outputs, "text", "md") {
		complain(stderr, errors.New(strings.TrimSuffix(report.Conclusion(r.Search), ".")))
	}
}
