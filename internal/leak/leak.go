// Package leak fails a test binary that leaves goroutines behind. Every
// goroutine has an owner that waits for it; this holds the packages to that:
//
//	func TestMain(m *testing.M) { leak.Main(m) }
package leak

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// patience is how long goroutines that were told to end may take to do so.
const patience = 5 * time.Second

// Main runs the tests and ends the process: with the tests' exit code, or with 1
// and the stacks on stderr where goroutines remain after five seconds.
func Main(m *testing.M) {
	code := m.Run()
	if code == 0 {
		if left := wait(patience); len(left) > 0 {
			fmt.Fprintf(os.Stderr, "%d goroutines left behind:\n\n%s\n", len(left), strings.Join(left, "\n\n"))
			code = 1
		}
	}
	os.Exit(code)
}

// wait returns the stacks of the goroutines that are still there after limit,
// and nothing as soon as there are none.
func wait(limit time.Duration) []string {
	for deadline := time.Now().Add(limit); ; time.Sleep(time.Millisecond) {
		left := extra(stacks())
		if len(left) == 0 || time.Now().After(deadline) {
			return left
		}
	}
}

// stacks returns the stack of every goroutine but the caller's, which
// runtime.Stack puts first.
func stacks() []string {
	buf := make([]byte, 64<<10)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) {
			return strings.Split(strings.TrimSpace(string(buf[:n])), "\n\n")[1:]
		}
		buf = make([]byte, 2*len(buf))
	}
}

// extra returns those stacks that belong to no goroutine of the runtime's or of
// package testing's own.
func extra(stacks []string) []string {
	var left []string
	for _, s := range stacks {
		own := strings.Contains(s, "created by runtime.") ||
			strings.Contains(s, "os/signal.signal_recv") ||
			strings.Contains(s, "created by os/signal.") ||
			strings.Contains(s, "\ntesting.(*M).") ||
			strings.Contains(s, "created by testing.(*M).") ||
			strings.Contains(s, "created by testing/internal/testdeps.")
		if !own {
			left = append(left, s)
		}
	}
	return left
}
