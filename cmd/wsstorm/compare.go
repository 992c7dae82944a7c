package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"wsstorm/stats"
	"wsstorm/stats/regress"
)

// compare compares saved results: several on each side by a test, one with one
// by a hint.
func compare(_ context.Context, args []string, s streams) error {
	set := newFlagSet()
	var j judging
	var oldFiles, newFiles []string
	var force bool
	set.Var(files(&oldFiles), "old", "a saved result (-o json=FILE) of the old server; further files may follow")
	set.Var(files(&newFiles), "new", "likewise of the new server")
	j.flags(set)
	set.BoolVar(&force, "force", false, "compare results that are not comparable, and say so")
	words, done, err := readArgs("compare", set, spread(set, args), 2, s)
	if done || err != nil {
		return err
	}
	switch sided := len(oldFiles)+len(newFiles) > 0; {
	case sided && len(words) > 0:
		return usagef("%s is neither old nor new: it stands before --old and --new", words[0])
	case !sided && len(words) == 2:
		oldFiles, newFiles = words[:1], words[1:]
	case len(oldFiles) == 0 || len(newFiles) == 0:
		return usagef("compare needs results on both sides: wsstorm compare OLD NEW, or --old FILE... --new FILE...")
	}
	if err := checkOutputs(j.outputs); err != nil {
		return err
	}
	old, err := readResults(oldFiles, s.in)
	if err != nil {
		return err
	}
	new, err := readResults(newFiles, s.in)
	if err != nil {
		return err
	}
	// What --force does not mend comes before what it does.
	found, err := compareResults(old, new, j.metrics())
	if err != nil {
		return err
	}
	differences := differencesBetween(old, new)
	if len(differences) > 0 && !force {
		return usagef("not comparable: %s (--force compares them all the same)", strings.Join(differences, " "))
	}
	found.Old, found.New = nameFiles(oldFiles), nameFiles(newFiles)
	for _, d := range differences {
		found.Notes = append(found.Notes, "NOT COMPARABLE: "+d)
	}
	return j.publish(found, s)
}

// files returns the value of a repeatable flag that takes a file.
func files(to *[]string) *list[string] {
	return &list[string]{to: to, noun: nounFile, parse: parseText, format: asItIs}
}

// spread writes --old a b as --old a --old=b: pflag knows no flag of several
// values, and does not tell where a word stood.
func spread(set *pflag.FlagSet, args []string) []string {
	var all []string
	side := ""
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "--" {
			return append(all, args[i:]...)
		}
		if !strings.HasPrefix(arg, "-") {
			if side != "" {
				arg = side + "=" + arg
			}
			all = append(all, arg)
			continue
		}
		all = append(all, arg)
		name, _, joined := strings.Cut(arg, "=")
		if name == "--old" || name == "--new" {
			side = name
		}
		if !joined && takesNext(set, arg) && i+1 < len(args) {
			i++
			all = append(all, args[i])
		}
	}
	return all
}

// takesNext reports whether the word after a flag is the flag's value.
func takesNext(set *pflag.FlagSet, arg string) bool {
	flag := set.Lookup(strings.TrimPrefix(arg, "--"))
	if !strings.HasPrefix(arg, "--") {
		if len(arg) != 2 {
			return false
		}
		flag = set.ShorthandLookup(arg[1:])
	}
	return flag != nil && flag.NoOptDefVal == ""
}

// readResults reads saved results.
func readResults(paths []string, stdin io.Reader) ([]*stats.Result, error) {
	var results []*stats.Result
	for _, path := range paths {
		r, err := readResult(path, stdin)
		if err != nil {
			return nil, usagef("%v", err)
		}
		results = append(results, r)
	}
	return results, nil
}

// differencesBetween returns what makes results not comparable, each with one of
// the other side, which is all with all.
func differencesBetween(old, new []*stats.Result) []string {
	var found []string
	add := func(a, b *stats.Result) {
		for _, d := range regress.Differences(a, b) {
			if !slices.Contains(found, d) {
				found = append(found, d)
			}
		}
	}
	for _, r := range new {
		add(old[0], r)
	}
	for _, r := range old[1:] {
		add(r, new[0])
	}
	return found
}

// compareResults compares by the test that so many results allow.
func compareResults(old, new []*stats.Result, metrics []regress.Metric) (*judgement, error) {
	switch {
	case len(old) == 1 && len(new) == 1:
		j, err := indicated(old[0], new[0], metrics)
		if err != nil {
			return nil, usagef("%v", err) // the files are at fault
		}
		return j, nil
	case min(len(old), len(new)) < regress.LeastResults:
		return nil, usagef("%d old and %d new results: it takes one of each (indicative), or %d of each or more",
			len(old), len(new), regress.EnoughResults)
	}
	r, err := regress.Compare(old, new, metrics)
	if err != nil {
		return nil, err
	}
	j := judged("compare", r)
	j.Basis = fmt.Sprintf("%d old and %d new results, rank test; whatever changed between them counts", len(old), len(new))
	return j, nil
}

// nameFiles names one file, or how many there are.
func nameFiles(paths []string) string {
	if len(paths) == 1 {
		return paths[0]
	}
	return fmt.Sprintf("%s and %d more", paths[0], len(paths)-1)
}
