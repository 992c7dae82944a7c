package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"wsstorm/loadgen"
	"wsstorm/stats"
	"wsstorm/stats/objective"
	"wsstorm/stats/report"
)

// objectiveFlags are what the run is held to.
func (f *flags) objectiveFlags(set *pflag.FlagSet) {
	set.Var(&list[objective.Objective]{to: &f.objectives, noun: "'METRIC>VALUE'", parse: parseObjective, format: objective.Objective.String},
		"fail-if", "exit with 3 where this holds, or cannot be checked: rtt.p99>25ms, messages.rate<50k, lost>0.1%, "+
			"'rtt.p99>25ms for 5s' (second by second, in a row); repeatable; errors>0 where nothing is said of errors")
	set.BoolVar(&f.abortEarly, "abort-early", false,
		"end the run, and the cycles that would follow, as soon as such an objective is missed for good: errors, lost or connections.failed above a number, or one for some seconds; "+
			"what nobody answers is lost with its connection, or at the end")
}

// parseObjective reads an objective. Where there is no such metric, the error
// lists those that there are.
func parseObjective(s string) (objective.Objective, error) {
	o, err := objective.Parse(s)
	var unknown *objective.UnknownError
	if errors.As(err, &unknown) {
		err = fmt.Errorf("there is no metric %s%s; there are %s",
			unknown.Metric, didYouMean(unknown.Metric, objective.Names()), unknown.Choice())
	}
	return o, err
}

// metricOf returns the name of the metric that an objective is about, as it was
// given.
func metricOf(o objective.Objective) string {
	name := o.String()
	return name[:strings.IndexAny(name, "<>=!")] // an objective has an operator
}

// checkObjectives returns what is wrong between the objectives and the other
// flags.
func (r *request) checkObjectives() error {
	p := &r.plan
	if r.given("max-load") {
		if err := r.checkMeasured("max-load", r.goal); err != nil {
			return err
		}
	}
	for _, o := range r.objectives {
		if err := r.checkMeasured("fail-if", o); err != nil {
			return err
		}
		if p.Duration > 0 && o.Row() > p.Duration {
			return usagef("%s %q needs %s %s at least: nothing lasts longer than what is measured",
				r.told("fail-if"), o, r.told("duration"), formatDuration(o.Row()))
		}
	}
	if !r.given("abort-early") || slices.ContainsFunc(r.objectives, objective.Objective.Early) {
		return nil
	}
	return usagef("%s needs a --fail-if that cannot come right again: errors, lost or connections.failed above a number, or one \"for 5s\"%s",
		r.told("abort-early"), r.onlyLate())
}

// onlyLate says of which objectives --abort-early can make nothing.
func (r *request) onlyLate() string {
	if len(r.objectives) == 0 {
		return ""
	}
	var names []string
	for _, o := range r.objectives {
		names = append(names, o.String())
	}
	return "; known at the end only: " + strings.Join(names, ", ")
}

// A guard ends a run that is known to miss an objective.
type guard struct {
	abort  context.CancelFunc
	watch  *objective.Watch
	missed *objective.Objective // that has ended the run
}

// guard returns the context of a run that a guard may end, and the guard, whose
// abort is to be called in the end. Without --abort-early it watches nothing.
func (r *request) guard(ctx context.Context) (context.Context, *guard) {
	g := new(guard)
	ctx, g.abort = context.WithCancel(ctx)
	if r.abortEarly {
		g.watch = objective.NewWatch(r.objectives)
	}
	return ctx, g
}

// see looks at a run that lasts. When the measured window is over, there is
// nothing left to end.
func (g *guard) see(p loadgen.Progress) {
	if g.watch == nil || g.missed != nil || p.Phase == "drain" || p.Phase == "close" {
		return
	}
	if o, missed := g.watch.See(p.Totals, p.Interval); missed {
		g.missed = &o
		g.abort()
	}
}

// check holds the result to the objectives.
func (g *guard) check(objectives []objective.Objective, r *stats.Result) {
	r.Objectives = objective.Check(objectives, r)
	for i := range r.Objectives {
		o := &r.Objectives[i]
		o.EndedRun = g.missed != nil && o.Objective == g.missed.String()
	}
}

// complainOfMissed says what a report that nobody reads on standard output says
// of the objectives.
func complainOfMissed(r *stats.Result, outputs []output, stderr io.Writer) {
	if told(outputs, "text", "md") {
		return
	}
	for _, c := range report.Objectives(r) {
		if c.Outcome == report.Failed {
			complain(stderr, fmt.Errorf("%s: %s", c.Name, c.Text))
		}
	}
}
