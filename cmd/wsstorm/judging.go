package main

import (
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"wsstorm/stats/regress"
	"wsstorm/stats/report"
)

// judging is what the flags of a comparison say, however the results come
// about.
type judging struct {
	least   []limit // in place of the metrics' own least effects
	limits  []limit // --max-regression
	strict  bool
	outputs []output
}

func (j *judging) flags(set *pflag.FlagSet) {
	set.Var(limits(&j.limits), "max-regression", "fail where the whole interval of the metric is worse than this; repeatable")
	set.Var(limits(&j.least), "least", "the least worsening of the metric that matters; repeatable; by default messages.rate=3%, p50 5%, p99 10%, and 20% beyond")
	set.BoolVar(&j.strict, "strict", false, "fail where the outcome is INCONCLUSIVE too")
	set.VarP(&list[output]{to: &j.outputs, noun: "FORMAT[=FILE]", names: judgementFormats(), format: formatOutput,
		parse: func(s string) (output, error) { return parseOutputAs(s, judgementFormats()) }},
		"output", "o", either(judgementFormats())+", to standard output (or -) or to a file; repeatable; text by default")
}

// metrics returns the metrics to compare: the default ones, and those that a
// flag names.
func (j *judging) metrics() []regress.Metric {
	all := regress.DefaultMetrics()
	at := func(m regress.Metric) int {
		return slices.IndexFunc(all, func(o regress.Metric) bool { return o.Name == m.Name })
	}
	for _, l := range slices.Concat(j.least, j.limits) {
		if at(l.metric) < 0 {
			all = append(all, l.metric)
		}
	}
	for _, l := range j.least {
		all[at(l.metric)].LeastEffect = l.share
	}
	return all
}

// check holds a judgement against --max-regression. A limit whose metric could
// not be compared is an error: nobody knows whether it holds. So is a judgement
// of nothing.
func (j *judging) check(found *judgement) error {
	var unknown []string
	for _, l := range j.limits {
		i := slices.IndexFunc(found.Metrics, func(m judgedMetric) bool { return m.Name == l.metric.Name })
		if i < 0 {
			unknown = append(unknown, "--max-regression "+formatLimit(l)+": "+l.metric.Name+" could not be compared"+found.whyLeftOut(l.metric))
			continue
		}
		m := &found.Metrics[i]
		m.Limit, m.Exceeded = l.share, m.change.Exceeds(l.share)
	}
	switch {
	case len(unknown) > 0:
		return errors.New(strings.Join(unknown, "; "))
	case len(found.Metrics) == 0:
		return errors.New("nothing could be compared: " + strings.Join(found.Notes, " "))
	}
	return nil
}

// publish holds a judgement against --max-regression, writes it wherever it is
// to go, and returns the exit code that it deserves as an error. What is known to
// be worse comes before what is not known.
func (j *judging) publish(found *judgement, s streams) error {
	unknown := j.check(found)
	found.strict = j.strict
	if err := writeJudgement(found, j.outputs, s.out); err != nil {
		return err
	}
	if os.Getenv("GITHUB_ACTIONS") == "true" {
		// Of standard error too: the other one may be a document.
		if err := report.Annotations(s.err, found.cases()); err != nil {
			return err
		}
	}
	switch {
	case found.fails():
		if unknown != nil {
			complain(s.err, unknown)
		}
		return exitError(exitRegressed)
	case unknown != nil:
		return unknown
	case found.strict && found.Outcome == regress.Inconclusive:
		return exitError(exitRegressed)
	}
	return nil
}

// parseOutputAs reads a format and where it goes.
func parseOutputAs(s string, formats []string) (output, error) {
	format, path, found := strings.Cut(s, "=")
	if !slices.Contains(formats, format) {
		return output{}, errors.New("the formats are " + either(formats) + didYouMean(format, formats))
	}
	return outputTo(format, path, found)
}
