package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"wsstorm/stats"
	"wsstorm/stats/objective"
	"wsstorm/stats/regress"
)

// mostParts is how many results can be added up.
const mostParts = 1000

// mergeResults adds up the saved results of processes that loaded one server at
// the same time.
func mergeResults(_ context.Context, args []string, s streams) error {
	set := newFlagSet()
	var outputs []output
	var force bool
	set.VarP(outputList(&outputs), "output", "o", outputUsage)
	set.BoolVar(&force, "force", false, "add up results that are not parts of one load, and say so")
	paths, done, err := readArgs("merge", set, args, mostParts, s)
	if done || err != nil {
		return err
	}
	if len(paths) < 2 {
		return usagef("merge needs two results at least: the files that the processes of a load wrote by -o json=FILE; - is standard input")
	}
	if i := slices.Index(paths, "-"); i >= 0 && slices.Contains(paths[i+1:], "-") {
		return usagef("- stands for standard input, which is read once")
	}
	if err := checkOutputs(outputs); err != nil {
		return err
	}
	parts, err := readResults(paths, s.in)
	if err != nil {
		return err
	}
	// What --force does not mend comes before what it does.
	r, err := stats.Merge(parts)
	if err != nil {
		return usagef("%v (%s)", err, legend(paths))
	}
	doubts, err := checkParts(paths, parts, force)
	if err != nil {
		return err
	}
	if doubts != nil {
		r.Verdict.Findings = append(r.Verdict.Findings, doubts...)
		if r.Verdict.Status == stats.Valid {
			r.Verdict.Status = stats.Suspect
		}
	}
	if r.Objectives, err = objectivesOf(parts, r); err != nil {
		return err
	}
	if err := writeOutputs(r, outputs, s.out); err != nil {
		return err
	}
	annotate(r, s.err)
	code := outcome(r)
	if code == exitMissed {
		complainOfMissed(r, outputs, s.err)
	}
	if code != exitOK {
		return exitError(code)
	}
	return nil
}

// checkParts returns an error where a result is no part of the first one's load
// or, where that is forced, findings that say so.
func checkParts(paths []string, parts []*stats.Result, force bool) ([]stats.Finding, error) {
	var found []stats.Finding
	for i, p := range parts[1:] {
		differences := strings.Join(regress.Apart(parts[0], p), " ")
		if differences == "" {
			continue
		}
		if !force {
			return nil, usagef("%s and %s are not parts of one load: %s (--force adds them up all the same)", name(paths[0]), name(paths[i+1]), differences)
		}
		found = append(found, stats.Finding{
			Check: "parts", Level: stats.Suspect, Value: 1 / float64(len(parts)), Unit: "ratio",
			Text: fmt.Sprintf("Part %d is of another load than part 1, and was added up all the same. %s", i+2, differences),
		})
	}
	return found, nil
}

// name returns what errors call the file of a result.
func name(path string) string {
	if path == "-" {
		return "standard input"
	}
	return path
}

// legend says which file is which part, as far as a line has room for it.
func legend(paths []string) string {
	const most = 4
	var items []string
	for i, path := range paths[:min(len(paths), most)] {
		items = append(items, fmt.Sprintf("part %d is %s", i+1, name(path)))
	}
	if len(paths) > most {
		items = append(items, "and so on")
	}
	return strings.Join(items, ", ")
}

// objectivesOf holds the sum to what its parts were held to.
func objectivesOf(parts []*stats.Result, sum *stats.Result) ([]stats.Objective, error) {
	var own []objective.Objective
	var seen []string
	ended := map[string]bool{} // by which a part was ended
	for _, p := range parts {
		for _, o := range p.Objectives {
			ended[o.Objective] = ended[o.Objective] || o.EndedRun
			if o.Default || slices.Contains(seen, o.Objective) {
				continue
			}
			parsed, err := objective.Parse(o.Objective)
			if err != nil {
				return nil, usagef("objective %q of a part: %v", o.Objective, err)
			}
			own, seen = append(own, parsed), append(seen, o.Objective)
		}
	}
	checked := objective.Check(own, sum)
	for i := range checked {
		checked[i].EndedRun = ended[checked[i].Objective]
	}
	return checked, nil
}
