package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"wsstorm/scenarios"
)

// A setting is a flag as it was given, its value not yet looked at, or the URL.
type setting struct {
	flag  *pflag.Flag // nil for the URL
	value string
	from  string // where it stands in a scenario file; "" on the command line
}

func (s setting) isURL() bool { return s.flag == nil }

// name returns what errors call the setting: "--size", or with its place,
// "my.flags:3: --size".
func (s setting) name() string {
	name := "the URL"
	if !s.isURL() {
		name = "--" + s.flag.Name
	}
	return place(s.from) + name
}

// place returns the beginning of an error about something in a scenario file.
func place(from string) string {
	if from == "" {
		return ""
	}
	return from + ": "
}

// Annotations of a flag.
const (
	aliasOf   = "alias"  // the flag is another spelling of this one
	refusedBy = "refuse" // the flag only explains itself
)

// parseWords takes words apart into settings. No value is looked at yet. The
// error is a *usageError, or pflag.ErrHelp where --help came first.
func parseWords(all *pflag.FlagSet, words []string, from string) ([]setting, error) {
	var settings []setting
	collect := func(flag *pflag.Flag, value string) error {
		if flag.Name == "help" && from == "" {
			return pflag.ErrHelp
		}
		if why := flag.Annotations[refusedBy]; why != nil {
			return errors.New(why[0])
		}
		if alias := flag.Annotations[aliasOf]; alias != nil {
			flag = all.Lookup(alias[0])
		}
		if !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl) {
			return fmt.Errorf("--%s: the value has control characters or bytes in it that are no text", flag.Name)
		}
		settings = append(settings, setting{flag, value, from})
		return nil
	}
	if err := all.ParseAll(words, collect); errors.Is(err, pflag.ErrHelp) {
		return nil, err
	} else if err != nil {
		return nil, &usageError{text: place(from) + explain(err, all).Error(), unknown: unknownFlag(err)}
	}
	for _, word := range all.Args() {
		settings = append(settings, setting{value: word, from: from})
	}
	return settings, nil
}

// explain turns an error of pflag into one of ours. Values are not repeated:
// they may be secret.
func explain(err error, all *pflag.FlagSet) error {
	var unknown *pflag.NotExistError
	var missing *pflag.ValueRequiredError
	var syntax *pflag.InvalidSyntaxError
	switch {
	case errors.As(err, &unknown):
		flag := unknownFlag(err)
		if meant, ok := nearest(unknown.GetSpecifiedName(), flagNames(all)); ok && unknown.GetSpecifiedShortnames() == "" {
			return fmt.Errorf("unknown flag %s; did you mean --%s?", flag, strings.ReplaceAll(meant, " or ", " or --"))
		}
		return fmt.Errorf("unknown flag %s; %s", flag, helpOfRun)
	case errors.As(err, &missing):
		flag := missing.GetFlag()
		return fmt.Errorf("--%s needs a value: --%s %s", flag.Name, flag.Name, flag.Value.Type())
	case errors.As(err, &syntax):
		return errors.New("a flag is written -x or --name")
	}
	return err
}

// helpOfRun says where the flags of a run are listed.
const helpOfRun = "wsstorm --help lists the flags"

// unknownFlag returns the flag that an error of pflag says there is not, with its
// dashes; "" where it says something else.
func unknownFlag(err error) string {
	var unknown *pflag.NotExistError
	switch {
	case !errors.As(err, &unknown):
		return ""
	case unknown.GetSpecifiedShortnames() != "":
		return "-" + unknown.GetSpecifiedName()
	}
	return "--" + unknown.GetSpecifiedName()
}

// ofCommand returns an error of a command. About a flag that the command does not
// have it says whether a run has it, and where those of the command are listed.
func ofCommand(command string, err error) error {
	var usage *usageError
	if !errors.As(err, &usage) || usage.unknown == "" {
		return err
	}
	run := newFlags().all
	flag := run.Lookup(strings.TrimPrefix(usage.unknown, "--"))
	if len(usage.unknown) == len("-x") {
		flag = run.ShorthandLookup(usage.unknown[1:])
	}
	if flag != nil && !flag.Hidden {
		return usagef("%s makes no sense with %s; wsstorm help %s lists its flags", usage.unknown, command, command)
	}
	return usagef("%s", strings.Replace(usage.text, helpOfRun, "wsstorm help "+command+" lists the flags", 1))
}

// flagNames returns the names of the flags that a user may be meant to use.
func flagNames(all *pflag.FlagSet) []string {
	var names []string
	all.VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	return names
}

// parseScenario takes the lines of a scenario file apart.
func parseScenario(all *pflag.FlagSet, file *scenarios.File) ([]setting, error) {
	var settings []setting
	for _, line := range file.Lines {
		more, err := parseWords(all, line.Args, line.Pos())
		if err != nil {
			return nil, err
		}
		for _, s := range more {
			if !s.isURL() && slices.Contains(notInScenarios, s.flag.Name) {
				return nil, usagef("%s belongs on the command line, not into a scenario file", s.name())
			}
		}
		settings = append(settings, more...)
	}
	return settings, nil
}

// apply sets each flag to its value.
func apply(all *pflag.FlagSet, settings []setting) error {
	for _, s := range settings {
		if s.isURL() {
			continue
		}
		err := all.Set(s.flag.Name, s.value)
		if err == nil {
			continue
		}
		var invalid *pflag.InvalidValueError
		if errors.As(err, &invalid) {
			err = invalid.Unwrap()
		}
		if secretFlags[s.flag.Name] != nil {
			return usagef("%s: %v", s.name(), err)
		}
		return usagef("%s %q: %v%s", s.name(), s.value, err, glued(all, s))
	}
	return nil
}

// glued explains -size, which is POSIX for -s ize.
func glued(all *pflag.FlagSet, s setting) string {
	if long := all.Lookup(s.flag.Shorthand + s.value); s.flag.Shorthand != "" && long != nil {
		return "; did you mean --" + long.Name + "?"
	}
	return ""
}
