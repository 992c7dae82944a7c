package main

import (
	"errors"
	"strings"

	"github.com/spf13/pflag"
)

// programFlags are what does not change the run.
func (f *flags) programFlags(set *pflag.FlagSet) {
	set.VarP(outputList(&f.outputs), "output", "o", outputUsage)
	set.Var(text(&f.listen, "HOST:PORT"), "listen",
		"serve live metrics for Prometheus at http://HOST:PORT/metrics while the run lasts; port 0 takes a free one, printed on standard error")
	set.BoolVar(&f.quiet, "quiet", false, "no live line, and no warnings about this machine, on standard error")
	f.baseline.flags(set)
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
var notOfTheRun = append([]string{"output", "listen", "quiet", "save-baseline", "baseline", "max-regression"}, notInScenarios...)

// An output is a format, and where it goes.
type output struct {
	format string // as parseFormat reads it
	path   string // "" is standard output
}

const outputUsage = "report as text, json, csv (second by second), hgrm (HdrHistogram's percentiles; hgrm:close for another metric), " +
	"hlog (HdrHistogram's log), md, junit, gobench (for benchstat) or prom (Prometheus' text), " +
	"to standard output (or -) or to a file; repeatable; text by default"

// outputList returns the value of --output.
func outputList(to *[]output) *list[output] {
	return &list[output]{to: to, noun: "FORMAT[=FILE]", names: formatNames(), parse: parseOutput, format: formatOutput}
}

func (o output) String() string { return formatOutput(o) }

func parseOutput(s string) (output, error) {
	format, path, found := strings.Cut(s, "=")
	if _, _, err := parseFormat(format); err != nil {
		return output{}, err
	}
	return outputTo(format, path, found)
}

// outputTo returns the output of a format that goes to a path, where one was
// given; - is standard output, as it is standard input where a result is read.
func outputTo(format, path string, given bool) (output, error) {
	switch {
	case given && path == "":
		return output{}, errors.New("the name of the file is missing")
	case path == "-":
		path = ""
	}
	return output{format, path}, nil
}

func formatOutput(o output) string {
	if o.path == "" {
		return o.format
	}
	return o.format + "=" + o.path
}
