package main

import (
	"math"

	"github.com/spf13/pflag"
)

// loadFlags are how much is sent, when, and for how long.
func (f *flags) loadFlags(set *pflag.FlagSet) {
	p := &f.plan
	set.VarP(whole(&p.Connections, 1, 1<<24, nounNumber), "connections", "c", "connections to open")
	set.VarP(span(&p.Duration, 1, nounDuration), "duration", "d",
		"measure for this long; -z is the same. With -n, the run ends at whichever comes first, and there is no default")
	alias(set, "z", "duration")
	set.VarP(whole(&p.Messages, 1, math.MaxInt32*1024, nounNumber), "messages", "n", "send this many messages in total, all measured")
	set.VarP(perSecond(&p.Rate, nounRate), "rate", "r", "open loop: send this many messages a second in total, whatever comes back")
	f.stageFlag(set)
	set.Var(choice(&p.Arrival, "constant", "poisson"), "arrival", "times between the messages of an open loop")
	set.Var(whole(&p.InFlight, 1, 1<<20, nounNumber), "in-flight",
		"closed loop: messages on their way on each connection; the next is sent when a reply has come")
	set.BoolVar(&f.idle, "idle", false, "hold the connections and send no messages")
	set.Var(span(&p.Warmup, 0, nounDuration), "warmup", "send for this long before measuring; none with -n or --idle")
	set.Var(span(&p.Drain, 1, nounDuration), "drain", "wait this long for replies at the end; what has not come is lost")
	set.Var(seed(&p.Seed, nounNumber), "seed", "seed of sizes, payloads, fragments and arrivals: the same seed, the same load")
	set.Var(choice(&p.Driver, "auto", "portable", "epoll"), "driver",
		"what moves the bytes: goroutines (portable) or Linux's event queue (epoll)")
	set.Var(whole(&p.Workers, 1, 1024, nounNumber), "workers", "shares of the engine's work; by default one for each core it may use")
}

// messageFlags are what is sent, and what is expected.
func (f *flags) messageFlags(set *pflag.FlagSet) {
	p := &f.plan
	set.VarP(sizes(&p.Sizes, nounSize), "size", "s",
		"payload bytes, taken in turn: a size, a list (0,125,64KiB), a range (64-4KiB), weights (125x8,64KiBx1)")
	set.Var(&field[payload]{to: &f.payload, noun: "random|zero|@FILE", names: []string{"random", "zero"},
		parse: parsePayload, format: formatPayload}, "payload",
		"what messages are made of; a file is repeated or cut to each size, and sent whole without --size")
	set.BoolVar(&p.Text, "text", false, "text messages instead of binary ones")
	set.Var(&field[fragmentation]{to: &f.fragments, noun: "N|random|none", names: []string{"random", "none"},
		parse: parseFragment, format: formatFragment}, "fragment",
		"cut messages into frames of N bytes, or random ones with Pings in between; random:0.5 cuts half of the messages")
	set.Var(choice(&p.Reply, "echo", "any", "none"), "reply",
		"what answers a message: the same bytes, any message, or nothing (in an open loop)")
	f.compressFlag(set)
	set.Var(size(&p.MaxMessage, 1, math.MaxInt32*1024, nounSize), "max-message", "the longest message that the server may send")
}
