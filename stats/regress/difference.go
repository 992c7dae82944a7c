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
	d := difference{old: old, new: new, a: "old", b: "new", beside: beside}
	d.load()
	d.differ("operating system", old.Tool.OS, new.Tool.OS)
	d.differ("architecture", old.Tool.Arch, new.Tool.Arch)
	// A quota is a fraction, and no two readings of it need agree to the digit.
	d.differ("number of cores", math.Round(old.Client.Cores*100)/100, math.Round(new.Client.Cores*100)/100)
	d.differ("driver", old.Driver, new.Driver)
	d.differ("number of workers", old.Load.Workers, new.Load.Workers)
	return append(d.found, slices.Concat(weaknesses("old", old), weaknesses("new", new))...)
}

// Loads returns in what the loads of two results differ that are compared, a sentence
// each: in their flags.
func Loads(old, new *stats.Result) []string {
	d := difference{old: old, new: new, a: "old", b: "new", beside: beside}
	d.load()
	return d.found
}

// ofItsOwn are the flags that each process of one load may have for itself: where
// the server listens is the same for all.
var ofItsOwn = append([]string{"seed", "source-ip"}, slices.DeleteFunc(slices.Clone(beside), func(flag string) bool { return flag == "unix-socket" })...)

// Apart returns what keeps two results from being parts of one load, a sentence
// each: another target, other flags than those of output, seed and source
// addresses, another driver. Parts may be of different machines.
func Apart(first, second *stats.Result) []string {
	d := difference{old: first, new: second, a: "first", b: "second", beside: ofItsOwn}
	d.differ("target", first.URL, second.URL)
	d.load()
	d.differ("driver", first.Driver, second.Driver)
	return d.found
}

// A difference collects in what two results differ, which sentences call a and b.
type difference struct {
	old, new *stats.Result
	a, b     string
	beside   []string // flags that may differ
	found    []string
}

func (d *difference) differ(what string, a, b any) {
	if a == "" {
		a = "none"
	}
	if b == "" {
		b = "none"
	}
	if a != b {
		d.found = append(d.found, fmt.Sprintf("Not the same %s: %v in the %s result, %v in the %s one.", what, a, d.a, b, d.b))
	}
}

// load looks at the flags. Results that were not made by the command have none.
func (d *difference) load() {
	flags := d.flags()
	d.found = append(d.found, flags...)
	if len(flags) > 0 {
		return
	}
	d.differ("number of messages in flight", d.old.Load.InFlight, d.new.Load.InFlight)
	d.differ("rate", d.old.Load.Rate, d.new.Load.Rate)
	d.differ("kind of arrivals", d.old.Load.Arrival, d.new.Load.Arrival)
	d.differ("number of messages", d.old.Load.Messages, d.new.Load.Messages)
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

// flags returns a sentence for each flag that differs, in the order of the old
// flags and then of the new.
func (d *difference) flags() []string {
	names, a := flagValues(d.old.Flags)
	more, b := flagValues(d.new.Flags)
	for _, name := range more {
		if _, both := a[name]; !both {
			names = append(names, name)
		}
	}
	var found []string
	for _, name := range names {
		if slices.Contains(d.beside, name) || slices.Equal(a[name], b[name]) {
			continue
		}
		found = append(found, fmt.Sprintf("The %s result was made %s, the %s one %s.",
			d.a, spell(name, a[name]), d.b, spell(name, b[name])))
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
