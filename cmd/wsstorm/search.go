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

// spare is how many more messages a run is to have than just enough, since Poisson
// arrivals vary.
const spare = 1.2

// values returns how many messages a run with so many connections has at least,
// for the objective to be known. In a broadcast each is delivered to all that
// subscribe; what is counted of connections needs no messages.
func (r *request) values(connections int) float64 {
	need := float64(r.goal.Values())
	switch name, _, _ := strings.Cut(metricOf(r.goal), "."); name {
	case stats.Delivery.String():
		need = math.Ceil(need / float64(max(1, connections-r.publishers)))
	case stats.RTT.String(), stats.Service.String(), stats.Lag.String(), stats.Queue.String(), stats.Skew.String():
	default:
		need = 0
	}
	return spare * max(10, need)
}

// longest returns the longest run that a search makes.
func (r *request) longest() time.Duration {
	if r.given("duration") {
		return r.plan.Duration
	}
	return longestProbe
}

// checkSearch returns what is wrong between the rate of a search and its
// objective: a run with too few messages for it would say nothing.
func (r *request) checkSearch() error {
	p := &r.plan
	if !r.given("max-load") || !r.given("rate") {
		return nil
	}
	need := r.values(p.Connections)
	if r.vary == varyConnections { // the rate stays, so that just enough is enough
		need /= spare
		if r.goal.Values() == 0 {
			return nil
		}
	}
	if p.Rate*r.longest().Seconds() >= need {
		return nil
	}
	takes := time.Duration(math.Ceil(need/p.Rate*10)) * time.Second / 10
	why := metricOf(r.goal) + " needs " + report.Count(int64(math.Ceil(need))) + " messages: at " + report.Rate(p.Rate) + " that is " + formatDuration(takes)
	if r.given("duration") {
		return usagef("%s contradicts %s: %s; raise --rate or --duration", r.told("rate"), r.told("duration"), why)
	}
	return usagef("%s contradicts %s: %s, and a run of a search takes %s at most; raise --rate, or give a --duration",
		r.told("rate"), r.told("max-load"), why, formatDuration(longestProbe))
}

// bounds says where a search looks.
func (r *request) bounds() knee.Search {
	s := knee.Search{Least: 1, Precision: searchPrecision, Whole: true}
	if r.vary == varyConnections {
		s.Start = float64(r.plan.Connections)
		s.Most = maxConnections
		return s
	}
	s.Least = math.Ceil(max(1, r.values(r.plan.Connections)/r.longest().Seconds()))
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
		enough := time.Duration(r.values(p.Connections) / p.Rate * float64(time.Second)).Round(time.Second / 10)
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
