package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gorilla/websocket"

	"wsstorm/stats"
)

// result reads the JSON that a run has printed.
func (r ran) result(t *testing.T) *stats.Result {
	t.Helper()
	result := new(stats.Result)
	if err := json.Unmarshal([]byte(r.out), result); err != nil {
		t.Fatalf("%v: exit code %d, output %.300q, error %q", err, r.code, r.out, r.err)
	}
	return result
}

func TestLoadOfTheBuiltInServer(t *testing.T) {
	got := wsstorm(t, "-c", "4", "-n", "200", "-s", "0,20,126", "-o", "json")
	r := got.result(t)
	if !got.ended(exitOK) || got.err != "" {
		t.Errorf("got exit code %d, %q", got.code, got.err)
	}
	if r.Messages.Sent != 200 || r.Messages.Received != 200 || r.Connections.Opened != 4 || r.Connections.Closed != 4 {
		t.Errorf("got %+v, %+v, want 200 messages on 4 connections", r.Messages, r.Connections)
	}
	if r.Tool != tool() || strings.Join(r.Flags, " ") != strings.Join(mustRead(t, "-c", "4", "-n", "200", "-s", "0,20,126").args(), " ") {
		t.Errorf("got %+v, flags %q", r.Tool, r.Flags)
	}
	addr := strings.TrimSuffix(strings.TrimPrefix(r.URL, "ws://"), "/")
	if conn, err := net.Dial("tcp", addr); err == nil {
		conn.Close()
		t.Errorf("the built-in server still listens on %s", addr)
	}
}

func TestLoadInStages(t *testing.T) {
	t.Parallel() // it mostly waits
	got := wsstorm(t, "-c", "2", "--stage", "200ms:100,200ms:100-200", "--warmup", "0", "-o", "json")
	r := got.result(t)
	if got.err != "" || r.Interrupted || len(r.Stages) != 2 {
		t.Fatalf("got exit code %d, %q, stages %+v", got.code, got.err, r.Stages)
	}
	for i, want := range []struct {
		fromS, toS, rateFrom, rateTo float64
		messages                     int64
	}{{0, 0.2, 100, 100, 20}, {0.2, 0.4, 100, 200, 30}} {
		s := r.Stages[i]
		// One message may fall on either side of an end.
		if n := s.Messages.Sent + s.Messages.Unsent; s.FromS != want.fromS || s.ToS != want.toS || s.RateFrom != want.rateFrom || s.RateTo != want.rateTo || n < want.messages-2 || n > want.messages+2 {
			t.Errorf("stage %d: got %+v, want %+v", i, s, want)
		}
	}
	if r.WindowS < 0.39 || r.WindowS > 0.41 {
		t.Errorf("got a window of %v s, want 0.4", r.WindowS)
	}
}

func TestLoadOfConnectionsInStages(t *testing.T) {
	t.Parallel() // it mostly waits
	got := wsstorm(t, "--connect-stage", "200ms:0-8,2s:8,200ms:8-0", "-o", "json")
	r := got.result(t)
	if got.err != "" || r.Connections.Requested != 8 || r.Connections.Opened != 8 || r.Connections.Closed != 8 || len(r.Errors) > 0 {
		t.Errorf("got exit code %d, %q, %+v, %+v, want 8 connections opened and closed", got.code, got.err, r.Connections, r.Errors)
	}
	if r.Messages.Received == 0 || r.Messages.Lost > 0 || len(r.Stages) != 3 {
		t.Fatalf("got %+v, stages %+v, want messages and three stages", r.Messages, r.Stages)
	}
	// The run ends with the last connection, a little before its stage.
	for i, want := range [][2]int64{{0, 8}, {8, 8}, {8, 1}} {
		if s := r.Stages[i]; s.ConnectionsFrom != want[0] || s.ConnectionsTo != want[1] && (i < 2 || s.ConnectionsTo != 0) {
			t.Errorf("stage %d: got %+v, want connections %v", i, s, want)
		}
	}
}

func TestLoadIntoAFile(t *testing.T) {
	path := t.TempDir() + "/result.json"
	got := wsstorm(t, "-c", "1", "-n", "10", "-o", "text", "-o", "json="+path)
	if !strings.Contains(got.out, "10 sent, 10 received") {
		t.Errorf("got exit code %d, %s%s", got.code, got.out, got.err)
	}
	data, err := os.ReadFile(path)
	if err != nil || (ran{out: string(data)}).result(t).Messages.Sent != 10 {
		t.Errorf("got %.300s, %v", data, err)
	}
}

func TestNothingListens(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	got := wsstorm(t, "-c", "3", "-n", "3", "-o", "json", "ws://"+ln.Addr().String())
	want := "wsstorm: no connection was opened: 3 times refused: connect " + ln.Addr().String() + ": connection refused\n"
	if got.code != exitFailed || got.err != want {
		t.Errorf("got %d, %q, want %d, %q", got.code, got.err, exitFailed, want)
	}
	if r := got.result(t); r.Connections.Failed != 3 {
		t.Errorf("got %+v, want 3 failed", r.Connections)
	}
}

// serveHTTP starts a server for a test and returns its ws:// URL.
func serveHTTP(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: handler}
	served := make(chan error)
	go func() { served <- server.Serve(ln) }()
	t.Cleanup(func() {
		server.Close()
		<-served
	})
	return "ws://" + ln.Addr().String() + "/"
}

// echo answers every message by way of change.
func echo(w http.ResponseWriter, r *http.Request, change func([]byte) []byte) {
	echoWith(websocket.Upgrader{}, w, r, change)
}

func echoWith(upgrader websocket.Upgrader, w http.ResponseWriter, r *http.Request, change func([]byte) []byte) {
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	for {
		kind, message, err := conn.ReadMessage()
		if err != nil {
			return
		}
		if message = change(message); message == nil {
			continue
		}
		if conn.WriteMessage(kind, message) != nil {
			return
		}
	}
}

func same(message []byte) []byte    { return message }
func nothing(message []byte) []byte { return nil }

func TestExitCodesOfRuns(t *testing.T) {
	var upgrades, messages atomic.Int64
	servers := map[string]http.HandlerFunc{
		"well":    func(w http.ResponseWriter, r *http.Request) { echo(w, r, same) },
		"refuses": func(w http.ResponseWriter, r *http.Request) { http.Error(w, "no", http.StatusForbidden) },
		"refuses one of 40": func(w http.ResponseWriter, r *http.Request) {
			if upgrades.Add(1) == 7 {
				http.Error(w, "no", http.StatusServiceUnavailable)
				return
			}
			echo(w, r, same)
		},
		"is silent": func(w http.ResponseWriter, r *http.Request) { echo(w, r, nothing) },
		"flips a byte of message 50": func(w http.ResponseWriter, r *http.Request) {
			echo(w, r, func(message []byte) []byte {
				if messages.Add(1) == 50 {
					message[len(message)-1] ^= 1
				}
				return message
			})
		},
	}
	tests := []struct {
		server string
		args   []string
		want   int
	}{
		{"well", nil, exitOK},
		{"refuses", nil, exitFailed},
		{"refuses one of 40", nil, exitMissed},
		{"is silent", []string{"-d", "200ms", "--drain", "1ms"}, exitFailed},
		{"flips a byte of message 50", nil, exitMissed},
	}
	for _, tt := range tests {
		url := serveHTTP(t, servers[tt.server])
		got := wsstorm(t, append(tt.args, "-c", "40", "-n", "100", "-o", "json", url)...)
		r := got.result(t)
		if got.code == exitInvalid && tt.want != exitFailed {
			t.Logf("%s: the machine was too busy to tell: %+v", tt.server, r.Verdict)
			continue
		}
		if got.code != tt.want {
			t.Errorf("a server that %s: got exit code %d, want %d: %+v, %+v, %+v", tt.server, got.code, tt.want, r.Connections, r.Messages, r.Errors)
		}
	}
}

// An interrupted run reports what it has.
func TestInterrupt(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	url := serveHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		echo(w, r, func(message []byte) []byte {
			interrupt()
			return message
		})
	})
	got := wsstormIn(ctx, "-c", "1", "-d", "10m", "--warmup", "0", "-o", "json", url)
	if r := got.result(t); got.code != exitInterrupted || !r.Interrupted || r.Connections.Closed != 1 {
		t.Errorf("got exit code %d, interrupted %v, %+v", got.code, r.Interrupted, r.Connections)
	}
}

func TestInterruptBeforeTheServerIsUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := wsstormIn(ctx, "-d", "10m"); got.code != exitInterrupted || got.err != "" {
		t.Errorf("got %d, %q, want %d", got.code, got.err, exitInterrupted)
	}
}

func TestServe(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	out := &firstLine{line: make(chan string, 1)}
	var stderr bytes.Buffer
	served := make(chan int)
	go func() {
		served <- run(ctx, []string{"serve", "--listen", "127.0.0.1:0"}, strings.NewReader(""), out, &stderr)
	}()
	got := wsstorm(t, "-c", "2", "-n", "20", "-o", "json", <-out.line)
	if r := got.result(t); r.Messages.Received != 20 {
		t.Errorf("got exit code %d, %+v", got.code, r.Messages)
	}
	stop()
	if code := <-served; code != exitOK || stderr.Len() > 0 {
		t.Errorf("serve: got exit code %d, %q", code, stderr.String())
	}
}

// firstLine is a standard output that hands on its first line.
type firstLine struct{ line chan string }

func (f *firstLine) Write(p []byte) (int, error) {
	f.line <- strings.TrimSpace(string(p))
	return len(p), nil
}
