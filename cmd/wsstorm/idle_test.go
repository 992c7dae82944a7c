package main

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"wsstorm/stats"
)

// forgets starts a server that answers Pings until a connection was silent for
// too long, and then says nothing any more, as a box that has dropped its entry.
func forgets(t *testing.T, after time.Duration) string {
	return serveHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		var upgrader websocket.Upgrader
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		var forgotten atomic.Bool
		forget := time.AfterFunc(after, func() { forgotten.Store(true) })
		defer forget.Stop()
		answer := conn.PingHandler()
		conn.SetPingHandler(func(data string) error {
			if !forget.Stop() && forgotten.Load() {
				return nil
			}
			return answer(data)
		})
		conn.SetCloseHandler(func(code int, text string) error {
			if forgotten.Load() {
				return nil
			}
			return conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
		})
		for {
			if _, _, err := conn.ReadMessage(); err != nil {
				return
			}
		}
	})
}

func TestFindIdleTimeoutInRounds(t *testing.T) {
	t.Parallel() // it mostly waits
	url := forgets(t, 250*time.Millisecond)
	got := wsstorm(t, "--find-idle-timeout", "1s", "-c", "10", "--ping-timeout", "200ms", "--close-timeout", "50ms", "-o", "json", url)
	r := got.result(t)
	i := r.IdleTimeout
	if i == nil || !got.ended(exitOK) || got.err != "" {
		t.Fatalf("got exit code %d, %q, %+v", got.code, got.err, i)
	}
	// Where the first round's bounds are close there is nothing left for a second.
	close := i.Rounds[0].CutS-i.Rounds[0].SurvivedS < 0.01
	if len(i.Rounds) != idleRounds && !close || i.UpToS != 1 || i.CutS == 0 || i.SurvivedS >= i.CutS || i.How != stats.ErrPingTimeout.String() || i.Told {
		t.Errorf("got %+v, want two rounds, and a cut that a Ping finds", i)
	}
	if first, second := i.Rounds[0], i.Rounds[len(i.Rounds)-1]; len(i.Rounds) > 1 && (second.FromS != first.SurvivedS || second.ToS != first.CutS) {
		t.Errorf("got %+v, want the second round between the bounds of the first", i.Rounds)
	}
	if len(r.Objectives) > 0 || slices.ContainsFunc(r.Verdict.Findings, func(f stats.Finding) bool { return f.Check == "connections" }) {
		t.Errorf("got objectives %+v, verdict %+v of a run that did what was asked", r.Objectives, r.Verdict)
	}
}

func TestFindIdleTimeoutFindsNone(t *testing.T) {
	t.Parallel() // it mostly waits
	url := serveHTTP(t, func(w http.ResponseWriter, r *http.Request) { echo(w, r, same) })
	got := wsstorm(t, "--find-idle-timeout", "50ms", "-c", "5", url)
	if !got.ended(exitOK) || !strings.Contains(got.out, "No cut up to ") {
		t.Errorf("got exit code %d, %q\n%s", got.code, got.err, got.out)
	}
	// What the user asks to fail on still counts.
	got = wsstorm(t, "--find-idle-timeout", "50ms", "-c", "5", "--fail-if", "connections.closed>2", url)
	if !got.ended(exitMissed) {
		t.Errorf("got exit code %d, want %d", got.code, exitMissed)
	}
}
