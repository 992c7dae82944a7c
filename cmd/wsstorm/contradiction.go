package main

import "wsstorm/loadgen"

// A rival is a pair of flags of which a run takes one. Where both are given in
// one place, that is an error, unless why is empty; where one is given on the
// command line, it displaces the other in the scenario file.
type rival struct{ a, b, why string }

// idleSends is why --idle stands against whatever shapes messages.
const idleSends = "an idle run sends no messages"

var rivals = []rival{
	{"rate", "in-flight", "a rate is sent whatever comes back (open loop), messages in flight wait for replies (closed loop)"},
	{"idle", "rate", idleSends},
	{"idle", "in-flight", idleSends},
	{"idle", "messages", idleSends},
	{"idle", "size", idleSends},
	{"idle", "payload", idleSends},
	{"idle", "text", idleSends},
	{"idle", "fragment", idleSends},
	{"idle", "reply", idleSends},
	{"idle", "arrival", idleSends},
	{"in-flight", "arrival", "only the messages of a --rate arrive at times of their own"},
	{"messages", "warmup", "each of a number of messages is measured, so that none is left to warm up with"},
	{"messages", "duration", ""}, // together: whichever ends first
	{"insecure", "cacert", "--insecure accepts any certificate"},
}

// told returns a flag as an error names it: with its place where that is a file.
func (r *request) told(name string) string {
	if from := r.from[name]; from != "" {
		return "--" + name + " (" + from + ")"
	}
	return "--" + name
}

// contradiction returns what is wrong between the flags.
func (r *request) contradiction() error {
	for _, v := range rivals {
		if v.why != "" && r.given(v.a) && r.given(v.b) {
			return usagef("%s contradicts %s: %s", r.told(v.b), r.told(v.a), v.why)
		}
	}
	needs := func(flag, other, why string) error {
		return usagef("%s needs %s: %s", r.told(flag), other, why)
	}
	p := &r.plan
	switch {
	case r.given("arrival") && !r.given("rate"):
		return needs("arrival", "--rate", "in a closed loop replies set the times")
	case r.given("reply") && p.Reply == loadgen.ReplyNone && !r.given("rate"):
		return needs("reply", "--rate", "without replies nothing else sets the pace")
	case r.given("cert") && !r.given("key"):
		return needs("cert", "--key", "a certificate is used with its private key")
	case r.given("key") && !r.given("cert"):
		return needs("key", "--cert", "a private key is used with its certificate")
	case r.given("unix-socket") && r.url == nil:
		return needs("unix-socket", "a URL", "it says the path and the Host header, ws://localhost/ for instance")
	}
	return nil
}
