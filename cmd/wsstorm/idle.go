package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"wsstorm/loadgen"
	"wsstorm/stats"
	"wsstorm/stats/report"
)

// A search for the idle timeout ends after so many rounds, or once its bounds are
// as close to each other as this part of them.
const (
	idleRounds    = 2
	idlePrecision = 0.01
)

// idleFlags are what is asked of connections that say nothing.
func (f *flags) idleFlags(set *pflag.FlagSet) {
	set.Var(span(&f.plan.PingTimeout, 0, nounDuration), "ping-timeout",
		"a connection is lost whose Pong takes longer than this; 5s with --find-idle-timeout, otherwise it may take any time")
	set.Var(span(&f.silence, 0, nounDuration), "find-idle-timeout",
		"search for the silence, up to this long, after which idle connections are cut: each is silent for another time, and then has to answer a Ping")
}

// resolveIdle completes the plan of a search for the idle timeout: that of its
// first round.
func (r *request) resolveIdle() {
	if !r.given("find-idle-timeout") {
		return
	}
	r.idle = true
	r.plan.Silences = loadgen.Silences{To: r.silence}
	if !r.given("duration") {
		r.plan.Duration = 0
	}
}

func asDuration(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// findIdleTimeout makes the rounds of a search for the idle timeout, and returns
// the result of the last one.
func (r *request) findIdleTimeout(ctx context.Context, s streams, show func(loadgen.Progress)) (*stats.Result, error) {
	var found stats.IdleTimeout
	for {
		t := trial{plan: r.plan, objectives: r.objectives, show: show}
		if n := len(found.Rounds); n > 0 {
			t.plan.Silences = loadgen.Silences{From: asDuration(found.SurvivedS), To: asDuration(found.CutS)}
			t.title = fmt.Sprintf("silences of %s to %s", report.Silence(found.SurvivedS), report.Silence(found.CutS))
		}
		result, err := r.once(ctx, s, t)
		if err != nil {
			return nil, err
		}
		// That connections are cut is what was asked, and no failure.
		result.Objectives = slices.DeleteFunc(result.Objectives, func(o stats.Objective) bool { return o.Default })
		found.Add(result.IdleTimeout.Rounds[0])
		found.Interrupted = result.Interrupted
		result.IdleTimeout = &found
		if result.Interrupted || result.Connections.Opened == 0 || len(found.Rounds) == idleRounds || found.Close(idlePrecision) {
			return result, nil
		}
	}
}
