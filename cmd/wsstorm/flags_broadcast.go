package main

import (
	"errors"
	"strings"

	"github.com/spf13/pflag"

	"wsstorm/loadgen"
)

// broadcastFlags make of a run one in which a server hands on what some
// connections send to all the others.
func (f *flags) broadcastFlags(set *pflag.FlagSet) {
	b := &f.plan.Broadcast
	f.publishers = 1
	set.BoolVar(&f.broadcast, "broadcast", false,
		"publish at --rate, in total, and measure the delivery to each subscriber; without a URL, the built-in server does it")
	set.Var(whole(&f.publishers, 1, 1<<24, nounNumber), "publishers", "connections that publish; the others subscribe")
	set.Var(&list[string]{to: &b.Subscribe, noun: "TEXT", parse: parseText, format: asItIs}, "subscribe-message",
		"text message that each subscriber sends as soon as it is open; repeatable")
	set.Var(&field[string]{to: &b.Publish, noun: "TEMPLATE", parse: parseTemplate, format: asItIs}, "publish-message",
		"text message to publish, "+loadgen.PayloadMark+" in it standing for the payload; by default the payload by itself")
}

func parseTemplate(s string) (string, error) {
	if strings.Count(s, loadgen.PayloadMark) != 1 {
		return s, errors.New("want a text with " + loadgen.PayloadMark + " in it, once")
	}
	return s, nil
}

// resolveBroadcast completes the plan of a broadcast.
func (r *request) resolveBroadcast() {
	if !r.broadcast {
		return
	}
	p := &r.plan
	p.Broadcast.Publishers = r.publishers
	p.InFlight = 0
	if p.Broadcast.Publish != "" {
		p.Text = true
	}
	if !r.given("size") {
		p.Sizes = []loadgen.SizeClass{{Min: loadgen.DefaultBroadcastSize, Max: loadgen.DefaultBroadcastSize}}
	}
}

// broadcastContradiction returns what is wrong between the flags of a broadcast
// and others.
func (r *request) broadcastContradiction(openLoop bool) error {
	if !r.broadcast {
		for _, name := range []string{"publishers", "subscribe-message", "publish-message"} {
			if r.given(name) {
				return usagef("%s needs --broadcast: otherwise each connection talks to the server for itself", r.told(name))
			}
		}
		return nil
	}
	p := &r.plan
	switch {
	case !openLoop:
		return usagef("%s needs --rate or --stage: nothing answers a publisher, and so nothing else sets its pace", r.told("broadcast"))
	case r.publishers >= p.Connections:
		return usagef("%s contradicts --connections: of %d connections %d publish, and none is left to subscribe", r.told("publishers"), p.Connections, r.publishers)
	case r.payload.kind == loadgen.PayloadFile:
		return usagef("%s contradicts %s: each message carries a stamp, for which the bytes of a file have no place", r.told("payload"), r.told("broadcast"))
	}
	for _, c := range p.Sizes {
		if c.Min < loadgen.MinBroadcastSize {
			return usagef("%s contradicts %s: each message carries a stamp of %d bytes, and %d are less", r.told("size"), r.told("broadcast"), loadgen.MinBroadcastSize, c.Min)
		}
	}
	return nil
}
