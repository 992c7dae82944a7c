package main

import (
	"context"
	"fmt"
	"strings"

	"wsstorm/scenarios"
)

// listScenarios prints the presets with their descriptions, or one of them.
func listScenarios(_ context.Context, args []string, s streams) error {
	words, done, err := readArgs("scenarios", newFlagSet(), args, 1, s)
	if done || err != nil {
		return err
	}
	names := scenarios.Names()
	if len(words) == 1 {
		text, err := scenarios.Source(words[0])
		if err != nil {
			return usagef("there is no preset %q%s", words[0], orList(words[0], names))
		}
		_, err = s.out.Write(text)
		return writing(err)
	}
	width := 0
	for _, name := range names {
		width = max(width, len(name))
	}
	var b strings.Builder
	for _, name := range names {
		file, err := scenarios.Load(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%-*s  %s\n", width, name, file.Description)
	}
	b.WriteString("\nwsstorm scenarios NAME prints one; wsstorm --scenario NAME [URL] runs it.\n")
	_, err = s.out.Write([]byte(b.String()))
	return writing(err)
}

// orList returns the name that was probably meant or, failing that, all names.
func orList(name string, names []string) string {
	if hint := didYouMean(name, names); hint != "" {
		return hint
	}
	return "; there are " + strings.Join(names, ", ")
}
