package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"wsstorm/stats"
	"wsstorm/stats/report"
)

// renderResult renders a saved result in other formats.
func renderResult(_ context.Context, args []string, s streams) error {
	set := newFlagSet()
	var outputs []output
	set.VarP(outputList(&outputs), "output", "o", outputUsage)
	words, done, err := readArgs("report", set, args, 1, s)
	if done || err != nil {
		return err
	}
	if len(words) == 0 {
		return usagef("report needs a result: the file that a run wrote by -o json=FILE, or - for standard input")
	}
	if err := checkOutputs(outputs); err != nil {
		return err
	}
	r, err := readResult(words[0], s.in)
	if err != nil {
		return usagef("%v", err)
	}
	return writeOutputs(r, outputs, s.out)
}

// readResult reads a saved result from a file, or from stdin where that is "-".
// Whatever is wrong with it is said with its name and, where it is damaged, with
// the byte.
func readResult(path string, stdin io.Reader) (*stats.Result, error) {
	if path == "-" {
		return report.ReadJSON(stdin, "standard input")
	}
	f, err := os.Open(path)
	var why *fs.PathError
	if errors.As(err, &why) {
		return nil, fmt.Errorf("%s: %w", path, why.Err)
	} else if err != nil {
		return nil, err
	}
	defer f.Close()
	return report.ReadJSON(f, path)
}
