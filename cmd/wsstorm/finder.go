package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"wsstorm/internal/knee"
	"wsstorm/internal/preflight"
	"wsstorm/loadgen"
	"wsstorm/stats"
	"wsstorm/stats/objective"
	"wsstorm/stats/report"
)

// The reasons to end a search before it has an answer.
var (
	errInterrupted = errors.New("interrupted")
	errNoServer    = errors.New("no connection was opened")
	errNoClient    = errors.New("the client keeps to no rate")
)

// A finder makes the runs of a search, and keeps what they found.
type finder struct {
	*request
	streams
	found      stats.Search
	objectives []objective.Objective
	show       func(loadgen.Progress)
	best, last *stats.Result // at the highest load that was held, and the latest
	short      bool          // a load was too much for this machine, and that was said

	rows io.Writer // of the table; nil where nobody would read it
	opt  report.TextOptions
}

// search looks for the most load that the server holds, and returns the run at
// it; where none was held, the last one.
func (r *request) search(ctx context.Context, s streams, show func(loadgen.Progress)) (*stats.Result, error) {
	f := &finder{request: r, streams: s, show: show,
		found:      stats.Search{Objective: r.goal.String(), Vary: variations[r.vary], Probes: []stats.Probe{}},
		objectives: append([]objective.Objective{r.goal.Not()}, r.objectives...),
	}
	switch {
	case told(r.outputs, "text"):
		f.rows = s.out
	case isTerminal(s.err) && !r.quiet:
		f.rows = s.err
	}
	f.opt = report.TextOptions{Color: hasColor(f.rows), Width: columns(f.rows)}
	if err := f.print(report.SearchHeading(&f.found, f.opt)); err != nil {
		return nil, err
	}
	_, err := r.bounds().Run(func(load float64) (knee.Outcome, error) { return f.probe(ctx, load) })
	switch {
	case errors.Is(err, errInterrupted):
		f.found.Interrupted = true
	case errors.Is(err, errNoServer), errors.Is(err, errNoClient):
	case err != nil:
		return nil, err
	}
	settle(&f.found)
	result := cmp.Or(f.best, f.last)
	if result == nil {
		return nil, exitError(exitInterrupted)
	}
	result.Search = &f.found
	return result, nil
}

// settle sums up the probes, the one with which a search ended early among them.
func settle(s *stats.Search) {
	for _, p := range s.Probes {
		if p.Outcome == stats.ProbeHeld {
			s.Held = max(s.Held, p.Load)
		}
	}
	for _, p := range s.Probes {
		if p.Outcome != stats.ProbeHeld && p.Outcome != stats.ProbeGone && p.Load > s.Held && (s.Beyond == 0 || p.Load <= s.Beyond) {
			s.Beyond, s.Limit = p.Load, p.Outcome
		}
	}
}

// probe makes the run at a load.
func (f *finder) probe(ctx context.Context, load float64) (knee.Outcome, error) {
	if p, is := f.tooMuch(ctx, load); is {
		if last := f.found.Probes[len(f.found.Probes)-1]; last.Load == load {
			return knee.Invalid, nil // it was no moment's disturbance
		}
		return knee.Invalid, f.keep(p)
	}
	t := trial{plan: f.planAt(load), objectives: f.objectives, show: f.show}
	if f.vary == varyRate { // the line tells connections anyway
		t.title = report.Rate(load)
	}
	r, err := f.once(ctx, f.streams, t)
	if err != nil {
		return 0, err
	}
	if r.Interrupted && !r.EndedByObjective() {
		f.last = cmp.Or(f.last, r) // of a part of a run only if there is no other
		return 0, errInterrupted
	}
	f.last = r
	p := stats.ProbeOf(load, r)
	gone := r.Connections.Opened == 0
	if gone {
		p.Outcome = stats.ProbeGone // whatever the objective makes of that
	}
	if err := f.keep(p); err != nil {
		return 0, err
	}
	if gone {
		return 0, errNoServer // nor will there be one at another load
	}
	outcome := outcomes[p.Outcome]
	switch {
	case outcome == knee.Held:
		f.best = r // a search that has held a load looks above it
	case f.best == nil && f.hopeless():
		return outcome, errNoClient
	}
	return outcome, nil
}

// tooMuch returns the probe of a run that is not made, because this machine
// cannot open so many connections, and otherwise settles the addresses that they
// come from. The first run has been checked already.
func (f *finder) tooMuch(ctx context.Context, load float64) (stats.Probe, bool) {
	if f.vary != varyConnections || len(f.found.Probes) == 0 {
		return stats.Probe{}, false
	}
	need := f.need(f.addresses(ctx, true))
	need.Connections = int(load)
	machine := preflight.This()
	machine.Brief = true
	f.spreadOut(&need, machine)
	items := machine.Examine(need)
	short := preflight.Shortage(items)
	if short == nil {
		return stats.Probe{}, false
	}
	if !f.short {
		complain(f.err, fmt.Errorf("%s connections are too many: %w", report.Count(int64(load)), short))
	}
	f.short = true
	p := stats.Probe{Load: load, Outcome: stats.ProbeInvalid, Verdict: stats.Invalid}
	for _, i := range items {
		if i.State == preflight.TooLittle {
			p.Checks = append(p.Checks, i.Name)
		}
	}
	return p, true
}

// hopelessRate is one that any client keeps to, where nothing else disturbs it.
const hopelessRate = 500

// hopeless reports whether the latest two probes were invalid at a rate at which
// the load cannot be the reason, so that less of it would not help.
func (f *finder) hopeless() bool {
	last := f.found.Probes[max(0, len(f.found.Probes)-2):]
	return f.vary == varyRate && len(last) == 2 && !slices.ContainsFunc(last, func(p stats.Probe) bool {
		return p.Outcome != stats.ProbeInvalid || p.Load > hopelessRate
	})
}

// keep adds a probe to what was found, and to the table.
func (f *finder) keep(p stats.Probe) error {
	f.found.Probes = append(f.found.Probes, p)
	return f.print(report.SearchProbe(&f.found, p, f.opt))
}

// outcomes are the outcomes of a probe as the search takes them.
var outcomes = map[string]knee.Outcome{
	stats.ProbeHeld: knee.Held, stats.ProbeMissed: knee.Missed, stats.ProbeInvalid: knee.Invalid,
}

// print writes a part of the table. Where standard output takes no more, the
// search ends: nobody waits for its answer.
func (f *finder) print(text string) error {
	if f.rows == nil {
		return nil
	}
	_, err := io.WriteString(f.rows, text)
	if f.rows == f.out {
		return writing(err)
	}
	return nil
}
