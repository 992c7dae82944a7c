package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/spf13/pflag"

	"wsstorm/loadgen"
	"wsstorm/stats"
	"wsstorm/stats/objective"
	"wsstorm/stats/report"
	"wsstorm/wsclient"
)

// load is the command without a name: it loads a server.
func load(ctx context.Context, args []string, s streams) error {
	r, err := readRequest(args)
	if err == nil {
		err = r.run(ctx, s)
	}
	return r.secrets.cleanError(err, s)
}

// cleanError removes secrets from the text of an error.
func (c scrubber) cleanError(err error, s streams) error {
	var usage *usageError
	var code exitError
	switch {
	case err == nil || errors.As(err, &code):
		return err
	case errors.Is(err, pflag.ErrHelp):
		return printHelp(s.out)
	case errors.As(err, &usage):
		return &usageError{text: c.clean(err.Error())}
	}
	return errors.New(c.clean(err.Error()))
}

// run does what the request asks for.
func (r *request) run(ctx context.Context, s streams) error {
	switch {
	case r.version:
		return writeVersion(s)
	case r.printFlags:
		return writing(r.print(s.out))
	}
	if err := checkOutputs(r.outputs); err != nil {
		return err
	}
	if err := checkApart(r.outputs, "save-baseline", r.baseline.to); err != nil {
		return err
	}
	if err := r.baseline.prepare(s.in, r.args()); err != nil {
		return err
	}
	if err := r.preflight(ctx, s.err); err != nil {
		return err
	}
	result, err := r.measure(ctx, s)
	if err != nil {
		return err
	}
	rest := report.TextOptions{Probed: result.Search != nil}
	if err := writeRest(result, r.outputs, s.out, rest); err != nil && outcome(result) != exitInterrupted {
		return err
	} else if err != nil {
		complain(s.err, err)
	}
	annotate(result, s.err)
	if r.plan.Request.Deflate != nil && result.Compression == nil && result.Messages.Sent > 0 {
		complain(s.err, errors.New("the server did not agree to --compress: messages went as they are"))
	}
	code := outcome(result)
	if code == exitOK || code == exitMissed {
		var regressed exitError
		switch err := r.baseline.conclude(result, r.outputs, s); {
		case err == nil:
		case code == exitMissed && !errors.As(err, &regressed): // which comes first
			complain(s.err, err)
		default:
			return err
		}
	}
	if code != exitOK {
		switch {
		case code == exitFailed && (result.Search == nil || result.Search.Held == 0):
			complain(s.err, errors.New(whyNothing(result)))
		case result.Search != nil:
			complainOfSearch(result, r.outputs, s.err)
		case code == exitMissed:
			complainOfMissed(result, r.outputs, s.err)
		}
		return exitError(code)
	}
	return nil
}

// measure makes the run, or those of a search, against the built-in server where
// no URL was given.
func (r *request) measure(ctx context.Context, s streams) (*stats.Result, error) {
	metrics, err := r.listenMetrics(s.err)
	if err != nil {
		return nil, err
	}
	defer metrics.stop()
	if r.url == nil {
		server, err := startChild(ctx, s.err, r.childFlags()...)
		if ctx.Err() != nil {
			return nil, exitError(exitInterrupted)
		}
		if err != nil {
			return nil, err
		}
		defer server.stop()
		if r.plan.Target, err = wsclient.ParseTarget(server.url); err != nil {
			return nil, fmt.Errorf("the built-in server said %q: %w", server.url, err)
		}
	}
	switch {
	case r.given("max-load"):
		return r.search(ctx, s, metrics.show)
	case r.given("find-idle-timeout"):
		return r.findIdleTimeout(ctx, s, metrics.show)
	case r.given("cycles"):
		return r.repeat(ctx, s, metrics.show)
	}
	return r.once(ctx, s, trial{plan: r.plan, objectives: r.objectives, show: metrics.show})
}

// A trial is one run, of several perhaps.
type trial struct {
	plan       loadgen.Plan
	objectives []objective.Objective
	title      string // of the live line
	show       func(loadgen.Progress)
}

// once makes a run, and holds it to its objectives.
func (r *request) once(ctx context.Context, s streams, t trial) (*stats.Result, error) {
	ctx, guard := r.guard(ctx)
	defer guard.abort()
	watchers := watchers{guard.see, t.show}
	if !r.quiet {
		line := newLive(s.err, &t.plan, t.title)
		watchers = append(watchers, line.show)
		defer line.stop()
	}
	t.plan.Progress = watchers.see
	result, err := loadgen.Run(ctx, t.plan)
	var wrong *loadgen.PlanError
	switch {
	case errors.As(err, &wrong):
		return nil, usagef("%v", wrong)
	case err != nil:
		return nil, err
	}
	result.Tool = tool()
	result.Flags = r.args()
	result.URL = hideURL(t.plan.Target.String())
	for class, e := range result.Errors {
		// The server's own words may repeat what we sent.
		e.Example = r.secrets.clean(e.Example)
		result.Errors[class] = e
	}
	guard.check(t.objectives, result)
	return result, nil
}

// watchers are told of a run's progress in turn.
type watchers []func(loadgen.Progress)

func (w watchers) see(p loadgen.Progress) {
	for _, see := range w {
		see(p)
	}
}

// childFlags are what the built-in server has to be for the run.
func (r *request) childFlags() []string {
	args := []string{fmt.Sprintf("--max-message=%d", min(r.plan.MaxMessage, math.MaxInt32))}
	if r.broadcast {
		args = append(args, "--broadcast")
	}
	if r.plan.Request.Deflate != nil {
		args = append(args, "--compress")
	}
	return args
}

// whyNothing says in one line why a run measured nothing.
func whyNothing(r *stats.Result) string {
	what := "no message was answered"
	if r.Connections.Opened == 0 {
		what = "no connection was opened"
	}
	var most string
	for class, e := range r.Errors {
		if most == "" || e.Count > r.Errors[most].Count || e.Count == r.Errors[most].Count && class < most {
			most = class
		}
	}
	if most == "" {
		return what
	}
	return strings.TrimSuffix(fmt.Sprintf("%s: %d times %s: %s", what, r.Errors[most].Count, most, r.Errors[most].Example), ": ")
}
