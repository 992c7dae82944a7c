package main

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"wsstorm/loadgen"
	"wsstorm/stats"
	"wsstorm/stats/report"
)

// answers starts a server that answers the messages of a connection that are to
// be answered, by their numbers from 1 on. An answer takes 100 ms, beside which
// this machine's disturbances are short.
func answers(t *testing.T, which func(n int) bool) string {
	return serveHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		var upgrader websocket.Upgrader
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		replies := make(chan func() error, 1000)
		var replying sync.WaitGroup
		replying.Go(func() {
			for reply := range replies {
				if reply() != nil {
					conn.Close()
				}
			}
		})
		defer replying.Wait()
		defer close(replies)
		for n := 1; ; n++ {
			kind, message, err := conn.ReadMessage()
			if err != nil {
				return
			}
			due := time.Now().Add(100 * time.Millisecond)
			if which(n) {
				replies <- func() error {
					time.Sleep(time.Until(due))
					return conn.WriteMessage(kind, message)
				}
			}
		}
	})
}

// takes starts a server that has room for so many connections.
func takes(t *testing.T, most int64) string {
	var open atomic.Int64
	return serveHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		defer open.Add(-1)
		if open.Add(1) > most {
			http.Error(w, "no", http.StatusServiceUnavailable)
			return
		}
		echo(w, r, same)
	})
}

// disturbed reports whether the machine was too busy for a search to show what
// the server does.
func disturbed(t *testing.T, r *stats.Result) bool {
	t.Helper()
	is := slices.ContainsFunc(r.Search.Probes, func(p stats.Probe) bool { return p.Outcome == stats.ProbeInvalid })
	if is {
		t.Logf("the machine was too busy to tell: %s", report.Conclusion(r.Search))
	}
	return is
}

func TestSearchOverRates(t *testing.T) {
	t.Parallel() // it mostly waits
	// 40 of the messages of a run of 200 ms are answered: 200 a second.
	url := answers(t, func(n int) bool { return n <= 40 })
	got := wsstorm(t, "--max-load", "rtt.max<1h", "-c", "1", "-d", "200ms", "--warmup", "0", "--drain", "300ms", "--rate", "70", "-o", "json", url)
	r := got.result(t)
	s := r.Search
	if s == nil {
		t.Fatalf("got exit code %d, %q, no search", got.code, got.err)
	}
	if s.Objective != "rtt.max<1h" || s.Vary != stats.VaryRate || s.Interrupted || s.Probes[0].Load != 70 {
		t.Errorf("got %+v", s)
	}
	if disturbed(t, r) {
		return
	}
	if len(s.Probes) < 3 || s.Held < 180 || s.Held > 205 || s.Beyond <= s.Held || s.Beyond > s.Held*1.06 || s.Limit != stats.ProbeMissed || got.code != exitOK || got.err != "" {
		t.Errorf("got exit code %d, %q, %+v, want 200/s to be held", got.code, got.err, s)
	}
	// The document is that of the run that was held.
	if r.Load.Rate != s.Held || r.Messages.Lost > 0 || len(r.Errors) > 0 {
		t.Errorf("got %+v, %+v, %+v, want the run at %v/s", r.Load, r.Messages, r.Errors, s.Held)
	}
	if want := "rtt.max>=1h"; len(r.Objectives) != 2 || r.Objectives[0].Objective != want || r.Objectives[0].Missed {
		t.Errorf("got objectives %+v, want %s and that there are no errors", r.Objectives, want)
	}
	if !slices.Contains(r.Flags, "--max-load=rtt.max<1h") || !slices.Contains(r.Flags, "--rate=70") {
		t.Errorf("got flags %q, want those of the search", r.Flags)
	}
}

func TestSearchOverConnections(t *testing.T) {
	got := wsstorm(t, "--max-load", "rtt.max<1h", "--vary", "connections", "-c", "8", "-d", "50ms", "--warmup", "0", "-o", "json", takes(t, 21))
	r := got.result(t)
	if disturbed(t, r) {
		return
	}
	s := r.Search
	if got.code != exitOK || s.Vary != stats.VaryConnections || s.Held != 21 || s.Beyond != 22 || s.Limit != stats.ProbeMissed || r.Connections.Opened != 21 || r.Load.InFlight != 1 {
		t.Errorf("got exit code %d, %+v, %+v, want 21 connections to be held", got.code, s, r.Connections)
	}
	var loads []float64
	for _, p := range s.Probes {
		loads = append(loads, p.Load)
	}
	if want := []float64{8, 16, 32, 24, 20, 22, 21}; !slices.Equal(loads, want) {
		t.Errorf("got probes of %v connections, want %v", loads, want)
	}
}

// The text has the probes as they come, the plot, the sentence and the report.
func TestSearchAsText(t *testing.T) {
	path := t.TempDir() + "/result.json"
	got := wsstorm(t, "--max-load", "rtt.max<1h", "--vary", "connections", "-c", "2", "-d", "50ms", "--warmup", "0", "-o", "text", "-o", "json="+path, takes(t, 5))
	if !strings.HasPrefix(got.out, "Search for the most load within rtt.max<1h\n") {
		t.Fatalf("got exit code %d, %q, %s", got.code, got.err, got.out)
	}
	saved := wsstorm(t, "report", path)
	if saved.out != got.out {
		t.Errorf("printed as it came:\n%s\nfrom the document:\n%s", got.out, saved.out)
	}
}

// Own objectives decide with the search's.
func TestSearchWithOtherObjectives(t *testing.T) {
	got := wsstorm(t, "--max-load", "rtt.max<1h", "--fail-if", "connections.failed>3", "--vary", "connections", "-c", "8", "-d", "50ms", "--warmup", "0", "-o", "json", takes(t, 21))
	r := got.result(t)
	if !disturbed(t, r) && (r.Search.Held != 24 || got.code != exitOK) {
		t.Errorf("got exit code %d, %+v, want 24 connections to be held, three of them refused", got.code, r.Search)
	}
}

func TestSearchThatFindsNothing(t *testing.T) {
	t.Parallel() // it mostly waits
	var refused atomic.Int64
	type test struct {
		name   string
		url    string
		code   int
		probes int // at least
		err    string
	}
	tests := []test{
		{"every second message is answered", answers(t, func(n int) bool { return n%2 == 1 }), exitMissed, 3, "wsstorm: The server does not hold rtt.max<1h even at 60/s ("},
		{"nothing is", serveHTTP(t, func(w http.ResponseWriter, r *http.Request) { echo(w, r, nothing) }), exitFailed, 3, "wsstorm: no message was answered"},
		{"nobody is let in", serveHTTP(t, func(w http.ResponseWriter, r *http.Request) {
			refused.Add(1)
			http.Error(w, "no", http.StatusForbidden)
		}), exitFailed, 1, "wsstorm: no connection was opened: 1 times "},
	}
	atOnce(t, tests, func(t *testing.T, tt test) {
		got := wsstorm(t, "--max-load", "rtt.max<1h", "-c", "1", "-d", "200ms", "--warmup", "0", "--drain", "200ms", "--rate", "200", "-o", "json", tt.url)
		r := got.result(t)
		if disturbed(t, r) {
			return
		}
		if s := r.Search; got.code != tt.code || !strings.HasPrefix(got.err, tt.err) || strings.Count(got.err, "\n") != 1 || s.Held != 0 || len(s.Probes) < tt.probes {
			t.Errorf("%s: got exit code %d, %q, %+v, want %d, %q", tt.name, got.code, got.err, s, tt.code, tt.err)
		}
	})
	// Nobody was asked whether it holds anything.
	none := wsstorm(t, "--max-load", "rtt.max<1h", "--vary", "connections", "-c", "5", "-d", "100ms", "-o", "text", "ws://127.0.0.1:1/")
	if none.code != exitFailed || !strings.Contains(none.out, "  gone\n") || !strings.Contains(none.out, "no connection could be opened") ||
		strings.Contains(none.out, "does not hold") || strings.Contains(none.out, "any more") {
		t.Errorf("no server: got exit code %d, %q\n%s", none.code, none.err, none.out)
	}
	if n := refused.Load(); n != 1 {
		t.Errorf("a server that lets nobody in was asked %d times, want once", n)
	}
}

// A server that is gone in the middle of a search is not at its limit.
func TestSearchWhoseServerIsGone(t *testing.T) {
	t.Parallel() // it mostly waits
	var opened atomic.Int64
	url := serveHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		if opened.Add(1) > 3 { // 1 and 2 in a run
			http.Error(w, "no", http.StatusServiceUnavailable)
			return
		}
		echo(w, r, func(message []byte) []byte { return message })
	})
	args := []string{"--max-load", "rtt.max<1h", "--vary", "connections", "-c", "1", "-d", "100ms", "--warmup", "0", url}
	got := wsstorm(t, append(args, "-o", "json")...)
	r := got.result(t)
	if disturbed(t, r) {
		return
	}
	s := r.Search
	if last := s.Probes[len(s.Probes)-1]; got.code != exitFailed || s.Held != 2 || s.Limit != "" || s.Interrupted || last.Outcome != stats.ProbeGone || last.Load != 4 {
		t.Errorf("got exit code %d, %+v, want 2 held and the server gone at 4", got.code, s)
	}
	if !strings.Contains(got.err, "it opened no connection any more, which ended the search") {
		t.Errorf("got %q", got.err)
	}
}

// An interrupted search reports what it has.
func TestInterruptedSearch(t *testing.T) {
	for connection, want := range map[int64]int{1: 0, 4: 2} { // 1, 2 and 4 in a run
		ctx, interrupt := context.WithCancel(t.Context())
		var opened atomic.Int64
		url := serveHTTP(t, func(w http.ResponseWriter, r *http.Request) {
			last := opened.Add(1) >= connection // each of them: one may not come to send anything
			echo(w, r, func(message []byte) []byte {
				if last {
					interrupt()
				}
				return message
			})
		})
		got := wsstormIn(ctx, "--max-load", "rtt.max<1h", "--vary", "connections", "-c", "1", "-d", "100ms", "--warmup", "0", "-o", "json", url)
		interrupt()
		r := got.result(t)
		if disturbed(t, r) {
			continue // it looked elsewhere
		}
		// On a busy machine the run may be over as it comes to be interrupted.
		n := len(r.Search.Probes)
		if got.code != exitInterrupted || !r.Search.Interrupted || n != want && n != want+1 || r.Interrupted != (n == 0) {
			t.Errorf("interrupted by connection %d: got exit code %d, interrupted %v, %+v, want %d probes", connection, got.code, r.Interrupted, r.Search, want)
		}
		if want := "wsstorm: Interrupted: "; !strings.HasPrefix(got.err, want) {
			t.Errorf("interrupted by connection %d: got %q, want %q", connection, got.err, want)
		}
	}
}

func TestSearchOfTheBuiltInServer(t *testing.T) {
	got := wsstorm(t, "--max-load", "messages.sent<50", "-c", "1", "-d", "100ms", "--warmup", "0", "--rate", "300", "--drain", "1s", "-o", "json")
	r := got.result(t)
	if r.Search == nil {
		t.Fatalf("got exit code %d, %q", got.code, got.err)
	}
	if !disturbed(t, r) && (len(r.Search.Probes) < 3 || r.Search.Held < 450 || r.Search.Held > 510) {
		t.Errorf("got %+v, want 500/s: 50 messages in a run", r.Search)
	}
}

func TestSettle(t *testing.T) {
	probes := func(all ...stats.Probe) []stats.Probe { return all }
	at := func(load float64, outcome string) stats.Probe { return stats.Probe{Load: load, Outcome: outcome} }
	held, missed, invalid := stats.ProbeHeld, stats.ProbeMissed, stats.ProbeInvalid
	tests := []struct {
		probes       []stats.Probe
		held, beyond float64
		limit        string
	}{
		{nil, 0, 0, ""},
		{probes(at(1, held), at(2, held)), 2, 0, ""},
		{probes(at(1, held), at(2, held), at(4, missed), at(3, missed)), 2, 3, missed},
		{probes(at(4, missed), at(2, held), at(3, held)), 3, 4, missed},
		// An invalid run that is tried again may be anything.
		{probes(at(4, invalid), at(4, missed), at(2, held)), 2, 4, missed},
		{probes(at(4, invalid), at(4, invalid), at(2, invalid), at(2, held)), 2, 4, invalid},
		{probes(at(4, missed), at(2, invalid), at(2, invalid)), 0, 2, invalid},
	}
	for _, tt := range tests {
		s := stats.Search{Probes: tt.probes}
		if settle(&s); s.Held != tt.held || s.Beyond != tt.beyond || s.Limit != tt.limit {
			t.Errorf("%+v: got held %v, beyond %v, %q, want %v, %v, %q", tt.probes, s.Held, s.Beyond, s.Limit, tt.held, tt.beyond, tt.limit)
		}
	}
}

// Where a rate of next to nothing is too much for the client, less is no help.
func TestHopelessSearch(t *testing.T) {
	at := func(load float64, outcome string) stats.Probe { return stats.Probe{Load: load, Outcome: outcome} }
	held, missed, invalid := stats.ProbeHeld, stats.ProbeMissed, stats.ProbeInvalid
	tests := []struct {
		probes []stats.Probe
		want   bool
	}{
		{nil, false},
		{[]stats.Probe{at(400, invalid)}, false}, // it will be tried again
		{[]stats.Probe{at(400, invalid), at(400, invalid)}, true},
		{[]stats.Probe{at(400, invalid), at(400, missed)}, false},
		{[]stats.Probe{at(1000, invalid), at(1000, invalid)}, false},
		{[]stats.Probe{at(1000, invalid), at(1000, invalid), at(500, invalid)}, false},
		{[]stats.Probe{at(1000, invalid), at(1000, invalid), at(500, invalid), at(500, invalid)}, true},
		{[]stats.Probe{at(1000, held), at(400, invalid)}, false},
	}
	for _, tt := range tests {
		f := finder{request: &request{flags: &flags{}}, found: stats.Search{Probes: tt.probes}}
		if got := f.hopeless(); got != tt.want {
			t.Errorf("%+v: got %v, want %v", tt.probes, got, tt.want)
		}
		f.vary = varyConnections
		if f.hopeless() {
			t.Errorf("%+v: hopeless at so many connections, want that for rates only", tt.probes)
		}
	}
}

func TestPlansOfASearch(t *testing.T) {
	second := time.Second
	tests := []struct {
		args  []string
		load  float64
		want  loadgen.Plan // rate, connections, in flight and duration
		least float64
		start float64
	}{
		{[]string{"--max-load", "rtt.p99<25ms"}, 8000, loadgen.Plan{Connections: 50, Rate: 8000, Duration: 5 * second}, 20, 1000},
		// A quantile needs values.
		{[]string{"--max-load", "rtt.p99<25ms"}, 100, loadgen.Plan{Connections: 50, Rate: 100, Duration: 12 * second}, 20, 1000},
		{[]string{"--max-load", "rtt.p99.9<25ms"}, 20, loadgen.Plan{Connections: 50, Rate: 20, Duration: 60 * second}, 200, 1000},
		{[]string{"--max-load", "rtt.p99<25ms", "-d", "1"}, 100, loadgen.Plan{Connections: 50, Rate: 100, Duration: second}, 1200, 1200},
		{[]string{"--max-load", "lost<1%", "--rate", "50"}, 1, loadgen.Plan{Connections: 50, Rate: 1, Duration: 12 * second}, 1, 50},
		{[]string{"--scenario", "rate", "--max-load", "rtt.p99<25ms"}, 1, loadgen.Plan{Connections: 100, Rate: 1, Duration: 10 * second}, 120, 5000},
		{[]string{"--max-load", "rtt.p99<25ms", "--vary", "connections"}, 7, loadgen.Plan{Connections: 7, InFlight: 1, Duration: 5 * second}, 1, 50},
		{[]string{"--max-load", "rtt.p99<25ms", "--vary", "connections", "--rate", "100"}, 7, loadgen.Plan{Connections: 7, Rate: 100, Duration: 12 * second}, 1, 50},
		// Messages have nothing to do with it.
		{[]string{"--max-load", "open.p99<25ms", "--rate", "20", "-d", "1"}, 20, loadgen.Plan{Connections: 50, Rate: 20, Duration: second}, 12, 20},
		// A message is as many deliveries as there are subscribers.
		{[]string{"--max-load", "delivery.p99<25ms", "--scenario", "broadcast"}, 10, loadgen.Plan{Connections: 201, Rate: 10, Duration: 10 * second}, 2, 10},
		{[]string{"--max-load", "delivery.p99<25ms", "--broadcast", "--rate", "10", "-c", "11"}, 10, loadgen.Plan{Connections: 11, Rate: 10, Duration: 12 * second}, 2, 10},
		{[]string{"--max-load", "open.p99<25ms", "--vary", "connections", "--idle", "-c", "5"}, 7, loadgen.Plan{Connections: 7, Duration: 5 * second}, 1, 5},
	}
	for _, tt := range tests {
		r := mustRead(t, tt.args...)
		p := r.planAt(tt.load)
		if p.Connections != tt.want.Connections || p.Rate != tt.want.Rate || p.InFlight != tt.want.InFlight || p.Duration != tt.want.Duration {
			t.Errorf("%q at %v: got %d connections, rate %v, %d in flight, %v, want %+v", tt.args, tt.load, p.Connections, p.Rate, p.InFlight, p.Duration, tt.want)
		}
		b := r.bounds()
		if b.Least != tt.least || b.Start != tt.start || b.Most < b.Start || !b.Whole {
			t.Errorf("%q: got %+v, want from %v, at least %v", tt.args, b, tt.start, tt.least)
		}
	}
}

// Where standard output takes nothing, no load is put on the server for it.
func TestSearchWithoutReaders(t *testing.T) {
	var opened atomic.Int64
	url := serveHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		opened.Add(1)
		echo(w, r, same)
	})
	var stderr strings.Builder
	code := run(t.Context(), []string{"--max-load", "rtt.max<1h", "-c", "1", "-d", "10m", url}, strings.NewReader(""), brokenPipe{}, &stderr)
	if code != exitFailed || !strings.HasPrefix(stderr.String(), "wsstorm: writing to standard output: ") || opened.Load() != 0 {
		t.Errorf("got exit code %d, %q, %d connections, want the search not to begin", code, stderr.String(), opened.Load())
	}
}
