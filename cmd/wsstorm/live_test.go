package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"wsstorm/loadgen"
	"wsstorm/stats"
)

func TestLiveLine(t *testing.T) {
	second := stats.Interval{LengthS: 1, Received: 123456, Connections: 1000, RTTP50NS: 1_230_000, RTTP99NS: 45_600_000}
	tests := []struct {
		name string
		line live
		p    loadgen.Progress
		want string
	}{
		{"open", live{total: 1000},
			loadgen.Progress{Phase: "open", Left: -1, Totals: stats.Totals{Opened: 420, Failed: 2, Errors: 2}},
			"open     420 of 1,000 conns  2 errors"},
		{"measure", live{total: 1000},
			loadgen.Progress{Phase: "measure", Left: 8*time.Second + 400*time.Millisecond, Interval: second},
			"measure  1,000 conns  123,456/s  p50 1.23 ms  p99 45.6 ms  0 errors  8s left"},
		{"messages", live{total: 1000, of: 1_000_000},
			loadgen.Progress{Phase: "measure", Left: -1, Interval: second, Totals: stats.Totals{Received: 250_000}},
			"measure  1,000 conns  123,456/s  p50 1.23 ms  p99 45.6 ms  0 errors  25% done"},
		{"a broadcast, each message received many times", live{total: 1000, of: 1000, copies: true},
			loadgen.Progress{Phase: "measure", Left: -1, Interval: second, Totals: stats.Totals{Sent: 250, Received: 250_000}},
			"measure  1,000 conns  123,456/s  p50 1.23 ms  p99 45.6 ms  0 errors  25% done"},
		{"an interval too short for rates", live{total: 1000},
			loadgen.Progress{Phase: "drain", Interval: stats.Interval{LengthS: 0.01, Received: 5, Connections: 999}},
			"drain    999 conns  0 errors"},
		{"a search", live{title: "2,000/s", total: 1000},
			loadgen.Progress{Phase: "close", Interval: stats.Interval{LengthS: 0.01, Connections: 999}},
			"2,000/s  close    999 conns  0 errors"},
		{"colour", live{total: 5, color: true},
			loadgen.Progress{Phase: "close", Totals: stats.Totals{Errors: 3}},
			"close    0 conns  " + red + "3 errors" + plain},
	}
	for _, tt := range tests {
		if got := tt.line.line(tt.p); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// stuck is a terminal that is stopped: a write to it ends only when it is let go.
type stuck struct {
	writing, let chan struct{}
	text         bytes.Buffer
}

func (s *stuck) Write(p []byte) (int, error) {
	select {
	case s.writing <- struct{}{}:
	default:
	}
	<-s.let
	return s.text.Write(p)
}

func TestLiveLineDoesNotHoldUpTheEngine(t *testing.T) {
	terminal := &stuck{writing: make(chan struct{}, 1), let: make(chan struct{})}
	l := &live{to: terminal, updates: make(chan loadgen.Progress, 1), done: make(chan struct{})}
	go l.draw()
	l.show(loadgen.Progress{Phase: "open"})
	<-terminal.writing
	for range 100 { // would block for ever
		l.show(loadgen.Progress{Phase: "measure"})
	}
	close(terminal.let)
	l.stop()
	if got := terminal.text.String(); !strings.HasSuffix(got, clearLine) {
		t.Errorf("got %q, want a line that is cleared at the end", got)
	}
}

func TestNoLiveLineWithoutATerminal(t *testing.T) {
	if l := newLive(new(bytes.Buffer), new(loadgen.Plan), ""); l != nil {
		t.Error("a buffer has got a live line")
	}
	f, err := os.Create(t.TempDir() + "/log")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if l := newLive(f, new(loadgen.Plan), ""); l != nil {
		t.Error("a file has got a live line")
	}
	var none *live
	none.show(loadgen.Progress{})
	none.stop()
}
