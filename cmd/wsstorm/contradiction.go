package main

import (
	"slices"

	"wsstorm/loadgen"
)

// A rival is a pair of flags of which a run takes one. Where both are given in
// one place, that is an error, unless why is empty; where one is given on the
// command line, it displaces the other in the scenario file.
type rival struct{ a, b, why string }

// idleSends is why --idle stands against whatever shapes messages.
const idleSends = "an idle run sends no messages"

// connectStageLoop is why --connect-stage stands against an open loop.
const connectStageLoop = "connections that come and go are a closed loop, each with its own messages"

// searchLoad is why --max-load stands against loads that change by themselves.
const searchLoad = "a search varies the load from run to run, each with one"

// searchBaseline is why --max-load stands against a baseline.
const searchBaseline = "what a search finds is at another load each time, and not comparable"

// socketAddress is why --unix-socket stands against IP addresses.
const socketAddress = "a Unix socket has no IP addresses"

// silenceSends is why --find-idle-timeout stands against whatever shapes messages.
const silenceSends = "connections that are to be silent send no messages"

// silenceBaseline is why it stands against a baseline.
const silenceBaseline = "it finds a time, and nothing that gets slower"

// readersForTime and readersByGroup are why bad readers stand against what ends a
// run, or cuts it into pieces, by messages.
const (
	readersForTime = "who does not read may never be answered, so that such a run has a duration"
	readersByGroup = "messages are counted apart by how their connection reads, or by stage"

	readersOfBroadcast = "what they miss would be lost in it; hold them beside it with a second wsstorm --idle"
)

// comeAndGo are the flags of connections that are closed before the end, or come
// back.
var comeAndGo = []string{"close-share", "reconnect", "lifetime"}

// against returns rivals, each of some flags and each of others.
func against(why string, some []string, others ...string) []rival {
	var all []rival
	for _, a := range some {
		for _, b := range others {
			all = append(all, rival{a, b, why})
		}
	}
	return all
}

var rivals = slices.Concat([]rival{
	{"rate", "in-flight", "a rate is sent whatever comes back (open loop), messages in flight wait for replies (closed loop)"},
	{"stage", "rate", "the stages say what the rate is"},
	{"stage", "in-flight", "stages of rates are sent whatever comes back (open loop), messages in flight wait for replies (closed loop)"},
	{"connect-stage", "rate", connectStageLoop},
	{"connect-stage", "stage", connectStageLoop},
	{"connect-stage", "arrival", connectStageLoop},
	{"max-load", "stage", searchLoad},
	{"max-load", "connect-stage", searchLoad},
	{"max-load", "baseline", searchBaseline},
	{"max-load", "save-baseline", searchBaseline},
	{"max-load", "cycles", "a search makes runs of its own, each at another load"},
	{"idle", "rate", idleSends},
	{"idle", "stage", idleSends},
	{"idle", "in-flight", idleSends},
	{"idle", "messages", idleSends},
	{"idle", "size", idleSends},
	{"idle", "payload", idleSends},
	{"idle", "text", idleSends},
	{"idle", "fragment", idleSends},
	{"idle", "reply", idleSends},
	{"idle", "arrival", idleSends},
	{"find-idle-timeout", "rate", silenceSends},
	{"find-idle-timeout", "stage", silenceSends},
	{"find-idle-timeout", "in-flight", silenceSends},
	{"find-idle-timeout", "messages", silenceSends},
	{"find-idle-timeout", "size", silenceSends},
	{"find-idle-timeout", "payload", silenceSends},
	{"find-idle-timeout", "text", silenceSends},
	{"find-idle-timeout", "fragment", silenceSends},
	{"find-idle-timeout", "reply", silenceSends},
	{"find-idle-timeout", "arrival", silenceSends},
	{"find-idle-timeout", "broadcast", silenceSends},
	{"find-idle-timeout", "read-rate", "a connection that reads badly hears no Pong in time"},
	{"find-idle-timeout", "stop-reading", "a connection that reads badly hears no Pong in time"},
	{"find-idle-timeout", "max-load", "a run searches for one thing"},
	{"find-idle-timeout", "cycles", "a search makes rounds of its own"},
	{"find-idle-timeout", "connect-stage", "silences are tried by connections that stay"},
	{"find-idle-timeout", "baseline", silenceBaseline},
	{"find-idle-timeout", "save-baseline", silenceBaseline},
	{"in-flight", "arrival", "only the messages of an open loop arrive at times of their own"},
	{"messages", "warmup", "each of a number of messages is measured, so that none is left to warm up with"},
	{"read-rate", "messages", readersForTime},
	{"stop-reading", "messages", readersForTime},
	{"read-rate", "stage", readersByGroup},
	{"stop-reading", "stage", readersByGroup},
	{"read-rate", "connect-stage", readersByGroup},
	{"stop-reading", "connect-stage", readersByGroup},
	{"read-rate", "broadcast", readersOfBroadcast},
	{"stop-reading", "broadcast", readersOfBroadcast},
	{"messages", "duration", ""}, // together: whichever ends first
	{"unix-socket", "source-ip", socketAddress},
	{"unix-socket", "connect-to", socketAddress},
	{"insecure", "cacert", "--insecure accepts any certificate"},
},
	against("with connections that are closed or come back in between, a run has a duration", comeAndGo, "messages"),
	against("connect stages say when connections come and go", comeAndGo, "connect-stage"),
	against("the connections of a broadcast stay to the end", comeAndGo, "broadcast"),
	against("bad readers stay to the end, and are closed by the handshake", append(comeAndGo, "close-mode"), "read-rate", "stop-reading"),
	against("a connection whose silence is tried is closed when it is over", append(comeAndGo, "close-mode"), "find-idle-timeout"),
	against("a run is told by stages, or by what was before, during and after a close storm", []string{"close-share"}, "stage"),
)

// uneven are rivals of which only a displaces b: a scenario without its a would
// be another one.
var uneven = []rival{
	{"stage", "duration", "the stages make up the duration"},
	{"stage", "messages", "the stages say how many messages there are"},
	{"max-load", "messages", "each run of a search has a duration"},
	{"find-idle-timeout", "duration", "the silences make up the duration"},
	{"find-idle-timeout", "warmup", "the silences are all that is measured"},
	{"find-idle-timeout", "ping-interval", "Pings at intervals would break the silence"},
	{"connect-stage", "connections", "the stages say how many connections there are"},
	{"connect-stage", "connect-rate", "the stages say when connections are opened"},
	{"connect-stage", "duration", "the stages make up the duration"},
	{"connect-stage", "messages", "the stages end the run"},
	{"connect-stage", "warmup", "all of the stages is measured"},
	{"broadcast", "in-flight", "publishers send when it is time (open loop); messages in flight wait for replies (closed loop), and nobody replies"},
	{"broadcast", "reply", "nothing answers a message that goes to others"},
	{"broadcast", "idle", idleSends},
	{"broadcast", "connect-stage", connectStageLoop},
}

// told returns a flag as an error names it: with its place where that is a file.
func (r *request) told(name string) string {
	if from := r.from[name]; from != "" {
		return "--" + name + " (" + from + ")"
	}
	return "--" + name
}

// exits reports whether connections may end in the given way.
func exits(p *loadgen.Plan, how loadgen.Exit) bool {
	if len(p.Exits) == 0 {
		return how == loadgen.ExitHandshake
	}
	return slices.ContainsFunc(p.Exits, func(e loadgen.ExitShare) bool { return e.Exit == how })
}

// contradiction returns what is wrong between the flags.
func (r *request) contradiction() error {
	for _, v := range slices.Concat(rivals, uneven) {
		if v.why != "" && r.given(v.a) && r.given(v.b) {
			return usagef("%s contradicts %s: %s", r.told(v.b), r.told(v.a), v.why)
		}
	}
	needs := func(flag, other, why string) error {
		return usagef("%s needs %s: %s", r.told(flag), other, why)
	}
	p := &r.plan
	openLoop := r.given("rate") || r.given("stage") || r.searches(varyRate)
	switch {
	case r.given("vary") && !r.given("max-load"):
		return needs("vary", "--max-load", "it says what a search varies")
	case r.given("close-at") && !r.given("close-share"):
		return needs("close-at", "--close-share", "it says when that share is closed; without one all connections are closed at the end")
	case r.given("close-code") && !exits(p, loadgen.ExitHandshake):
		return usagef("%s contradicts %s: there is no closing handshake to carry it", r.told("close-code"), r.told("close-mode"))
	case r.given("close-reason") && !exits(p, loadgen.ExitHandshake):
		return usagef("%s contradicts %s: there is no closing handshake to carry it", r.told("close-reason"), r.told("close-mode"))
	case r.given("unix-socket") && exits(p, loadgen.ExitReset):
		return usagef("%s contradicts %s: a Unix socket has no resets", r.told("close-mode"), r.told("unix-socket"))
	case r.given("pause") && !r.given("cycles"):
		return needs("pause", "--cycles", "it lies between two of them")
	case r.searches(varyRate) && r.given("in-flight"):
		return usagef("%s contradicts %s: rates are searched, in an open loop; --vary connections searches in a closed one", r.told("in-flight"), r.told("max-load"))
	case r.searches(varyRate) && r.idle:
		return usagef("%s contradicts %s: rates are searched; --vary connections searches among idle ones", r.told("idle"), r.told("max-load"))
	case r.given("stage") && peak(p.Stages) == 0:
		return usagef("%s sends nothing: each stage has a rate of 0; --idle holds connections", r.told("stage"))
	case r.given("arrival") && !openLoop:
		return needs("arrival", "--rate or --stage", "in a closed loop replies set the times")
	case r.given("reply") && p.Reply == loadgen.ReplyNone && !openLoop:
		return needs("reply", "--rate or --stage", "without replies nothing else sets the pace")
	case r.given("ping-timeout") && !r.given("ping-interval") && !r.given("find-idle-timeout"):
		return needs("ping-timeout", "--ping-interval or --find-idle-timeout", "without them no Ping is sent")
	case r.given("cert") && !r.given("key"):
		return needs("cert", "--key", "a certificate is used with its private key")
	case r.given("key") && !r.given("cert"):
		return needs("key", "--cert", "a private key is used with its certificate")
	case r.given("connect-to") && r.url == nil:
		return needs("connect-to", "a URL", "it says the port, the path and the Host header")
	case r.given("unix-socket") && r.url == nil:
		return needs("unix-socket", "a URL", "it says the path and the Host header, ws://localhost/ for instance")
	}
	return r.broadcastContradiction(openLoop)
}
