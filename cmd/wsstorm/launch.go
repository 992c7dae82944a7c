package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"
)

// launch starts a process that dies with us, and returns a channel that will
// hold its end. Process groups and the like are the caller's to set afterwards.
func launch(cmd *exec.Cmd) (ended <-chan error, err error) {
	// What a grandchild that lives on writes is not waited for.
	cmd.WaitDelay = time.Second
	started, end := make(chan error), make(chan error, 1)
	go func() { // ends with the process, which the caller waits for
		// The kernel counts the death of this thread as the parent's: see child.go.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			end <- cmd.Wait()
		}
	}()
	return end, <-started
}

// freshProcess returns this program with other arguments, in an environment in
// which it does not talk to GitHub.
func freshProcess(args ...string) (*exec.Cmd, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding our own program: %w", err)
	}
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), "GITHUB_ACTIONS=")
	dieWithParent(cmd)
	return cmd, nil
}

// A tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

// tailBytes is how much of a process's output is kept.
const tailBytes = 2048

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := len(p)
	if len(p) > tailBytes {
		p = p[len(p)-tailBytes:]
	}
	t.text = append(t.text, p...)
	if len(t.text) > tailBytes {
		t.text = append(t.text[:0], t.text[len(t.text)-tailBytes:]...)
	}
	return n, nil
}

// lines returns the last lines, ready to follow a colon, or that there are none.
func (t *tail) lines() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := strings.TrimSpace(string(t.text))
	if text == "" {
		return "it wrote nothing"
	}
	return "it wrote: " + text
}
