// Command wsstorm loads WebSocket servers and reports what they did.
//
// It parses flags into a loadgen.Plan, runs it, and writes the stats.Result in
// the formats that were asked for. It is the only part of the project that reads
// the command line, prints, or exits. Wall-clock time is read nowhere else than
// in the engine, but for the time that a bench says is left.
//
// How flags flow: the words of a scenario file and of the command line become
// settings, each with the place where it stands (setting.go); the command line's
// displace the file's (merge.go); what is left is applied to the flag set, which
// checks each value (flags*.go); then the flags are checked against each other
// (contradiction.go) and become a Plan (plan.go). A flag's value is never
// repeated in an error where it may be a secret (secret.go).
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	// A reader of ours that went away (wsstorm | head -1) shows as an error of
	// the write, not as our sudden death.
	signal.Ignore(syscall.SIGPIPE)
	ctx := interruptible(context.Background())
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// interruptible returns a context that the first interrupt cancels; the second
// ends the process at once. The built-in server dies with it: see child.go.
func interruptible(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() { // as long as the process lives
		<-signals
		cancel()
		<-signals
		if isTerminal(os.Stderr) {
			os.Stderr.WriteString("\n") // the live line stays where it is
		}
		os.Exit(exitInterrupted)
	}()
	return ctx
}

// run is the whole program; the result is its exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	s := streams{stdin, stdout, stderr}
	err := dispatch(ctx, args, s)
	return conclude(err, stderr)
}

// streams are where a command reads and writes.
type streams struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}
