package main

import (
	"context"
	"fmt"
	"time"

	"wsstorm/loadgen"
	"wsstorm/stats"
	"wsstorm/stats/objective"
)

// repeat makes the run as often as --cycles says, each time the same to the last
// bit of its seed, and returns all of it added up. What one cycle does to the
// server is there in the next: a cycle that opens no connection ends nothing. An
// interrupt ends the cycles too, and so does an objective of --abort-early that a
// cycle has missed, be that known at its end only.
func (r *request) repeat(ctx context.Context, s streams, show func(loadgen.Progress)) (*stats.Result, error) {
	var cycles []*stats.Result
	for i := range r.cycles {
		if i > 0 && !rest(ctx, r.pause) {
			break
		}
		t := trial{plan: r.plan, objectives: r.objectives, show: show, title: fmt.Sprintf("cycle %d/%d", i+1, r.cycles)}
		cycle, err := r.once(ctx, s, t)
		if err != nil {
			return nil, err
		}
		cycles = append(cycles, cycle)
		// An objective can be missed for good when there is nothing left to end.
		if cycle.Interrupted || cycle.EndedByObjective() {
			break
		}
		if at := r.missedForGood(cycle); at >= 0 && i+1 < r.cycles {
			cycle.Objectives[at].EndedRun = true
			break
		}
	}
	total, err := stats.Chain(cycles)
	if err != nil {
		return nil, err
	}
	total.Interrupted = total.Interrupted || len(cycles) < r.cycles
	total.Objectives = objective.Check(r.objectives, total)
	for i, o := range cycles[len(cycles)-1].Objectives {
		total.Objectives[i].EndedRun = o.EndedRun
	}
	return total, nil
}

// missedForGood returns the index of an objective of --abort-early that a whole
// cycle has missed, which those that follow cannot put right; -1 where there is
// none. What a cycle was too short for, another one may tell.
func (r *request) missedForGood(cycle *stats.Result) int {
	for i, o := range r.objectives { // Check keeps to their order
		known := cycle.Objectives[i].Value != nil || cycle.WindowS >= o.Row().Seconds()
		if r.abortEarly && o.Early() && known && cycle.Objectives[i].Missed {
			return i
		}
	}
	return -1
}

// rest waits, and reports whether it was left to.
func rest(ctx context.Context, pause time.Duration) bool {
	if ctx.Err() != nil {
		return false
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
