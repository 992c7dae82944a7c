package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"wsstorm/loadgen"
)

// stormFlags add the flags of connections that are closed before the end, and
// come back.
func (f *flags) stormFlags(set *pflag.FlagSet) {
	p := &f.plan
	set.Var(&field[float64]{to: &p.CloseShare, noun: "SHARE", names: []string{valueNone}, parse: parsePart("want a share of the connections above 0 and up to 1: 0.3 or 30%"), format: formatPart}, "close-share",
		"close storm: close this share of the connections in the middle of the run (0.3 or 30%), and tell what the others felt of it; by default all are closed at its end")
	set.Var(span(&p.CloseAt, 1, nounDuration), "close-at", "with --close-share: this long after the beginning of the measured window; by default after a third of it")
	set.Var(span(&p.CloseWithin, 0, nounDuration), "close-within", "spread the closes over this time; by default all come at once")
	set.Var(&field[[]loadgen.ExitShare]{to: &p.Exits, noun: "MODE[:WEIGHT],...", names: exitNames, parse: parseExits, format: formatExits}, "close-mode",
		"how to close connections: by the closing handshake, a bare FIN (fin), a reset (rst), or by never saying anything again (vanish); several with weights: handshake:0.7,rst:0.3")
	set.Var(&field[loadgen.Reconnect]{to: &p.Reconnect, noun: "none|immediate|fixed:T|jitter:BASE,CAP", names: []string{valueNone, "immediate"}, parse: parseReconnect, format: formatReconnect}, "reconnect",
		"open a lost connection again, whoever ended it: at once, after a time, or by exponential backoff with full jitter (jitter:1s,30s)")
	set.Var(&field[loadgen.Lifetime]{to: &p.Lifetime, noun: "none|exp:T|fixed:T|uniform:MIN,MAX", names: []string{valueNone}, parse: parseLifetime, format: formatLifetime}, "lifetime",
		"churn: close each connection after such a time and open another one in its place; exp:30s is the mean")
}

// exitNames are the values of --close-mode, in the order of loadgen.Exit.
var exitNames = []string{"handshake", "fin", "rst", "vanish"}

// parseExits reads "rst", or "handshake:0.7,rst:0.3".
func parseExits(s string) ([]loadgen.ExitShare, error) {
	var exits []loadgen.ExitShare
	for item := range strings.SplitSeq(s, ",") {
		name, weight, weighted := strings.Cut(item, ":")
		e := loadgen.ExitShare{Weight: 1}
		if err := choice(&e.Exit, exitNames...).Set(name); err != nil {
			return nil, err
		}
		if weighted {
			var err error
			if e.Weight, err = parseNumber(weight); err != nil || e.Weight <= 0 {
				return nil, fmt.Errorf("%s: want a weight above 0, as in handshake:0.7,rst:0.3", name)
			}
		}
		exits = append(exits, e)
	}
	return exits, nil
}

func formatExits(exits []loadgen.ExitShare) string {
	if len(exits) == 0 {
		return exitNames[loadgen.ExitHandshake]
	}
	items := make([]string, len(exits))
	for i, e := range exits {
		items[i] = exitNames[e.Exit]
		if len(exits) > 1 {
			items[i] += ":" + strconv.FormatFloat(e.Weight, 'f', -1, 64)
		}
	}
	return strings.Join(items, ",")
}

// parseTimes reads as many durations as there are places for.
func parseTimes(s string, to ...*time.Duration) bool {
	parts := strings.Split(s, ",")
	if len(parts) != len(to) {
		return false
	}
	for i, part := range parts {
		var err error
		if *to[i], err = parseDuration(part); err != nil {
			return false
		}
	}
	return true
}

func parseReconnect(s string) (loadgen.Reconnect, error) {
	var r loadgen.Reconnect
	kind, times, _ := strings.Cut(s, ":")
	ok := false
	switch kind {
	case valueNone, "immediate":
		ok = s == kind
		if kind == "immediate" {
			r.Kind = loadgen.ReconnectImmediate
		}
	case "fixed":
		r.Kind = loadgen.ReconnectFixed
		ok = parseTimes(times, &r.Base) && r.Base > 0
	case "jitter":
		r.Kind = loadgen.ReconnectJitter
		ok = parseTimes(times, &r.Base, &r.Cap) && r.Base > 0
		if ok && r.Cap < r.Base {
			return r, errors.New("the cap is less than the base: want jitter:BASE,CAP, as in jitter:1s,30s")
		}
	}
	if !ok {
		return r, errors.New("want none, immediate, fixed:1s, or jitter:1s,30s (base and cap of an exponential backoff)")
	}
	return r, nil
}

func formatReconnect(r loadgen.Reconnect) string {
	switch r.Kind {
	case loadgen.ReconnectImmediate:
		return "immediate"
	case loadgen.ReconnectFixed:
		return "fixed:" + formatDuration(r.Base)
	case loadgen.ReconnectJitter:
		return "jitter:" + formatDuration(r.Base) + "," + formatDuration(r.Cap)
	}
	return valueNone
}

func parseLifetime(s string) (loadgen.Lifetime, error) {
	var l loadgen.Lifetime
	kind, times, _ := strings.Cut(s, ":")
	ok := false
	switch kind {
	case valueNone:
		ok = s == kind
	case "exp", "fixed":
		l.Kind = loadgen.LifetimeExp
		if kind == "fixed" {
			l.Kind = loadgen.LifetimeFixed
		}
		ok = parseTimes(times, &l.Mean) && l.Mean > 0
	case "uniform":
		l.Kind = loadgen.LifetimeUniform
		ok = parseTimes(times, &l.Min, &l.Max) && l.Min >= 0 && l.Max > 0
		if ok && l.Max < l.Min {
			return l, errors.New("the longest lifetime is less than the shortest: want uniform:MIN,MAX, as in uniform:5s,60s")
		}
	}
	if !ok {
		return l, errors.New("want none, exp:30s (the mean), fixed:10s or uniform:5s,60s")
	}
	return l, nil
}

func formatLifetime(l loadgen.Lifetime) string {
	switch l.Kind {
	case loadgen.LifetimeExp:
		return "exp:" + formatDuration(l.Mean)
	case loadgen.LifetimeFixed:
		return "fixed:" + formatDuration(l.Mean)
	case loadgen.LifetimeUniform:
		return "uniform:" + formatDuration(l.Min) + "," + formatDuration(l.Max)
	}
	return valueNone
}
