package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"wsstorm/loadgen"
	"wsstorm/stats/report"
)

// A live is the line on standard error that shows a run while it lasts. A
// goroutine of its own writes it: a terminal that is stopped (Ctrl-S) must not
// hold up the engine.
type live struct {
	to      io.Writer
	title   string // what stands before all
	total   int64  // connections asked for
	of      int64  // messages asked for, 0 where time decides
	copies  bool   // a broadcast: each message is received many times
	color   bool
	updates chan loadgen.Progress
	done    chan struct{}
	last    loadgen.Progress // whose interval was long enough to show rates
}

// newLive starts a line on w. Where w is no terminal it returns nil, which shows
// nothing.
func newLive(w io.Writer, plan *loadgen.Plan, title string) *live {
	if !isTerminal(w) {
		return nil
	}
	l := &live{
		to: w, title: title, total: int64(mostConnections(plan)), of: plan.Messages, copies: plan.Broadcast.Publishers > 0,
		color:   hasColor(w),
		updates: make(chan loadgen.Progress, 1),
		done:    make(chan struct{}),
	}
	go l.draw()
	return l
}

// show replaces the line. It never blocks: while the terminal is stopped,
// updates are dropped.
func (l *live) show(p loadgen.Progress) {
	if l == nil {
		return
	}
	select {
	case l.updates <- p:
	default:
	}
}

// stop removes the line.
func (l *live) stop() {
	if l == nil {
		return
	}
	close(l.updates)
	<-l.done
}

// The control sequences of the line: to its beginning and clear it; and, so that
// a narrow terminal cuts it instead of going on in the next line, wrapping off
// and on again (DECAWM).
const (
	clearLine = "\r\x1b[K"
	wrapOff   = "\x1b[?7l"
	wrapOn    = "\x1b[?7h"
	red       = "\x1b[31m"
	yellow    = "\x1b[33m"
	plain     = "\x1b[0m"
)

func (l *live) draw() {
	defer close(l.done)
	for p := range l.updates {
		io.WriteString(l.to, wrapOff+clearLine+l.line(p)+wrapOn)
	}
	io.WriteString(l.to, clearLine)
}

// enough is the shortest interval whose rates mean something.
const enough = 0.2 // seconds

// line returns the text for p: phase, connections, messages, latency of the last
// second, errors, and what is left to do.
func (l *live) line(p loadgen.Progress) string {
	var parts []string
	if l.title != "" {
		parts = append(parts, l.title)
	}
	parts = append(parts, fmt.Sprintf("%-7s", p.Phase))
	add := func(format string, args ...any) { parts = append(parts, fmt.Sprintf(format, args...)) }
	if p.Phase == "open" {
		add("%s of %s conns", report.Count(p.Totals.Opened), report.Count(l.total))
	} else {
		add("%s conns", report.Count(p.Interval.Connections))
	}
	if p.Interval.LengthS >= enough {
		l.last = p
	}
	if i := l.last.Interval; i.Received > 0 {
		add("%s", report.Rate(float64(i.Received)/i.LengthS))
		add("p50 %s", report.Duration(time.Duration(i.RTTP50NS)))
		add("p99 %s", report.Duration(time.Duration(i.RTTP99NS)))
	}
	errors := report.Count(p.Totals.Errors) + " errors"
	if p.Totals.Errors > 0 && l.color {
		errors = red + errors + plain
	}
	parts = append(parts, errors)
	switch {
	case l.of > 0 && p.Phase == "measure":
		done := p.Totals.Received
		if l.copies {
			done = p.Totals.Sent
		}
		add("%s done", report.Percent(float64(done)/float64(l.of)))
	case p.Left > 0:
		add("%s left", formatDuration(p.Left.Round(time.Second)))
	}
	return strings.Join(parts, "  ")
}
