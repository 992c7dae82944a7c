package leak

import (
	"strings"
	"testing"
	"time"
)

// These tests look for their own goroutine by name, because package testing's
// are about while a test runs.

func holdOn(release <-chan struct{}) { <-release }

func countHeld() int {
	n := 0
	for _, s := range extra(stacks()) {
		if strings.Contains(s, "leak.holdOn") {
			n++
		}
	}
	return n
}

func TestGoroutineLeftBehindIsFound(t *testing.T) {
	release := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		holdOn(release)
	}()
	found := false
	for _, s := range wait(time.Millisecond) {
		found = found || strings.Contains(s, "leak.TestGoroutineLeftBehindIsFound")
	}
	if !found {
		t.Error("got no stack of the goroutine, want one")
	}
	close(release)
	<-done
	if got := countHeld(); got != 0 {
		t.Errorf("got %d goroutines after their end, want 0", got)
	}
}

func TestRuntimeGoroutinesAreNotCounted(t *testing.T) {
	stacks := []string{
		"goroutine 5 [chan receive]:\nos/signal.signal_recv()\n\t/x.go:1",
		"goroutine 6 [chan receive]:\nmine.wait()\n\t/x.go:1\ncreated by mine.start in goroutine 1\n\t/x.go:2",
	}
	if got := extra(stacks); len(got) != 1 || got[0] != stacks[1] {
		t.Errorf("got %q, want the second stack only", got)
	}
}

func TestMain(m *testing.M) { Main(m) }
