package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"wsstorm/stats"
)

// The exit codes. Where several fit a result, the first of 130, 1, 5, 4, 3 is taken.
const (
	exitOK          = 0
	exitFailed      = 1   // nothing could be measured, or the result could not be written
	exitUsage       = 2   // the flags, a file they name, or this machine's limits
	exitMissed      = 3   // an objective: those of --fail-if, and by default that there are no errors
	exitRegressed   = 4   // slower than before, for sure or by more than a limit
	exitInvalid     = 5   // this client was the limit
	exitInterrupted = 130 // 128 + SIGINT
)

// A usageError is something to be put right before a run can start. Its text is
// one line: what is wrong, and what would be right.
type usageError struct {
	text    string
	unknown string // the flag, as it was given, where it is one that there is not
}

func (e *usageError) Error() string { return e.text }

func usagef(format string, args ...any) error {
	return &usageError{text: fmt.Sprintf(format, args...)}
}

// An exitError ends the program with a code and without a message: what there
// was to say stands in the report.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// conclude prints what there is to say about err and returns the exit code.
func conclude(err error, stderr io.Writer) int {
	var code exitError
	var usage *usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &usage):
		complain(stderr, usage)
		return exitUsage
	}
	complain(stderr, err)
	return exitFailed
}

// complain prints one line. If even that can't be written, the exit code still
// tells.
func complain(stderr io.Writer, err error) {
	text := strings.ReplaceAll(strings.TrimSpace(err.Error()), "\n", "; ")
	fmt.Fprintf(stderr, "wsstorm: %s\n", text)
}

// outcome returns the exit code that a result deserves.
func outcome(r *stats.Result) int {
	switch {
	case r.Search != nil:
		return searchOutcome(r)
	case r.Interrupted && !r.EndedByObjective(), r.IdleTimeout != nil && r.IdleTimeout.Interrupted:
		return exitInterrupted
	case nothingMeasured(r):
		return exitFailed
	case r.Verdict.Status == stats.Invalid:
		return exitInvalid
	case slices.ContainsFunc(r.Objectives, func(o stats.Objective) bool { return o.Missed }):
		return exitMissed
	}
	return exitOK
}

// nothingMeasured reports whether no connection was opened or, where messages
// were to be sent, none was answered (or sent, where no answers are expected). A
// run that an objective ended may not have come that far, and one in which nobody
// reads as it should asks for nothing else than what becomes of that.
func nothingMeasured(r *stats.Result) bool {
	if r.Connections.Opened == 0 {
		return true
	}
	idle := r.Load.InFlight == 0 && r.Load.Rate == 0 ||
		len(r.Groups) > 0 && !slices.ContainsFunc(r.Groups, func(g stats.Group) bool { return !g.Aside })
	return !idle && !r.EndedByObjective() && r.Messages.Received == 0 && (r.Messages.Sent == 0 || r.Messages.Lost > 0)
}
