package main

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"wsstorm/stats"
	"wsstorm/stats/objective"
)

func TestOutcome(t *testing.T) {
	good := func() *stats.Result {
		return &stats.Result{
			Load:        stats.Load{InFlight: 1},
			Connections: stats.Connections{Requested: 5, Opened: 5, Closed: 5},
			Messages:    stats.Messages{Sent: 10, Received: 10},
			Errors:      map[string]stats.Errors{},
			Verdict:     stats.Verdict{Status: stats.Valid},
		}
	}
	unopened := func(r *stats.Result) {
		r.Connections = stats.Connections{Requested: 5, Failed: 5}
		r.Messages = stats.Messages{}
		r.Errors["refused"] = stats.Errors{Count: 5}
	}
	invalid := func(r *stats.Result) { r.Verdict.Status = stats.Invalid }
	lost := func(r *stats.Result) {
		r.Messages = stats.Messages{Sent: 10, Received: 9, Lost: 1}
		r.Errors["lost"] = stats.Errors{Count: 1}
	}
	interrupted := func(r *stats.Result) { r.Interrupted = true }
	slow := func(r *stats.Result) {
		r.Objectives = append(r.Objectives, stats.Objective{Objective: "rtt.p99>25ms", Missed: true})
	}
	ended := func(r *stats.Result) { r.Objectives[0].EndedRun = true }
	silent := func(r *stats.Result) { r.Messages = stats.Messages{Sent: 10, Lost: 10} }
	tests := []struct {
		name   string
		change []func(*stats.Result)
		want   int
	}{
		{"all well", nil, 0},
		{"suspect is well", []func(*stats.Result){func(r *stats.Result) { r.Verdict.Status = stats.Suspect }}, 0},
		{"an idle run needs no messages", []func(*stats.Result){func(r *stats.Result) {
			r.Load, r.Messages = stats.Load{}, stats.Messages{}
		}}, 0},
		{"no replies expected", []func(*stats.Result){func(r *stats.Result) {
			r.Load, r.Messages = stats.Load{Rate: 10}, stats.Messages{Sent: 10}
		}}, 0},
		{"no connection", []func(*stats.Result){unopened}, 1},
		{"nothing answered", []func(*stats.Result){func(r *stats.Result) {
			r.Messages = stats.Messages{Sent: 10, Lost: 10}
			r.Errors["lost"] = stats.Errors{Count: 10}
		}}, 1},
		{"nothing sent", []func(*stats.Result){func(r *stats.Result) { r.Messages = stats.Messages{} }}, 1},
		{"a lost reply", []func(*stats.Result){lost}, 3},
		{"a connection short", []func(*stats.Result){func(r *stats.Result) {
			r.Errors["upgrade_status"] = stats.Errors{Count: 1}
		}}, 3},
		{"invalid", []func(*stats.Result){invalid}, 5},
		{"interrupted", []func(*stats.Result){interrupted}, 130},
		{"too slow", []func(*stats.Result){slow}, 3},
		{"ended by an objective", []func(*stats.Result){interrupted, slow, ended}, 3},
		{"ended by an objective before any reply", []func(*stats.Result){interrupted, slow, ended, silent}, 3},

		// The first of 130, 1, 5, 3.
		{"interrupted before any connection", []func(*stats.Result){interrupted, unopened, invalid}, 130},
		{"nothing measured and invalid", []func(*stats.Result){unopened, invalid}, 1},
		{"invalid and lost", []func(*stats.Result){invalid, lost}, 5},
		{"interrupted, and too slow", []func(*stats.Result){interrupted, slow}, 130},
		{"nothing measured, and too slow", []func(*stats.Result){unopened, slow}, 1},
		{"invalid, and ended by an objective", []func(*stats.Result){interrupted, slow, ended, invalid}, 5},
		{"no connection, and ended by an objective", []func(*stats.Result){interrupted, unopened, slow, ended}, 1},
	}
	for _, tt := range tests {
		r := good()
		for _, change := range tt.change {
			change(r)
		}
		r.Objectives = append(r.Objectives, objective.Check(nil, r)...)
		if got := outcome(r); got != tt.want {
			t.Errorf("%s: got exit code %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestConclude(t *testing.T) {
	tests := []struct {
		err  error
		code int
		text string
	}{
		{nil, 0, ""},
		{exitError(5), 5, ""},
		{usagef("a %s", "b"), 2, "wsstorm: a b\n"},
		{fmt.Errorf("around: %w", usagef("a")), 2, "wsstorm: a\n"},
		{errors.New("broken"), 1, "wsstorm: broken\n"},
		{errors.Join(errors.New("one"), errors.New("two")), 1, "wsstorm: one; two\n"},
	}
	for _, tt := range tests {
		var b bytes.Buffer
		if code := conclude(tt.err, &b); code != tt.code || b.String() != tt.text {
			t.Errorf("%v: got %d, %q, want %d, %q", tt.err, code, b.String(), tt.code, tt.text)
		}
	}
}
