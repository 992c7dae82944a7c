package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"wsstorm/internal/calibrate"
)

// How long a calibration takes, unless the user says otherwise, and at least.
const (
	defaultCalibration = 50 * time.Second
	leastCalibration   = time.Second
)

// calibrateMachine measures this machine, with the built-in server as the other
// end.
func calibrateMachine(ctx context.Context, args []string, s streams) error {
	set := newFlagSet()
	c := calibrate.Config{Duration: defaultCalibration}
	var outputs []output
	var quiet bool
	set.VarP(span(&c.Duration, leastCalibration, nounDuration), "duration", "d", "take about this long for all of it; below 20s outer quantiles are missing")
	set.VarP(&list[output]{to: &outputs, noun: "FORMAT[=FILE]", parse: parseOutput, format: formatOutput},
		"output", "o", "text or json, to standard output or to a file; repeatable; text by default")
	set.BoolVar(&quiet, "quiet", false, "no live line on standard error")
	_, done, err := readArgs("calibrate", set, args, 0, s)
	if done || err != nil {
		return err
	}
	if err := checkDocuments("calibrate", outputs); err != nil {
		return err
	}
	c.Serve = func(ctx context.Context, flags ...string) (string, func(), error) {
		server, err := startChild(ctx, s.err, flags...)
		if err != nil {
			return "", nil, err
		}
		return server.url, server.stop, nil
	}
	c.Command = ownCommand
	c.Progress = func(string, int, int) {}
	if !quiet && isTerminal(s.err) {
		c.Progress = func(step string, number, of int) {
			fmt.Fprintf(s.err, "%s%d of %d: %s", clearLine, number, of, step)
		}
		defer io.WriteString(s.err, clearLine)
	}
	found, err := calibrate.Run(ctx, c)
	if ctx.Err() != nil {
		return interrupted(s.err)
	}
	if err != nil {
		return err
	}
	found.Tool = tool()
	return writeDocuments(outputs, s.out, found, func(color bool) string { return calibrationText(found, color) })
}

// ownCommand returns this program with other arguments. It dies with us.
func ownCommand(args ...string) (*exec.Cmd, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding our own program: %w", err)
	}
	cmd := exec.Command(program, args...)
	dieWithParent(cmd)
	return cmd, nil
}
