package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"wsstorm/loadgen"
	"wsstorm/scenarios"
)

// A word is one flag as it is saved, without secrets.
type word struct {
	flag  string
	value string
	bare  bool // the flag takes no value, or has none
	glued bool // the value has to stand in the same word
}

// saved returns the flags that repeat the run: those that were given, and those
// that shape it in any case, so that a later version with other defaults repeats
// it too.
func (r *request) saved() []word {
	var words []word
	r.all.VisitAll(func(f *pflag.Flag) {
		switch {
		case f.Hidden || slices.Contains(notOfTheRun, f.Name):
			return
		case !r.shapes(f.Name) && (!f.Changed || f.Value.String() == f.DefValue):
			return
		case f.Value.Type() == nounBool:
			words = append(words, word{flag: f.Name, bare: true})
			return
		case f.NoOptDefVal != "":
			value := f.Value.String()
			words = append(words, word{flag: f.Name, value: value, bare: value == f.NoOptDefVal, glued: true})
			return
		}
		values := []string{f.Value.String()}
		if l, ok := f.Value.(interface{ values() []string }); ok {
			values = l.values()
		}
		for _, v := range values {
			if hide := secretFlags[f.Name]; hide != nil {
				v = hide(v)
			}
			words = append(words, word{flag: f.Name, value: v})
		}
	})
	return words
}

// shapes reports whether a flag says something about this run even where its
// value is the default.
func (r *request) shapes(name string) bool {
	p := &r.plan
	switch name {
	case "connections":
		return p.Connections > 0
	case "duration":
		// A search lengthens its runs where nobody says how long they are.
		return p.Duration > 0 && !r.given("max-load")
	case "warmup":
		return p.Messages == 0 && !r.idle && len(p.ConnectStages) == 0
	case "in-flight":
		return p.InFlight > 0
	case "arrival":
		return p.Rate > 0 || len(p.Stages) > 0
	case "size":
		// A file that is sent whole has the size that it has.
		return !r.idle && (p.Payload != loadgen.PayloadFile || r.given("size"))
	case "reply":
		return !r.idle && !r.broadcast
	case "publishers":
		return r.broadcast
	case "payload", "seed", "drain":
		return !r.idle
	}
	return false
}

// args returns the saved flags as the words of a command line.
func (r *request) args() []string {
	args := []string{}
	for _, w := range r.saved() {
		if w.bare {
			args = append(args, "--"+w.flag)
		} else {
			args = append(args, "--"+w.flag+"="+w.value)
		}
	}
	return args
}

// print writes the run as a scenario file.
func (r *request) print(out io.Writer) error {
	var b strings.Builder
	b.WriteString("# A run of wsstorm " + version() + ".\n")
	hides := r.url != nil && isHidden(hideURL(r.url.value))
	var lines strings.Builder
	for _, w := range r.saved() {
		if w.bare {
			fmt.Fprintf(&lines, "--%s\n", w.flag)
			continue
		}
		hides = hides || secretFlags[w.flag] != nil && isHidden(w.value)
		between := " "
		if w.glued {
			between = "="
		}
		fmt.Fprintf(&lines, "--%s%s%s\n", w.flag, between, scenarios.Quote(w.value))
	}
	if r.url != nil {
		fmt.Fprintf(&lines, "%s\n", scenarios.Quote(hideURL(r.url.value)))
	} else {
		b.WriteString("# Against the built-in server: no URL was given.\n")
	}
	if hides {
		b.WriteString("# " + hidden + " stands for a secret, which is not saved: give it again.\n")
	}
	b.WriteString(lines.String())
	_, err := io.WriteString(out, b.String())
	return err
}
