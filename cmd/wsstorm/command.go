package main

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/pflag"
)

// A command is what stands first on a command line. Loading a server is what
// happens without one.
type command struct {
	name  string
	usage string // what follows the name
	about string
	run   func(ctx context.Context, args []string, s streams) error
}

// commands returns the commands in the order of --help.
func commands() []command {
	return []command{
		{"report", "RESULT [-o FORMAT]", "render a result that was saved by -o json", renderResult},
		{"merge", "RESULT RESULT... [-o FORMAT]", "add up results of processes that ran at the same time", mergeResults},
		{"serve", "[FLAGS]", "be the built-in echo server", serve},
		{"doctor", "[FLAGS] [URL]", "check whether this machine can do a run", doctor},
		{"calibrate", "[FLAGS]", "measure what this machine can measure", calibrateMachine},
		{"bench", "--old CMD --new CMD [FLAGS] URL", "find out whether the new server is slower", benchServers},
		{"compare", "[FLAGS] OLD NEW", "compare saved results", compare},
		{"scenarios", "[NAME]", "list the presets, or print one", listScenarios},
		{"completion", "SHELL", "print a completion script for bash, zsh or fish", complete},
		{"version", "", "print the version", printVersion},
		{"help", "[COMMAND]", "print this, or the flags of a command", help},
	}
}

func commandNames() []string {
	var names []string
	for _, c := range commands() {
		names = append(names, c.name)
	}
	return names
}

// dispatch runs the command that args begin with.
func dispatch(ctx context.Context, args []string, s streams) error {
	for _, c := range commands() {
		if len(args) > 0 && args[0] == c.name {
			return ofCommand(c.name, c.run(ctx, args[1:], s))
		}
	}
	return load(ctx, args, s)
}

// readArgs reads the flags of a command other than a run into set, which it adds
// --help to, and returns the words besides, most at most. Where --help is given
// it prints the help of the command, and done is true.
func readArgs(name string, set *pflag.FlagSet, args []string, most int, s streams) (words []string, done bool, err error) {
	set.BoolP("help", "h", false, "print this help")
	settings, err := parseWords(set, args, "")
	if errors.Is(err, pflag.ErrHelp) {
		return nil, true, printCommandHelp(name, set, s.out)
	}
	if err != nil {
		return nil, false, err
	}
	if err := apply(set, settings); err != nil {
		return nil, false, err
	}
	for _, s := range settings {
		if s.isURL() {
			words = append(words, s.value)
		}
	}
	if len(words) > most {
		return nil, false, usagef("%s takes %d words besides its flags, here are %d; wsstorm help %s", name, most, len(words), name)
	}
	return words, false, nil
}

// commandNamed returns the command of that name.
func commandNamed(name string) (command, bool) {
	all := commands()
	i := slices.IndexFunc(all, func(c command) bool { return c.name == name })
	if i < 0 {
		return command{}, false
	}
	return all[i], true
}
