package main

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"wsstorm/stats"
	"wsstorm/stats/regress"
	"wsstorm/stats/report"
)

// A baseline is a saved result that a run is held against, and where the run's
// own is saved as the next one.
type baseline struct {
	from, to string
	limits   []limit
	old      *stats.Result
}

func (b *baseline) flags(set *pflag.FlagSet) {
	set.Var(text(&b.to, nounFile), "save-baseline", "save the result for --baseline, if all is well with it")
	set.Var(text(&b.from, nounFile), "baseline", "compare with this saved result: a hint and no more, which wsstorm bench is not")
	set.Var(limits(&b.limits), "max-regression", "with --baseline: exit with 4 where the whole interval of the metric is worse than this, rtt.p99=10%; repeatable")
}

// prepare reads the baseline, before a run with these flags that would be in vain.
func (b *baseline) prepare(stdin io.Reader, flags []string) error {
	if len(b.limits) > 0 && b.from == "" {
		return usagef("--max-regression needs --baseline: it is a limit to the difference from one")
	}
	if b.to != "" {
		if err := tryFile(b.to); err != nil {
			return usagef("--save-baseline %s: %v", b.to, err)
		}
	}
	if b.from == "" {
		return nil
	}
	old, err := readResult(b.from, stdin)
	if err != nil {
		return usagef("--baseline: %v", err)
	}
	b.old = old
	run := *b.old
	run.Flags = flags
	if differences := regress.Loads(b.old, &run); len(differences) > 0 {
		return b.incomparable(differences)
	}
	j := judging{limits: b.limits}
	left, err := regress.Indicative(b.old, j.metrics())
	if err != nil {
		return usagef("--baseline %s: %v", b.from, err)
	}
	for _, l := range b.limits {
		if i := slices.IndexFunc(left, func(o regress.LeftOut) bool { return o.Metric.Name == l.metric.Name }); i >= 0 {
			return usagef("--max-regression %s contradicts --baseline: %s", formatLimit(l), strings.TrimSuffix(left[i].Reason, "."))
		}
	}
	return nil
}

func (b *baseline) incomparable(differences []string) error {
	return usagef("--baseline %s is not comparable: %s", b.from, strings.Join(differences, " "))
}

// conclude holds a result that something was measured in against the baseline
// and saves it where it is to be one. The error is a *usageError where the two
// cannot be compared, and an exitError where a limit is exceeded.
func (b *baseline) conclude(r *stats.Result, outputs []output, s streams) error {
	if b.old != nil {
		if differences := differencesBetween([]*stats.Result{b.old}, []*stats.Result{r}); len(differences) > 0 {
			return b.incomparable(differences)
		}
		j := judging{limits: b.limits}
		found, err := indicated(b.old, r, j.metrics())
		if err != nil {
			return err
		}
		found.Old, found.New = b.from, "this run"
		// Below a report for people, and not inside a document.
		to := s
		if slices.ContainsFunc(outputs, func(o output) bool { return o.path == "" && o.format != "text" }) {
			to.out = s.err
		} else if _, err := io.WriteString(s.out, "\n"); err != nil {
			return writing(err)
		}
		if err := j.publish(found, to); err != nil {
			return err
		}
	}
	if b.to == "" {
		return nil
	}
	if outcome(r) != exitOK {
		return errors.New("--save-baseline: what missed an objective is no baseline, and was not saved")
	}
	var document bytes.Buffer
	if err := report.WriteJSON(&document, r); err != nil {
		return err
	}
	return writeFile(b.to, document.Bytes())
}
