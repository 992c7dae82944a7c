package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"wsstorm/scenarios"
)

// A request is what a command line asks for: flags that are applied and do not
// contradict each other, and where to go.
type request struct {
	*flags
	url     *setting // nil for the built-in server
	secrets scrubber
	from    map[string]string // where each flag was given
}

// readRequest reads the words of a command line and of the scenario that they
// name. The error is a *usageError, or pflag.ErrHelp. The request is returned
// with the error as well, for its secrets.
func readRequest(words []string) (*request, error) {
	r := &request{flags: newFlags(), from: map[string]string{}}
	r.secrets = newScrubber(nil)
	line, err := parseWords(r.all, words, "")
	if err != nil {
		return r, err
	}
	r.secrets = newScrubber(line)
	var inFile []setting
	if i := lastOf(line, "scenario"); i >= 0 {
		file, err := openScenario(line[i].value)
		if err != nil {
			return r, err
		}
		if inFile, err = parseScenario(r.all, file); err != nil {
			return r, err
		}
		r.secrets = newScrubber(append(inFile, line...))
		// A stray word is told also where the line's URL displaces it.
		word, err := onlyURL(inFile)
		if err != nil {
			return r, err
		}
		if word != nil {
			if _, err := parseTarget(word.value); err != nil {
				return r, usagef("%s%v", place(word.from), err)
			}
		}
	}
	settings := merge(inFile, line)
	if err := checkHidden(settings); err != nil {
		return r, err
	}
	if err := apply(r.all, settings); err != nil {
		return r, err
	}
	for _, s := range settings {
		if !s.isURL() {
			r.from[s.flag.Name] = s.from
		}
	}
	if r.url, err = onlyURL(settings); err != nil {
		return r, err
	}
	return r, r.resolve()
}

// lastOf returns the index of the last setting of a flag, or -1.
func lastOf(settings []setting, name string) int {
	for i := len(settings) - 1; i >= 0; i-- {
		if !settings[i].isURL() && settings[i].flag.Name == name {
			return i
		}
	}
	return -1
}

// openScenario reads a preset or, where there is none of that name, a file.
func openScenario(name string) (*scenarios.File, error) {
	if slices.Contains(scenarios.Names(), name) {
		return scenarios.Load(name)
	}
	text, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		hint := didYouMean(name, scenarios.Names())
		if hint == "" {
			hint = "; the presets are " + strings.Join(scenarios.Names(), ", ")
		}
		return nil, usagef("--scenario: there is neither a preset nor a file %q%s", name, hint)
	case err != nil:
		return nil, usagef("--scenario: %v", err)
	}
	f, err := scenarios.Parse(bytes.NewReader(text), name)
	if err != nil {
		return nil, usagef("%v", err)
	}
	return f, nil
}

// onlyURL returns the one word that is no flag's, nil where there is none.
func onlyURL(settings []setting) (*setting, error) {
	var words []*setting
	for i := range settings {
		if settings[i].isURL() {
			words = append(words, &settings[i])
		}
	}
	switch len(words) {
	case 0:
		return nil, nil
	case 1:
		return words[0], nil
	}
	// They are not repeated: with a header whose quotes were forgotten, one of
	// them is a secret.
	s := words[len(words)-1]
	return nil, usagef("%s%d words that belong to no flag: a run takes one URL (and a value with blanks needs quotes)", place(s.from), len(words))
}

// checkHidden refuses to send the *** that stands for a secret in saved flags.
func checkHidden(settings []setting) error {
	for _, s := range settings {
		switch {
		case s.isURL():
			if !isHidden(s.value) {
				continue
			}
		case secretFlags[s.flag.Name] == nil || !isHidden(s.value):
			continue
		}
		return usagef("%s was saved without its secret (%s): give it again", s.name(), hidden)
	}
	return nil
}

// resolve fills in the defaults that depend on other flags, and checks the
// flags against each other.
func (r *request) resolve() error {
	p := &r.plan
	r.resolveIdle()
	if r.given("messages") && !r.given("duration") {
		p.Duration = 0
	}
	if !r.given("warmup") && (r.given("messages") || r.idle) {
		p.Warmup = 0
	}
	if r.given("rate") || r.idle {
		p.InFlight = 0
	}
	r.resolveStages()
	r.resolveReaders()
	r.resolveSearch()
	r.resolveBroadcast()
	p.Fragment, p.FragmentPart = r.fragments.size, r.fragments.share
	if err := r.contradiction(); err != nil {
		return err
	}
	if err := r.checkReaders(); err != nil {
		return err
	}
	if err := r.checkObjectives(); err != nil {
		return err
	}
	if err := r.checkSearch(); err != nil {
		return err
	}
	return r.complete()
}
