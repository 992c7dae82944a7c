package main

import "github.com/spf13/pflag"

// maxCycles is how often a run can be repeated: the document has all of them.
const maxCycles = 10_000

// cycleFlags are how often the whole run is made.
func (f *flags) cycleFlags(set *pflag.FlagSet) {
	set.Var(whole(&f.cycles, 1, maxCycles, nounNumber), "cycles",
		"make the whole run, opening and closing of all connections included, this many times against the same server; reports each and all of them together")
	set.Var(span(&f.pause, 0, nounDuration), "pause", "with --cycles: wait this long between the end of one and the beginning of the next")
}
