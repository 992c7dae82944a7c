//go:build unix

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// freeAddress returns an address of this machine where nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// serveCommand returns a command that serves at an address.
func serveCommand(t *testing.T, addr string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("'%s' serve --listen %s", self, addr)
}

// nothingMatters makes every metric but a tenfold one equivalent.
var nothingMatters = []string{"--least", "messages.rate=90%", "--least", "rtt.p50=900%", "--least", "rtt.p99=900%", "--least", "rtt.p99.9=900%"}

func TestBenchOfCommands(t *testing.T) {
	addr := freeAddress(t)
	command := serveCommand(t, addr)
	path := filepath.Join(t.TempDir(), "bench.json")
	args := append([]string{"bench", "--aa", "--old", command, "-c", "1", "-n", "40", "--order-seed", "7", "--max-regression", "rtt.p50=5000%",
		"-o", "text", "-o", "json=" + path, "ws://" + addr + "/"}, nothingMatters...)
	got := wsstorm(t, args...)
	busy(t, got)
	if got.code != exitOK || !strings.HasPrefix(got.out, "bench --aa: ") || !strings.Contains(got.out, "False alarms: ") ||
		!strings.Contains(got.out, "nine benches in ten see a worsening of") || !strings.Contains(got.out, "order seed 7,") {
		t.Errorf("got exit code %d, %s%s", got.code, got.out, got.err)
	}
	if !strings.HasPrefix(got.err, "pair 1 of 10: ") || !strings.Contains(got.err, "pair 10 of 10: ") {
		t.Errorf("got progress %q", got.err)
	}
	if (address{"tcp", addr}).accepts(t.Context()) {
		t.Errorf("a server was left at %s", addr)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var saved judgement
	if err := json.Unmarshal(data, &saved); err != nil {
		t.Fatal(err)
	}
	b := saved.Bench
	if b == nil || b.OrderSeed != 7 || len(b.Pairs) < 10 || b.Calibration == nil || b.Calibration.Benches == 0 {
		t.Fatalf("got %.500s", data)
	}
	first := 0
	for i, p := range b.Pairs {
		if p.Old.Messages.Received != 40 || p.New.Messages.Received != 40 {
			t.Errorf("pair %d: got %d and %d messages, want 40", i+1, p.Old.Messages.Received, p.New.Messages.Received)
		}
		if p.NewFirst != (p.New.Started.Before(p.Old.Started)) {
			t.Errorf("pair %d: got new first %v, and %v and %v", i+1, p.NewFirst, p.Old.Started, p.New.Started)
		}
		if p.NewFirst {
			first++
		}
	}
	if first == 0 || first == len(b.Pairs) {
		t.Errorf("got the new one first in %d of %d pairs, want the order drawn", first, len(b.Pairs))
	}
}

// A server that takes milliseconds where the old one takes microseconds.
func TestBenchOfURLsSeesASlowServer(t *testing.T) {
	fast := serveHTTP(t, func(w http.ResponseWriter, r *http.Request) { echo(w, r, same) })
	slow := serveHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		echo(w, r, func(m []byte) []byte { time.Sleep(4 * time.Millisecond); return m })
	})
	got := wsstorm(t, "bench", "--old-url", fast, "--new-url", slow, "-c", "1", "-n", "25", "--quiet", "-o", "md")
	busy(t, got)
	if got.code != exitRegressed || !strings.HasPrefix(got.out, "## wsstorm bench: REGRESSED\n") || got.err != "" {
		t.Errorf("got exit code %d, %s%s", got.code, got.out, got.err)
	}
}

// What cannot be compared is told, and the rest is written.
func TestBenchWritesWhatThereIs(t *testing.T) {
	url := serveHTTP(t, func(w http.ResponseWriter, r *http.Request) { echo(w, r, same) })
	path := filepath.Join(t.TempDir(), "bench.json")
	got := wsstorm(t, append([]string{"bench", "--aa", "-c", "1", "-n", "25", "--quiet", "--max-regression", "rtt.p99=10%", "-o", "json=" + path, url}, nothingMatters...)...)
	busy(t, got)
	if got.code != exitFailed || !strings.Contains(got.err, "rtt.p99 could not be compared: rtt.p99 has no figure in 20 of the 20 results") {
		t.Errorf("got exit code %d, %s%s, want %d", got.code, got.out, got.err, exitFailed)
	}
	if document, err := os.ReadFile(path); err != nil || !strings.Contains(string(document), `"name": "rtt.p50"`) {
		t.Errorf("got %.300s, %v, want the rest", document, err)
	}
}

// Connections that say nothing are judged by what they do.
func TestBenchOfIdleRuns(t *testing.T) {
	url := serveHTTP(t, func(w http.ResponseWriter, r *http.Request) { echo(w, r, same) })
	got := wsstorm(t, "bench", "--aa", "--idle", "-c", "20", "-d", "10ms", "--quiet", "--least", "open.p50=10000%", url)
	busy(t, got)
	if got.code != exitOK || !strings.Contains(got.out, "\n  open.p50 ") {
		t.Errorf("got exit code %d, %s%s", got.code, got.out, got.err)
	}
}

// An atLine calls a function once a line with some text in it was written.
type atLine struct {
	text string
	then func()
}

func (w atLine) Write(p []byte) (int, error) {
	if strings.Contains(string(p), w.text) {
		w.then()
	}
	return len(p), nil
}

// Ctrl-C loses no pair that was complete, and judges none.
func TestBenchThatIsInterrupted(t *testing.T) {
	url := serveHTTP(t, func(w http.ResponseWriter, r *http.Request) { echo(w, r, same) })
	dir := t.TempDir()
	for _, tt := range []struct {
		during string
		pairs  int
	}{{"pair 1 of 10: ", 0}, {"pair 3 of 10: ", 2}} {
		path := filepath.Join(dir, strconv.Itoa(tt.pairs)+".json")
		ctx, cancel := context.WithCancel(t.Context())
		var out strings.Builder
		code := run(ctx, []string{"bench", "--aa", "-c", "1", "-n", "25", "--max-regression", "rtt.p50=1%", "--strict",
			"-o", "text", "-o", "json=" + path, "-o", "junit=" + path + ".xml", url}, strings.NewReader(""), &out, atLine{tt.during, cancel})
		cancel()
		busy(t, ran{code: code})
		if code != exitInterrupted {
			t.Fatalf("in %sgot exit code %d, %s", tt.during, code, out.String())
		}
		document, err := os.ReadFile(path)
		if tt.pairs == 0 {
			if err == nil || out.Len() > 0 {
				t.Errorf("in %sgot %s, %v, want nothing", tt.during, out.String(), err)
			}
			continue
		}
		var saved judgement
		if err := json.Unmarshal(document, &saved); err != nil {
			t.Fatal(err)
		}
		if !saved.Interrupted || saved.Outcome != "" || saved.Bench == nil || len(saved.Bench.Pairs) != tt.pairs || saved.Bench.Pairs[1].New.Messages.Received != 25 {
			t.Errorf("got %.500s", document)
		}
		if !strings.HasPrefix(out.String(), "bench --aa: interrupted, no verdict\n") || !strings.Contains(out.String(), "rtt.p50: ") {
			t.Errorf("got %s", out.String())
		}
		if document, err := os.ReadFile(path + ".xml"); err != nil || !strings.Contains(string(document), "<error") {
			t.Errorf("got %s, %v, want an error", document, err)
		}
	}
}

func TestBenchTellsErrors(t *testing.T) {
	url := serveHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		echo(w, r, func(m []byte) []byte { return append(m, 'x') })
	})
	got := wsstorm(t, append([]string{"bench", "--aa", "-c", "1", "-n", "25", "--quiet", url}, nothingMatters...)...)
	busy(t, got)
	if got.code != exitMissed || !strings.Contains(got.out, "were missed in 1") {
		t.Errorf("got exit code %d, %s%s, want %d", got.code, got.out, got.err, exitMissed)
	}
}

func TestBenchRefuses(t *testing.T) {
	for _, tt := range []struct {
		args string
		want string
	}{
		{"", "needs --old COMMAND and --new COMMAND"},
		{"ws://127.0.0.1:1/", "needs --old COMMAND and --new COMMAND"},
		{"--old a ws://127.0.0.1:1/", "needs --old COMMAND and --new COMMAND"},
		{"--old a --new b", "needs the URL at which the servers accept"},
		{"--old a --new-url ws://127.0.0.1:1/", "the one pair or the other"},
		{"--old-url ws://127.0.0.1:1/", "needs --new-url"},
		{"--new-url ws://127.0.0.1:1/", "needs --new-url"},
		{"--old-url ws://127.0.0.1:1/ --new-url http:", "--new-url: "},
		{"--old-url ws://127.0.0.1:1/ --new-url ws://127.0.0.1:1/ ws://127.0.0.1:1/", "2 words"},
		{"--aa", "needs the URL"},
		{"--aa --old a --new b ws://127.0.0.1:1/", "--aa takes one server"},
		{"--old 'a --new b ws://127.0.0.1:1/", "--old"},
		{"--aa --rate 5 --in-flight 5 ws://127.0.0.1:1/", "contradicts"},
		{"--aa --idle ws://127.0.0.1:1/", "--idle makes no bench by itself: an idle run sends no messages"},
		{"--aa --idle --least rtt.p50=10% ws://127.0.0.1:1/", "by --least or --max-regression"},
		{"--aa --idle --max-regression open.p50=10% --max-regression rtt.p50=10% ws://127.0.0.1:1/", "--max-regression rtt.p50=10% contradicts --idle: an idle run"},
		{"--aa --scenario idle ws://127.0.0.1:1/", "--idle (idle.flags:"},
		{"--aa --print-flags ws://127.0.0.1:1/", "--print-flags makes no sense with bench"},
		{"--aa -o csv ws://127.0.0.1:1/", "text, json, md or junit"},
	} {
		got := wsstorm(t, append([]string{"bench"}, strings.Fields(tt.args)...)...)
		if got.code != exitUsage || !strings.Contains(got.err, tt.want) || strings.Count(got.err, "\n") != 1 {
			t.Errorf("bench %s: got exit code %d, %q, want %d and %q", tt.args, got.code, got.err, exitUsage, tt.want)
		}
	}
}

func TestBenchOfServersThatDoNotServe(t *testing.T) {
	t.Parallel() // it mostly waits
	addr := freeAddress(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, tt := range []struct{ command, addr, want string }{
		{"sh -c 'echo out of cheese >&2; exit 3'", addr, "sh ended by itself (exit status 3); it wrote: out of cheese"},
		{"sh -c 'echo waiting; exec sleep 1000'", addr, "sh does not accept at " + addr + " after 300ms; it wrote: waiting"},
		{"sleep 1000", taken.Addr().String(), "somebody accepts at " + taken.Addr().String() + " already"},
	} {
		got := wsstorm(t, "bench", "--aa", "--old", tt.command, "--start-timeout", "300ms", "--quiet", "ws://"+tt.addr+"/")
		if got.code != exitFailed || !strings.Contains(got.err, tt.want) {
			t.Errorf("%s: got exit code %d, %q, want %d and %q", tt.command, got.code, got.err, exitFailed, tt.want)
		}
	}
	// What is not there is said before anything is started.
	got := wsstorm(t, "bench", "--old", "sleep 1000", "--new", "/nonexistent/server", "ws://"+addr+"/")
	if got.code != exitUsage || !strings.Contains(got.err, "--new") || !strings.Contains(got.err, "/nonexistent/server") {
		t.Errorf("a server that is not there: got exit code %d, %q", got.code, got.err)
	}
}

// A server that forks, ignores SIGTERM in its child and ends itself leaves
// nothing.
func TestServerIsStoppedWithItsChildren(t *testing.T) {
	t.Parallel() // it mostly waits
	addr := freeAddress(t)
	pids := filepath.Join(t.TempDir(), "pids")
	command, err := splitCommand(fmt.Sprintf(`sh -c "(trap '' TERM; while :; do sleep 0.1; done) & echo $! > %s; exec %s"`, pids, serveCommand(t, addr)))
	if err != nil {
		t.Fatal(err)
	}
	s, err := startServer(t.Context(), command, address{"tcp", addr}, 20*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(pids)
	if err != nil {
		t.Fatal(err)
	}
	child, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(child, 0); err != nil {
		t.Fatalf("the child does not run: %v", err)
	}
	s.stop()
	until(t, "the child is gone", func() bool { return !lives(child) })
	if (address{"tcp", addr}).accepts(t.Context()) {
		t.Error("the server still accepts")
	}
}

func TestServerThatDiesIsTold(t *testing.T) {
	addr := freeAddress(t)
	command, err := splitCommand(serveCommand(t, addr))
	if err != nil {
		t.Fatal(err)
	}
	s, err := startServer(t.Context(), command, address{"tcp", addr}, 20*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer s.stop()
	if !s.lives() {
		t.Fatal("it does not live")
	}
	s.cmd.Process.Kill()
	until(t, "the server's death is seen", func() bool { return !s.lives() })
	if got := s.dead("server").Error(); !strings.HasPrefix(got, "server ended by itself (signal: killed); it wrote: ws://") {
		t.Errorf("got %q", got)
	}
}

func TestTailKeepsTheEnd(t *testing.T) {
	var s tail
	for i := range 1000 {
		fmt.Fprintf(&s, "line %d\n", i)
	}
	if got := s.lines(); !strings.HasSuffix(got, "line 999") || len(got) > tailBytes+20 || strings.Contains(got, "line 1\n") {
		t.Errorf("got %d bytes, %.40q", len(got), got)
	}
	fmt.Fprint(&s, strings.Repeat("x", 3*tailBytes))
	if got := s.lines(); got != "it wrote: "+strings.Repeat("x", tailBytes) {
		t.Errorf("got %d bytes, %.40q", len(got), got)
	}
}
