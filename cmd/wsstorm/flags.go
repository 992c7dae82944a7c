package main

import (
	"time"

	"github.com/spf13/pflag"

	"wsstorm/loadgen"
	"wsstorm/stats/objective"
	"wsstorm/wsclient"
)

// options are what the flags of a run say. What a Plan has a field for is set in
// the Plan directly.
type options struct {
	plan loadgen.Plan
	idle bool

	broadcast  bool
	publishers int // of a broadcast

	payload   payload
	fragments fragmentation
	readers   readers
	user      string
	tls       tlsFiles

	// What each --stage and each --connect-stage was given.
	stages, connectStages [][]loadgen.Stage

	outputs  []output
	baseline baseline
	quiet    bool

	objectives []objective.Objective
	abortEarly bool
	listen     string
	cycles     int
	pause      time.Duration       // between cycles
	goal       objective.Objective // of a search; none without --max-load
	vary       variation
	silence    time.Duration // the longest one that a search for the idle timeout tries

	scenario   string
	printFlags bool
	version    bool
	help       bool
}

// flags is the flag set of a run, in the groups of --help.
type flags struct {
	options
	all    *pflag.FlagSet
	groups []group
}

type group struct {
	title string
	set   *pflag.FlagSet
}

// The nouns of values, in --help and after a flag that lacks its value.
const (
	nounBool     = "bool" // pflag's name for a flag that takes no value
	nounDuration = "DURATION"
	nounNumber   = "N"
	nounRate     = "N/S"
	nounSize     = "SIZE"
	nounFile     = "FILE"
)

// Defaults that are not the engine's.
const (
	defaultDuration = 10 * time.Second
	defaultWarmup   = time.Second
)

// newFlags returns the flags with their defaults.
func newFlags() *flags {
	f := &flags{all: newFlagSet()}
	f.plan = loadgen.Plan{
		Connections:        loadgen.DefaultConnections,
		Duration:           defaultDuration,
		Warmup:             defaultWarmup,
		InFlight:           1,
		Drain:              loadgen.DefaultDrain,
		Sizes:              []loadgen.SizeClass{{Min: loadgen.DefaultSize, Max: loadgen.DefaultSize}},
		MaxMessage:         loadgen.DefaultMaxMessage,
		ConnectConcurrency: loadgen.DefaultConnectConcurrency,
		ConnectTimeout:     loadgen.DefaultConnectTimeout,
		CloseTimeout:       loadgen.DefaultCloseTimeout,
		CloseCode:          wsclient.StatusNormalClosure,
	}
	f.cycles = 1
	f.loadFlags(f.group("Load"))
	f.messageFlags(f.group("Messages"))
	f.broadcastFlags(f.group("Broadcast"))
	f.connectionFlags(f.group("Connections"))
	storms := f.group("Storms")
	f.stormFlags(storms)
	f.cycleFlags(storms)
	f.readerFlags(storms)
	f.requestFlags(f.group("Request"))
	f.tlsFlags(f.group("TLS, for wss://"))
	objectives := f.group("Objectives")
	f.objectiveFlags(objectives)
	f.searchFlags(objectives)
	f.programFlags(f.group("Output and the rest"))
	for _, g := range f.groups {
		f.all.AddFlagSet(g.set)
	}
	return f
}

func newFlagSet() *pflag.FlagSet {
	set := pflag.NewFlagSet("wsstorm", pflag.ContinueOnError)
	set.SortFlags = false
	return set
}

func (f *flags) group(title string) *pflag.FlagSet {
	set := newFlagSet()
	f.groups = append(f.groups, group{title, set})
	return set
}

// given reports whether a flag was given and not switched off.
func (f *flags) given(name string) bool {
	flag := f.all.Lookup(name)
	return flag.Changed && !setting{flag: flag, value: flag.Value.String()}.isOff()
}

// alias adds another spelling of a flag. pflag knows one letter a flag, so that
// the second one is a hidden flag.
func alias(set *pflag.FlagSet, letter, of string) {
	flag := set.VarPF(set.Lookup(of).Value, letter, letter, "")
	flag.Hidden = true
	flag.Annotations = map[string][]string{aliasOf: {of}}
}

// refuse adds a flag that only says what to use instead.
func refuse(set *pflag.FlagSet, letter, why string) {
	set.BoolP(letter, letter, false, "")
	flag := set.Lookup(letter)
	flag.Hidden = true
	flag.Annotations = map[string][]string{refusedBy: {why}}
}
