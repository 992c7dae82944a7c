package stats

import "math"

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
	{"cpu", checkCPU},
	{"gc", checkGC},
	{"scheduler", checkScheduler},
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

// openLoop reports whether messages went out on a schedule.
func (r *Result) openLoop() bool { return r.Load.Rate > 0 }

// near returns the value of q or, where too few values lie beyond it, of the
// highest quantile below it that is known, and of none at all the maximum; 0
// for no values.
func (l *Latency) near(q Quantile) float64 {
	if l == nil {
		return 0
	}
	for i := int(q); i >= 0; i-- {
		if ns, ok := l.Quantile(Quantile(i)); ok {
			return float64(ns)
		}
	}
	return float64(l.MaxNS)
}

// tail returns the share of the values beyond the highest quantile that is
// known.
func (l *Latency) tail() float64 {
	if l != nil {
		for q := NumQuantiles; q > 0; q-- {
			if _, ok := l.Quantile(q - 1); ok {
				return (q - 1).Tail()
			}
		}
	}
	return P50.Tail()
}

func checkConnections(r *Result) []Finding {
	n := r.Connections
	if n.Requested == 0 {
		return nil
	}
	short := n.Requested - n.Opened
	if r.Interrupted {
		short = n.Failed // the others may not have had their turn
	}
	return grade(float64(short)/float64(n.Requested), 0, 0.05, unitRatio,
		"Fewer connections carried the load than were asked for; look at the errors, and at the limits of both ends on file descriptors and ports.")
}

// checkRate compares the messages sent within the window with those that were
// due in it.
func checkRate(r *Result) []Finding {
	if !r.openLoop() || r.WindowS <= 0 {
		return nil
	}
	// A Poisson schedule, and one that ends with its last message, say only
	// by themselves how many were due.
	due := float64(r.Messages.Sent + r.Messages.Unsent)
	if r.Load.Arrival != "poisson" && r.Load.Messages == 0 {
		due = r.OfferedRate() * r.WindowS
	}
	if due == 0 {
		return nil
	}
	// One message at either edge of the window may fall on its other side.
	off := max(0, math.Abs(r.sentInWindow()-due)-2)
	return grade(off/due, 0.01, 0.05, unitRatio,
		"The load was not the load that was asked for; lower the rate, or give the client more cores or connections.")
}

// SentRate returns the messages a second that went out during the measured
// window, whenever they were due; 0 without a window.
func (r *Result) SentRate() float64 {
	if r.WindowS <= 0 {
		return 0
	}
	return r.sentInWindow() / r.WindowS
}

// sentInWindow returns the messages that went out during the measured window,
// whenever they were due: one that is late by more than what is left of the
// window is in Messages.Sent, and still was no load. Without intervals that
// cover the window, Messages.Sent has to do.
func (r *Result) sentInWindow() float64 {
	var sent int64
	var length float64
	for _, i := range r.Intervals {
		if i.Phase == "measure" {
			sent += i.Sent
			length += i.LengthS
		}
	}
	if math.Abs(length-r.WindowS) > 0.001*r.WindowS {
		return float64(r.Messages.Sent)
	}
	return float64(sent)
}

func checkLag(r *Result) []Finding {
	rtt := r.Latency[RTT.String()]
	lag := r.Latency[Lag.String()]
	if !r.openLoop() || rtt == nil || lag == nil {
		return nil
	}
	// A tenth of a loopback latency is less than what any timer keeps to.
	invalid := max(0.10*rtt.near(P99), 1e6)
	text := "The client sent late (p99), and rtt counts from the due time; lower the rate, or give the client more cores."
	if r.Driver == "portable" {
		// Go's timers are no finer on Linux, whatever the load.
		text = "The client sent late (p99), and rtt counts from the due time; the portable driver keeps to a millisecond at best, the event loop to less."
	}
	return grade(lag.near(P99), min(0.05*rtt.near(P50), invalid), invalid, unitNS, text)
}

func checkCPU(r *Result) []Finding {
	c := r.Client
	if r.WindowS <= 0 || c.Cores <= 0 {
		return nil
	}
	busy := (c.CPUUserS + c.CPUSystemS) / r.WindowS / c.Cores
	if r.openLoop() {
		return grade(busy, 0.80, 0.95, unitRatio,
			"The client was short of CPU, so that its own queueing is in the latencies; lower the rate, or give it more cores.")
	}
	found := grade(busy, 0.80, never, unitRatio,
		"The client was busy, as a closed loop makes it: the throughput is its ceiling, unless the server was busier.")
	for i := range found {
		found[i].Level = Note
	}
	return found
}

// checkGC compares a pause with the latencies that it would lengthen.
func checkGC(r *Result) []Finding {
	rtt := r.Latency[RTT.String()]
	if rtt == nil || r.WindowS <= 0 {
		return nil
	}
	pause := float64(r.Client.GC.PauseP999NS)
	// A pause reaches the messages that are under way in it. Two pauses make a
	// cycle; when all of them together last for less than a thousandth of the
	// window, they are too rare to move even p99.9, however long they are
	// beside a loopback latency.
	if 2*float64(r.Client.GC.Cycles)*pause < 0.001*r.WindowS*1e9 {
		return nil
	}
	return gradeDelay(r, pause, rtt,
		"Pauses of the client's garbage collector (p99.9) are in the latencies; give it more memory (GOGC) or fewer connections.")
}

func checkScheduler(r *Result) []Finding {
	rtt := r.Latency[RTT.String()]
	ready := r.Client.SchedLatency
	if rtt == nil || ready == nil || !P999.Printable(ready.Count) {
		return nil
	}
	// The event loop's threads wait for no goroutine: those that wait beside
	// it have little to do with messages.
	if ready.Count < rtt.Count/10 {
		return nil
	}
	return gradeDelay(r, float64(ready.P999NS), rtt,
		"The client's goroutines waited for a core (p99.9), and that is in the latencies; lower the load, or give the client more cores.")
}

// gradeDelay grades a delay of the client's own making by the rtt that it is a
// part of. In a closed loop it is never invalid: such a client is as busy as
// it can be by intention, and its throughput stands.
func gradeDelay(r *Result, delay float64, rtt *Latency, text string) []Finding {
	p99 := rtt.near(P99)
	invalid := max(0.10*p99, 1e6) // as for the lag
	if !r.openLoop() {
		invalid = never
	}
	return grade(delay, 0.05*p99, invalid, unitNS, text)
}

// checkLost grades the replies that never came. Their rtt is known to be long
// and not how long, which makes every quantile with a smaller tail unknown.
func checkLost(r *Result) []Finding {
	if r.Messages.Sent == 0 {
		return nil
	}
	return grade(float64(r.Messages.Lost)/float64(r.Messages.Sent),
		0, r.Latency[RTT.String()].tail(), unitRatio,
		"Messages were never answered, and their latencies, long and unknown, are missing here; look at the errors.")
}

func checkClamped(r *Result) []Finding {
	var found []Finding
	for m := range NumMetrics {
		l := r.Latency[m.String()]
		if l == nil || l.Count == 0 {
			continue
		}
		found = append(found, grade(float64(l.Clamped)/float64(l.Count), 0, l.tail(), unitRatio,
			"Values of "+m.String()+" lay out of range (0 to 1 h) and were recorded as its nearest end; distrust its tail.")...)
	}
	return found
}
