package regress

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"wsstorm/stats"
)

// beside are the flags that do not change what is measured: where the target
// is, as the URL, what becomes of the result and what it is held to, and what the
// Result says better than the flag does.
var beside = []string{"unix-socket", "output", "quiet", "driver", "workers", "fail-if", "abort-early"}

// Differences returns what makes two results not comparable, a sentence each:
// other flags than those that name the target or the output, another class of
// machine, an interrupted run or an invalid one. It is empty where nothing does.
func Differences(old, new *stats.Result) []string {
	var found []string
	differ := func(what string, a, b any) {
		if a == "" {
			a = "none"
		}
		if b == "" {
			b = "none"
		}
		if a != b {
			found = append(found, fmt.Sprintf("Not the same %s: %v in the old result, %v in the new one.", what, a, b))
		}
	}
	flags := flagDifferences(old.Flags, new.Flags)
	found = append(found, flags...)
	if len(flags) == 0 {
		// Results that were not made by the command have no flags.
		differ("number of messages in flight", old.Load.InFlight, new.Load.InFlight)
		differ("rate", old.Load.Rate, new.Load.Rate)
		differ("kind of arrivals", old.Load.Arrival, new.Load.Arrival)
		differ("number of messages", old.Load.Messages, new.Load.Messages)
	}
	differ("operating system", old.Tool.OS, new.Tool.OS)
	differ("architecture", old.Tool.Arch, new.Tool.Arch)
	// A quota is a fraction, and no two readings of it need agree to the digit.
	differ("number of cores", math.Round(old.Client.Cores*100)/100, math.Round(new.Client.Cores*100)/100)
	differ("driver", old.Driver, new.Driver)
	differ("number of workers", old.Load.Workers, new.Load.Workers)
	return append(found, slices.Concat(weaknesses("old", old), weaknesses("new", new))...)
}

// weaknesses returns why a result is not to be compared with anything.
func weaknesses(side string, r *stats.Result) []string {
	var found []string
	if r.Interrupted {
		found = append(found, fmt.Sprintf("The %s run was interrupted.", side))
	}
	if r.Verdict.Status == stats.Invalid {
		var checks []string
		for _, f := range r.Verdict.Findings {
			if f.Level == stats.Invalid && !slices.Contains(checks, f.Check) {
				checks = append(checks, f.Check)
			}
		}
		found = append(found, fmt.Sprintf("The %s result is invalid by its own checks: %s.", side, strings.Join(checks, ", ")))
	}
	return found
}

// flagDifferences returns a sentence for each flag that differs, in the order of
// the old flags and then of the new.
func flagDifferences(old, new []string) []string {
	names, a := flagValues(old)
	more, b := flagValues(new)
	for _, name := range more {
		if _, both := a[name]; !both {
			names = append(names, name)
		}
	}
	var found []string
	for _, name := range names {
		if slices.Contains(beside, name) || slices.Equal(a[name], b[name]) {
			continue
		}
		found = append(found, fmt.Sprintf("The old result was made %s, the new one %s.",
			spell(name, a[name]), spell(name, b[name])))
	}
	return found
}

// flagValues returns the flags of a replayable command line by name, long ones,
// in their order, and the values of each: "" for a flag without one.
func flagValues(args []string) (names []string, values map[string][]string) {
	values = make(map[string][]string)
	for i := 0; i < len(args); i++ {
		name, value, joined := strings.Cut(strings.TrimPrefix(args[i], "--"), "=")
		if !joined && i+1 < len(args) && !strings.HasPrefix(args[i+1], "--") {
			i++
			value = args[i]
		}
		if _, known := values[name]; !known {
			names = append(names, name)
		}
		values[name] = append(values[name], value)
	}
	return names, values
}

// spell says how a result was made, as to one flag.
func spell(name string, values []string) string {
	if len(values) == 0 {
		return "without --" + name
	}
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = "--" + name
		if v != "" {
			words[i] += "=" + v
		}
	}
	return "with " + strings.Join(words, " ")
}
