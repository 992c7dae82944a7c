package main

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"wsstorm/scenarios"
)

// A shell is one that there is completion for.
type shell struct {
	name  string
	write func(io.Writer, []offered)
}

func shells() []shell {
	return []shell{{"bash", bashCompletion}, {"zsh", zshCompletion}, {"fish", fishCompletion}}
}

func shellNames() []string {
	var names []string
	for _, s := range shells() {
		names = append(names, s.name)
	}
	return names
}

// complete prints a completion script, made from the flags that there are.
func complete(_ context.Context, args []string, s streams) error {
	words, done, err := readArgs("completion", newFlagSet(), args, 1, s)
	if done || err != nil {
		return err
	}
	if len(words) == 0 {
		return usagef("completion needs a shell: %s", either(shellNames()))
	}
	for _, shell := range shells() {
		if shell.name == words[0] {
			var b strings.Builder
			shell.write(&b, offers())
			_, err := io.WriteString(s.out, b.String())
			return writing(err)
		}
	}
	return usagef("no completion for %q: want %s%s", words[0], either(shellNames()), didYouMean(words[0], shellNames()))
}

// An offered flag is one as completion sees it.
type offered struct {
	long, letter string // without dashes; there may be no letter
	about        string // in a few words
	noun         string // of its value; "" for a flag that takes none
	optional     bool   // the value, which stands behind = then
	values       []string
	file         bool
}

// offers returns the flags of a run.
func offers() []offered {
	var all []offered
	newFlags().all.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		o := offered{long: f.Name, letter: f.Shorthand, about: firstClause(f.Usage)}
		if noun := f.Value.Type(); noun != nounBool {
			o.noun, o.optional = noun, f.NoOptDefVal != ""
			o.file = strings.Contains(noun, nounFile)
		}
		if v, ok := f.Value.(interface{ choices() []string }); ok {
			o.values = v.choices()
		}
		if f.Name == "scenario" {
			o.values = scenarios.Names()
		}
		all = append(all, o)
	})
	return all
}

// firstClause returns the beginning of a flag's usage, up to a semicolon or
// colon: enough for a menu.
func firstClause(usage string) string {
	if i := strings.IndexAny(usage, ";:("); i > 0 {
		usage = usage[:i]
	}
	return strings.TrimSpace(usage)
}

// operands are the words that follow a command.
func operands() map[string][]string {
	return map[string][]string{
		"report":     {"--output", "--help"},
		"merge":      {"--output", "--force", "--help"},
		"scenarios":  scenarios.Names(),
		"bench":      append([]string{"--old", "--new", "--old-url", "--new-url", "--aa", "--max-regression", "--least", "--strict"}, longFlags()...),
		"compare":    {"--old", "--new", "--max-regression", "--least", "--strict", "--force", "--output", "--help"},
		"completion": shellNames(),
		"help":       commandNames(),
		"doctor":     longFlags(),
		"calibrate":  {"--duration", "--output", "--quiet", "--help"},
		"serve":      {"--listen", "--max-message", "--compress", "--help"},
	}
}

// longFlags returns the flags of a run as they are typed.
func longFlags() []string {
	var words []string
	for _, o := range offers() {
		words = append(words, "--"+o.long)
	}
	return words
}
