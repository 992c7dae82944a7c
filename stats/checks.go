package stats

import (
	"fmt"
	"math"
)

// A check is one of the self-checks. Thresholds are exceeded, not reached: a
// value equal to its limit passes.
type check struct {
	name string
	run  func(*Result) []Finding
}

// The checks, in the order in which their findings are told.
var checks = [...]check{
	{"connections", checkConnections},
	{"rate", checkRate},
	{"lag", checkLag},
	{"behind", checkBehind},
	{"queue", checkQueue},
	{"cpu", checkCPU},
	{"gc", checkGC},
	{"scheduler", checkScheduler},
	{"steal", checkSteal},
	{"throttling", checkThrottling},
	{"lost", checkLost},
	{"clamped", checkClamped},
	{"drift", checkDrift},
}

// The units of a Finding.
const (
	unitRatio = "ratio"
	unitNS    = "ns"
)

// never is the limit of a level that a check does not have.
var never = math.Inf(1)

// grade compares value with its two limits.
func grade(value, suspect, invalid float64, unit, text string) []Finding {
	f := Finding{Value: value, Unit: unit, Text: text}
	switch {
	case value > invalid:
		f.Level, f.Limit = Invalid, invalid
	case value > suspect:
		f.Level, f.Limit = Suspect, suspect
	default:
		return nil
	}
	return []Finding{f}
}

// lowered returns findings one level milder: what invalidates an open loop is
// to be expected of a closed one, whose client is as busy as it can be.
func lowered(found []Finding) []Finding {
	for i := range found {
		if found[i].Level == Invalid {
			found[i].Level = Suspect
		} else {
			found[i].Level = Note
		}
	}
	return found
}

// openLoop reports whether messages went out on a schedule.
func (r *Result) openLoop() bool { return r.Load.Rate > 0 }

// near returns the value of q or, where that is not known, of the highest
// quantile below it that is, and of none at all the maximum; 0 for no values.
func (l *Latency) near(q Quantile) float64 {
	ns, _ := l.nearest(q)
	return ns
}

// nearest is near, with the name of what it returns.
func (l *Latency) nearest(q Quantile) (ns float64, name string) {
	if l == nil {
		return 0, "none"
	}
	for i := int(q); i >= 0; i-- {
		if ns, ok := l.Quantile(Quantile(i)); ok {
			return float64(ns), fmt.Sprintf("p%v", Quantile(i))
		}
	}
	return float64(l.MaxNS), "the latest"
}

// checkConnections counts the connections that never opened, and those that
// were lost before the load had ended. The latter are the server's doing: they make
// the load another one, and no measurement invalid.
func checkConnections(r *Result) []Finding {
	n := r.Connections
	if n.Requested == 0 {
		return nil
	}
	if r.IdleTimeout != nil {
		n.Lost = 0 // that they would be is what was asked
	}
	short := n.Requested - (n.Opened - n.Reopened)
	lost := n.Lost - n.Regained
	if r.Interrupted {
		short = max(0, n.Failed-(n.Reattempts-n.Reopened)) // the others may not have had their turn
	}
	share := func(n int64) float64 { return float64(n) / float64(r.Connections.Requested) }
	return append(
		grade(share(short), 0, 0.05, unitRatio,
			"Fewer connections carried the load than were asked for; look at the errors, and at the limits of both ends on file descriptors and ports."),
		grade(share(lost), 0, never, unitRatio,
			"Connections were lost before the end, and carried no more load from then on; look at the errors, and at what the server says of them.")...)
}
