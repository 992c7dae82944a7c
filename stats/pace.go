package stats

import (
	"fmt"
	"math"
	"time"
)

// checkRate compares the messages sent within the window with those that were
// due in it. A shortfall that the server caused, by not reading or by ending
// connections, makes no measurement invalid: it is a finding about the server.
func checkRate(r *Result) []Finding {
	if !r.openLoop() || r.WindowS <= 0 {
		return nil
	}
	m := r.Messages
	// A Poisson schedule, and one that ends with its last message, say only
	// by themselves how many were due.
	due := float64(m.Sent + m.Unsent)
	if r.Load.Arrival != "poisson" && r.Load.Messages == 0 {
		due = r.OfferedRate()*r.WindowS - float64(m.Withdrawn)
	}
	if due == 0 {
		return nil
	}
	sent := r.sentInWindow()
	// One message at either edge of the window may fall on its other side.
	off := max(0, math.Abs(sent-due)-2)
	own := off
	if sent < due {
		own = max(0, off-float64(m.Blocked+m.Prevented))
	}
	if found := grade(own/due, 0.01, 0.05, unitRatio,
		"The load was not the load that was asked for; lower the rate, or give the client more cores or connections."); found != nil {
		return found
	}
	return grade(off/due, 0.01, never, unitRatio,
		"The server did not take the load that was asked for: it did not read what was sent, or ended connections; lower the rate to what it takes.")
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
	// What is due as the window begins may be in the interval before it.
	if math.Abs(length-r.WindowS) > 0.001*r.WindowS || math.Abs(float64(sent-r.Messages.Sent)) <= 2 {
		return float64(r.Messages.Sent)
	}
	return float64(sent)
}

// portable is the driver that sends with the timers of Go, which on Linux keep
// to a millisecond at best, whatever the load.
const portable = "portable"

// checkLag grades how late messages went out beside the rtt that it is a part
// of: p99, and where that passes, the quantiles beyond it, which a client that
// was stopped for a moment in a long run makes its own.
func checkLag(r *Result) []Finding {
	rtt := r.headline()
	lag := r.Latency[Lag.String()]
	if !r.openLoop() || rtt == nil || lag == nil {
		return nil
	}
	limit := func(q Quantile) float64 {
		// A tenth of a loopback latency is less than what any timer keeps to.
		return max(0.10*rtt.near(q), 1e6)
	}
	remedy := "lower the rate, or give the client more cores."
	if r.Driver == portable {
		remedy = "the portable driver keeps to a millisecond at best, the event loop to less."
	}
	// Nor does a thread that was asleep wake up sooner than in some tens of
	// microseconds, which says nothing against it.
	suspect := min(max(0.05*rtt.near(P50), 100e3), limit(P99))
	late, name := lag.nearest(P99)
	found := grade(late, suspect, limit(P99), unitNS,
		"The client sent late ("+name+"), and "+r.Headline().String()+" counts from the due time; "+remedy)
	for q := P99 + 1; q < NumQuantiles && found == nil; q++ {
		if late, ok := lag.Quantile(q); ok {
			found = grade(float64(late), limit(q), never, unitNS,
				fmt.Sprintf("The client sent some messages so late (p%v) that %v from p%v on tells more of it than of the server; %s", q, r.Headline(), q, remedy))
		}
	}
	return found
}

// checkBehind grades the share of the messages that went out behind schedule:
// late by more than 1 ms and by more than a tenth of the mean time between two
// messages of the run, so that the server saw another load than the one that
// was asked for, whatever the rtt that checkLag compares with. The portable
// driver is given 2 ms. Messages that the server itself held up, by not reading,
// have no lag and do not count.
//
// Fewer than ten late messages lie beyond every quantile that is printed, and
// invalidate nothing.
func checkBehind(r *Result) []Finding {
	lag := r.Latency[Lag.String()]
	if !r.openLoop() || lag == nil || lag.Count == 0 {
		return nil
	}
	slack := time.Millisecond
	if r.Driver == portable {
		slack = 2 * time.Millisecond
	}
	slack = max(slack, time.Duration(0.1*float64(time.Second)/r.Load.Rate).Round(100*time.Microsecond))
	late := lag.beyond(slack)
	invalid := 0.05
	if late < 10 {
		invalid = never
	}
	return grade(float64(late)/float64(lag.Count), 0.01, invalid, unitRatio,
		fmt.Sprintf("Messages went out more than %g ms behind schedule, in bursts that nobody asked for; lower the rate, or give the client more cores.", slack.Seconds()*1e3))
}
