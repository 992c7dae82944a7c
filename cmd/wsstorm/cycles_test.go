package main

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"wsstorm/stats"
)

func TestCyclesOnTheBuiltInServer(t *testing.T) {
	for _, driver := range []string{"auto", "portable"} {
		got := wsstorm(t, "--cycles", "3", "--pause", "10ms", "-c", "5", "-n", "50", "--driver", driver, "--fail-if", "messages.received>100", "-o", "json")
		r := got.result(t)
		// Each cycle keeps to the objective, all of them together do not.
		if !got.ended(exitMissed) || !r.Objectives[0].Missed || *r.Objectives[0].Value != 150 {
			t.Errorf("got exit code %d, %q, objectives %+v", got.code, got.err, r.Objectives)
		}
		if len(r.Cycles) != 3 || r.Merged != nil || r.Interrupted {
			t.Fatalf("got %d cycles, interrupted %v", len(r.Cycles), r.Interrupted)
		}
		window := 0.0
		for i, c := range r.Cycles {
			window += c.WindowS
			if c.Messages.Received != 50 || c.Connections.Opened != 5 || c.Connections.Closed != 5 || len(c.Errors) > 0 ||
				c.Latency["rtt"].Count != 50 || c.Latency["close"].Count != 5 || c.OpenS <= 0 || c.CloseS <= 0 {
				t.Errorf("cycle %d: got %+v", i+1, c)
			}
		}
		if r.Connections.Requested != 15 || r.Connections.Opened != 15 || r.Messages.Received != 150 || r.Latency["rtt"].Count != 150 ||
			r.Latency["open"].Count != 15 || r.Load.Messages != 150 || r.WindowS != window || r.Messages.Rate != 150/window {
			t.Errorf("got %+v, %+v in %v s, want the sum of the cycles", r.Connections, r.Messages, r.WindowS)
		}
		cycle, at := 0, r.Intervals[0].TimeS
		for _, i := range r.Intervals {
			if i.Cycle != cycle && i.Cycle != cycle+1 || i.TimeS < at {
				t.Errorf("cycle %d at %v s comes after cycle %d at %v s", i.Cycle, i.TimeS, cycle, at)
			}
			cycle, at = i.Cycle, i.TimeS
		}
		if cycle != 3 {
			t.Errorf("the last interval is of cycle %d", cycle)
		}
	}
}

func TestCyclesAsText(t *testing.T) {
	path := t.TempDir() + "/result.json"
	url := serveHTTP(t, func(w http.ResponseWriter, r *http.Request) { echo(w, r, same) })
	got := wsstorm(t, "--cycles", "2", "-c", "3", "-n", "30", "-o", "text", "-o", "json="+path, url)
	for _, want := range []string{" in 2 cycles", "\nCycle         opened", "\n  2                3           0", "60 sent, 60 received"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("got exit code %d, %s%s, want %q", got.code, got.out, got.err, want)
		}
	}
	if saved := wsstorm(t, "report", path); saved.out != got.out {
		t.Errorf("printed:\n%s\nfrom the document:\n%s", got.out, saved.out)
	}
}

// An interrupt in a cycle or between two ends the cycles, and what there is is
// reported.
func TestInterruptedCycles(t *testing.T) {
	for connection, want := range map[int64]int{1: 1, 3: 2} { // 2 in a cycle
		ctx, interrupt := context.WithCancel(t.Context())
		var opened atomic.Int64
		url := serveHTTP(t, func(w http.ResponseWriter, r *http.Request) {
			last := opened.Add(1) == connection
			echo(w, r, func(message []byte) []byte {
				if last {
					interrupt()
				}
				return message
			})
		})
		got := wsstormIn(ctx, "--cycles", "5", "-c", "2", "-n", "20", "-o", "json", url)
		interrupt()
		r := got.result(t)
		if got.code != exitInterrupted || !r.Interrupted || len(r.Cycles) != want || r.Connections.Opened != int64(2*want) {
			t.Errorf("interrupted by connection %d: got exit code %d, %d cycles, want %d", connection, got.code, len(r.Cycles), want)
		}
	}
	ctx, interrupt := context.WithCancel(t.Context())
	url := serveHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		defer interrupt() // when its only connection is over
		echo(w, r, same)
	})
	got := wsstormIn(ctx, "--cycles", "2", "--pause", "1h", "-c", "1", "-n", "10", "-o", "json", url)
	r := got.result(t)
	if got.code != exitInterrupted || !r.Interrupted || len(r.Cycles) != 1 || r.Messages.Received != 10 {
		t.Errorf("interrupted in the pause: got exit code %d, %d cycles, %+v", got.code, len(r.Cycles), r.Messages)
	}
}

// A cycle that nobody answers is data, and the next one is made all the same.
func TestCyclesGoOnWithoutAServer(t *testing.T) {
	var opened atomic.Int64
	url := serveHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		if n := opened.Add(1); n > 2 && n <= 4 {
			http.Error(w, "no", http.StatusServiceUnavailable)
			return
		}
		echo(w, r, same)
	})
	got := wsstorm(t, "--cycles", "3", "-c", "2", "-n", "10", "--fail-if", "connections.failed>2", "--fail-if", "errors>2", "-o", "json", url)
	r := got.result(t)
	if len(r.Cycles) != 3 || r.Cycles[1].Connections.Failed != 2 || r.Cycles[1].Connections.Opened != 0 || r.Cycles[2].Messages.Received != 10 {
		t.Errorf("got exit code %d, %q, cycles %+v", got.code, got.err, r.Cycles)
	}
	if r.Verdict.Status != stats.Invalid || !slices.ContainsFunc(r.Verdict.Findings, func(f stats.Finding) bool {
		return f.Check == "connections" && f.Level == stats.Invalid && strings.HasPrefix(f.Text, "Cycle 2: ")
	}) {
		t.Errorf("got %+v", r.Verdict)
	}
}

func TestAnObjectiveEndsTheCycles(t *testing.T) {
	var opened atomic.Int64
	url := serveHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		if opened.Add(1) == 41 {
			http.Error(w, "no", http.StatusServiceUnavailable)
			return
		}
		echo(w, r, same)
	})
	got := wsstorm(t, "--cycles", "3", "-c", "40", "-n", "40", "--fail-if", "connections.failed>0", "--abort-early", "-o", "json", url)
	r := got.result(t)
	if !got.ended(exitMissed) || len(r.Cycles) != 2 || !r.Objectives[0].EndedRun || !r.EndedByObjective() {
		t.Errorf("got exit code %d, %q, %d cycles, objectives %+v", got.code, got.err, len(r.Cycles), r.Objectives)
	}
}

// What is known at the end of a cycle only ends those that would follow: lost
// replies, and connections that failed at once, with nothing left to end.
func TestAMissedCycleEndsTheCycles(t *testing.T) {
	t.Parallel() // it mostly waits
	silent := serveHTTP(t, func(w http.ResponseWriter, r *http.Request) { echo(w, r, nothing) })
	const closed = "ws://127.0.0.1:1/"
	type test struct {
		url  string
		args []string
		want int // cycles
		code int
	}
	tests := []test{
		{closed, []string{"--fail-if", "failed>0", "--abort-early"}, 1, exitFailed},
		{closed, []string{"--fail-if", "failed>0"}, 3, exitFailed},
		{closed, []string{"--fail-if", "failed>2", "--abort-early"}, 3, exitFailed}, // each has two
		{silent, []string{"--fail-if", "lost>1", "--fail-if", "rtt.p50<1h", "--abort-early"}, 1, exitMissed},
		{silent, []string{"--fail-if", "lost>2", "--fail-if", "rtt.p50<1h", "--abort-early"}, 3, exitFailed},
		// Too short to know: the next one may not be.
		{silent, []string{"--fail-if", "lost>9", "--fail-if", "rtt.p50>1s for 60s", "--abort-early"}, 3, exitFailed},
	}
	atOnce(t, tests, func(t *testing.T, tt test) {
		args := append(tt.args, "--cycles", "3", "-c", "2", "-n", "2", "--drain", "50ms", "-o", "json", tt.url)
		got := wsstorm(t, args...)
		r := got.result(t)
		ended := tt.want < 3 && slices.Contains(args, "--abort-early")
		if len(r.Cycles) != tt.want || r.EndedByObjective() != ended || r.Interrupted != ended || !got.ended(tt.code) {
			t.Errorf("%q: got exit code %d, %q, %d cycles, interrupted %v, objectives %+v, want %d, %d",
				tt.args, got.code, got.err, len(r.Cycles), r.Interrupted, r.Objectives, tt.code, tt.want)
		}
	})
}

// Nothing follows the last cycle that could have been ended.
func TestTheLastCycleEndsNothing(t *testing.T) {
	silent := serveHTTP(t, func(w http.ResponseWriter, r *http.Request) { echo(w, r, nothing) })
	got := wsstorm(t, "--cycles", "1", "-c", "2", "-n", "2", "--drain", "50ms", "--fail-if", "lost>1", "--abort-early", "-o", "json", silent)
	if r := got.result(t); r.EndedByObjective() || r.Interrupted || !r.Objectives[0].Missed {
		t.Errorf("got interrupted %v, objectives %+v", r.Interrupted, r.Objectives)
	}
}
