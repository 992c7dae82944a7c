package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// programFlags are what does not change the run.
func (f *flags) programFlags(set *pflag.FlagSet) {
	set.VarP(&list[output]{to: &f.outputs, noun: "FORMAT[=FILE]", names: formatNames(), parse: parseOutput, format: formatOutput},
		"output", "o", "report as text or json, to standard output or to a file; repeatable; text by default")
	set.BoolVar(&f.quiet, "quiet", false, "no live line, and no warnings about this machine, on standard error")
	set.Var(text(&f.scenario, "NAME|FILE"), "scenario", "take flags from a preset or a file; those given here win")
	set.BoolVar(&f.printFlags, "print-flags", false, "print the run as a scenario file, and do not run it")
	set.BoolVar(&f.version, "version", false, "print the version")
	set.BoolVarP(&f.help, "help", "h", false, "print this help")
	refuse(set, "q", "-q is a rate to some programs and silence to others: say --rate or --quiet")
}

// notInScenarios are the flags that a scenario file cannot hold.
var notInScenarios = []string{"scenario", "print-flags", "version", "help"}

// notOfTheRun are the flags that --print-flags and saved results leave out: they
// say what becomes of a run, not what it is.
var notOfTheRun = append([]string{"output", "quiet"}, notInScenarios...)

// An output is a format, and where it goes.
type output struct {
	format string
	path   string // "" is standard output
}

func (o output) String() string { return formatOutput(o) }

func parseOutput(s string) (output, error) {
	format, path, found := strings.Cut(s, "=")
	if !slices.Contains(formatNames(), format) {
		return output{}, fmt.Errorf("the formats are %s%s", either(formatNames()), didYouMean(format, formatNames()))
	}
	if found && path == "" {
		return output{}, errors.New("the name of the file is missing")
	}
	return output{format, path}, nil
}

func formatOutput(o output) string {
	if o.path == "" {
		return o.format
	}
	return o.format + "=" + o.path
}
