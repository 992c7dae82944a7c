package main

import (
	"context"
	"strings"
	"testing"

	"wsstorm/internal/echoserver"
)

// A broadcast from end to end: the built-in server hands on what is published,
// and each copy is accounted for.
func TestBroadcast(t *testing.T) {
	got := wsstorm(t, "--broadcast", "-n", "50", "-r", "500", "-c", "12", "--publishers", "2", "--text",
		"--subscribe-message", `{"subscribe":"a"}`, "--publish-message", `{"a":"{payload}"}`, "-o", "json")
	if !got.ended(exitOK) {
		t.Fatalf("got %d, %s", got.code, got.err)
	}
	b := got.result(t).Broadcast
	if b == nil || b.Publishers != 2 || b.Subscribers != 10 || b.Published != 50 || b.Delivered != 500 || b.Lost+b.Mismatched != 0 {
		t.Errorf("got %+v, want 50 messages to each of 10 subscribers", b)
	}
	// The server takes what subscribers say for messages, and hands it on.
	if b != nil && b.Other == 0 {
		t.Error("got no other messages")
	}
}

// Lost copies are errors as lost replies are, and an objective of one's own takes
// their place.
func TestBroadcastObjectives(t *testing.T) {
	t.Parallel() // it mostly waits
	type test struct {
		objective string
		code      int
	}
	atOnce(t, []test{
		{"", exitMissed}, {"lost>45%", exitOK}, {"broadcast.lost>10%", exitMissed}, {"delivery.p50>1ns", exitMissed},
	}, func(t *testing.T, tt test) {
		server, err := echoserver.Listen("127.0.0.1:0", echoserver.Config{
			Faults: echoserver.Faults{Broadcast: echoserver.BroadcastAll, Drop: 0.3},
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- server.Serve(ctx) }()
		args := []string{"--broadcast", "-n", "40", "-r", "500", "-c", "11", "--drain", "300ms", server.URL()}
		if tt.objective != "" {
			args = append(args, "--fail-if", tt.objective)
		}
		got := wsstorm(t, args...)
		if !got.ended(tt.code) || !strings.Contains(got.out, " of 400 copies delivered") {
			t.Errorf("%q: got %d, want %d: %s%s", tt.objective, got.code, tt.code, got.out, got.err)
		}
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}
