package main

import (
	"strings"

	"wsstorm/loadgen"
	"wsstorm/stats"
	"wsstorm/stats/objective"
)

// checkMeasured returns what is wrong between the flags and an objective of the
// given one: that no run of these flags has the metric. What a server's doing may
// or may not bring about (a compressed message, a lost connection) is left alone,
// and so is a count, which is known to be 0.
func (r *request) checkMeasured(flag string, o objective.Objective) error {
	name, what, _ := strings.Cut(metricOf(o), ".")
	switch what {
	case "count", "clamped", "censored":
		return nil
	}
	contradicts := func(other, why string) error {
		return usagef("%s %q contradicts %s: %s", r.told(flag), o, r.told(other), why)
	}
	needs := func(others, why string) error {
		return usagef("%s %q needs %s: %s", r.told(flag), o, others, why)
	}
	switch name {
	case stats.RTT.String(), stats.Service.String():
		switch {
		case r.given("find-idle-timeout"):
			return contradicts("find-idle-timeout", silenceSends)
		case r.idle:
			return contradicts("idle", idleSends)
		case r.plan.Reply == loadgen.ReplyNone:
			return contradicts("reply", "without replies there is no "+name)
		case r.broadcast && o.Row() == 0: // the seconds of one have deliveries in that place
			return contradicts("broadcast", "nobody replies, and delivery."+what+" is what there is")
		}
	case stats.Delivery.String(), stats.Skew.String(), "broadcast":
		if !r.broadcast && o.Row() == 0 {
			return needs("--broadcast", "otherwise each connection talks to the server for itself")
		}
	case "recovery":
		if r.plan.Reconnect.Kind == loadgen.ReconnectNone && r.plan.Lifetime.Kind == loadgen.LifetimeNone {
			return needs("--reconnect or --lifetime", "without them no lost connection comes back")
		}
	case "compression":
		if r.plan.Request.Deflate == nil {
			return needs("--compress", "otherwise it is not negotiated")
		}
	}
	return nil
}
