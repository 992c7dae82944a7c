package main

import (
	"slices"
	"strconv"
)

// merge joins the settings of a scenario file and of the command line. The
// command line's displace the file's: the same flag, so that a repeatable one
// begins anew, the rivals of a flag, and the URL.
func merge(file, line []setting) []setting {
	displaced := map[string]bool{}
	for _, s := range line {
		if s.isURL() {
			displaced[""] = true
			continue
		}
		displaced[s.flag.Name] = true
		for _, r := range rivals {
			switch {
			case s.isOff():
			case r.a == s.flag.Name:
				displaced[r.b] = true
			case r.b == s.flag.Name:
				displaced[r.a] = true
			}
		}
		for _, r := range uneven {
			if r.a == s.flag.Name && !s.isOff() {
				displaced[r.b] = true
			}
		}
	}
	kept := slices.DeleteFunc(slices.Clone(file), func(s setting) bool {
		if s.isURL() {
			return displaced[""]
		}
		return displaced[s.flag.Name]
	})
	return append(kept, line...)
}

// isOff reports whether a setting switches something off, which contradicts
// nothing.
func (s setting) isOff() bool {
	switch s.flag.Value.Type() {
	case nounBool:
		on, err := strconv.ParseBool(s.value)
		return err == nil && !on
	case nounDuration:
		d, err := parseDuration(s.value)
		return err == nil && d == 0
	}
	return s.value == valueNone && slices.Contains([]string{"fragment", "compress", "read-rate", "stop-reading", "close-share", "reconnect", "lifetime"}, s.flag.Name)
}
