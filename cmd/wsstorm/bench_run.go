package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"wsstorm/stats"
	"wsstorm/stats/report"
)

// A contender is the old server or the new one.
type contender struct {
	side    string   // old or new
	command []string // that starts it; nil where it runs already
	url     string
}

// label names the contender in reports. Of a command it is the program alone:
// its arguments may hold secrets.
func (c *contender) label() string {
	if c.command != nil {
		return c.command[0]
	}
	return hideURL(c.url)
}

// A contest is what is the same in all runs of a bench.
type contest struct {
	flags []string // of each run
	at    address  // where a started server accepts
	wait  time.Duration
}

// run loads a contender once, from a fresh process, and starts and stops it
// where there is a command to.
func (t *contest) run(ctx context.Context, c *contender) (*stats.Result, error) {
	if c.command == nil {
		return t.load(ctx, c)
	}
	server, err := startServer(ctx, c.command, t.at, t.wait)
	if err != nil {
		return nil, fmt.Errorf("the %s server: %w", c.side, err)
	}
	defer server.stop()
	result, err := t.load(ctx, c)
	if ctx.Err() == nil && !server.lives() {
		return nil, fmt.Errorf("the %s server: %w", c.side, server.dead(c.command[0]))
	}
	return result, err
}

// load runs wsstorm in a process of its own.
func (t *contest) load(ctx context.Context, c *contender) (*stats.Result, error) {
	args := append([]string{}, t.flags...)
	cmd, err := freshProcess(append(args, "--quiet", "--output=json", "--", c.url)...)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	var said tail
	cmd.Stdout, cmd.Stderr = &out, &said
	// An interrupt at the terminal is ours to handle.
	ownGroup(cmd)
	ended, err := launch(cmd)
	if err != nil {
		return nil, fmt.Errorf("starting a run: %w", err)
	}
	select {
	case err = <-ended:
	case <-ctx.Done():
		cmd.Process.Kill()
		<-ended
		return nil, ctx.Err()
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return nil, fmt.Errorf("a run of the %s server: %w", c.side, err)
	}
	switch code := cmd.ProcessState.ExitCode(); code {
	case exitOK, exitMissed, exitInvalid:
	default:
		return nil, fmt.Errorf("a run of the %s server ended with exit code %d; %s", c.side, code, said.lines())
	}
	return report.ReadJSON(&out, "the result of a run of the "+c.side+" server")
}
