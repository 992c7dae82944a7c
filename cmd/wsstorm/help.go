package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"
)

const examples = `Examples:
  wsstorm                                        the built-in server, 10 seconds
  wsstorm -c 1000 -d 30s wss://host.example/chat
  wsstorm -n 100k -c 50 -o json ws://127.0.0.1:9001/
  wsstorm --rate 5k --arrival poisson ws://127.0.0.1:9001/
  wsstorm --scenario boundaries -d 3s ws://127.0.0.1:9001/
  wsstorm --fail-if 'rtt.p99>25ms' --fail-if 'rate<5k' ws://127.0.0.1:9001/
  wsstorm --max-load 'rtt.p99<25ms' -c 100 ws://127.0.0.1:9001/
  wsstorm -H 'Authorization: Bearer 123' -o text -o json=result.json URL
`

const notation = `Numbers may end in k or M (thousands, millions), sizes in kB, MB (1000) or KiB,
MiB (1024). Durations are written 30s, 1m30s or 500ms; a bare number is seconds.

Exit codes: 0 all well; 1 nothing could be measured; 2 usage; 3 an objective was
missed; 4 it got slower; 5 the measurement is invalid; 130 interrupted.
`

// help prints the help of a command.
func help(_ context.Context, args []string, s streams) error {
	words, done, err := readArgs("help", newFlagSet(), args, 1, s)
	if done || err != nil {
		return err
	}
	if len(words) == 0 {
		return printHelp(s.out)
	}
	c, ok := commandNamed(words[0])
	if !ok {
		return usagef("there is no command %q%s", words[0], orList(words[0], commandNames()))
	}
	return c.run(context.Background(), []string{"--help"}, s)
}

// printHelp writes the help of a run.
func printHelp(w io.Writer) error {
	var b strings.Builder
	b.WriteString("wsstorm loads a WebSocket server and reports what it did.\n\nUsage:\n")
	row(&b, "  wsstorm [FLAGS] [URL]", "load a server; without a URL, a built-in one")
	for _, c := range commands() {
		row(&b, strings.TrimRight("  wsstorm "+c.name+" "+c.usage, " "), c.about)
	}
	b.WriteString("\n" + examples)
	for _, g := range newFlags().groups {
		b.WriteString("\n" + g.title + ":\n")
		printFlags(&b, g.set)
	}
	b.WriteString("\n" + notation)
	_, err := io.WriteString(w, b.String())
	return writing(err)
}

// printCommandHelp writes the help of another command.
func printCommandHelp(name string, set *pflag.FlagSet, w io.Writer) error {
	c, _ := commandNamed(name)
	var b strings.Builder
	fmt.Fprintf(&b, "wsstorm %s: %s.\n\nUsage:\n", c.name, c.about)
	b.WriteString(strings.TrimRight("  wsstorm "+c.name+" "+c.usage, " ") + "\n\nFlags:\n")
	printFlags(&b, set)
	_, err := io.WriteString(w, b.String())
	return writing(err)
}

// printFlags writes a row for each flag. pflag's own rows say [=true|false] at
// every switch, and take as much room on the left as the longest of them needs.
func printFlags(b *strings.Builder, set *pflag.FlagSet) {
	set.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		left := "      --" + f.Name
		if f.Shorthand != "" {
			left = "  -" + f.Shorthand + ", --" + f.Name
		}
		about := f.Usage
		switch {
		case f.Value.Type() == nounBool:
		case f.NoOptDefVal != "":
			left += "[=" + f.Value.Type() + "]"
		default:
			left += " " + f.Value.Type()
			if isDefault(f) {
				about += " (default " + f.DefValue + ")"
			}
		}
		row(b, left, about)
	})
}

// isDefault reports whether a flag's default is worth telling.
func isDefault(f *pflag.Flag) bool {
	switch f.DefValue {
	case "", "0", "0s", "none":
		return f.Name == "seed"
	}
	return true
}

// The columns of a row.
const (
	leftColumns = 32
	allColumns  = 80
)

// row writes left and, beside it, about, wrapped.
func row(b *strings.Builder, left, about string) {
	lines := wrap(about, allColumns-leftColumns)
	if len(left)+2 > leftColumns {
		fmt.Fprintf(b, "%s\n", left)
		left = ""
	}
	for _, line := range lines {
		fmt.Fprintf(b, "%-*s%s\n", leftColumns, left, line)
		left = ""
	}
}

// wrap breaks text at blanks into lines of width columns at most, where its words
// allow.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case len(line)+1+len(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}
