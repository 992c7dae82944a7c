package stats

import "fmt"

// checkLost grades the replies that never came. Their latency is known to be
// long and not how long: they count as longer than all others, so that a
// quantile with a smaller tail than their share is unknown, and left out
// (Latency.Unknown). What is left is right, and a server that loses messages is
// no fault of the client's: the result is invalid only where not even the median
// is known.
func checkLost(r *Result) []Finding {
	m := r.Messages
	if m.Lost == 0 {
		return nil
	}
	if r.Broadcast != nil {
		return checkUndelivered(r)
	}
	text := "Messages were never answered; the quantiles count them as longer than all others, the maximum leaves them out; look at the errors."
	rtt := r.Latency[RTT.String()]
	if r.Load.InOrder {
		text = "Messages were never answered, and not all carry a stamp, so that each reply behind may have been taken for that to an earlier one: distrust every rtt, and what differs; stamps want echoes of 12 bytes or more, 16 of text, without --payload @FILE."
	} else if 2*m.Lost > m.Sent {
		text = "Most messages were never answered, so that no quantile of the rtt is known; look at the errors."
	} else if rtt != nil {
		for q := range NumQuantiles {
			if rtt.Unknown(q) {
				text = fmt.Sprintf("Messages were never answered, more of them than lie beyond p%v, so that rtt from there on is unknown, and left out; look at the errors.", q)
				break
			}
		}
	}
	return grade(float64(m.Lost)/float64(m.Sent), 0, P50.Tail(), unitRatio, text)
}

// checkUndelivered is checkLost of a broadcast.
func checkUndelivered(r *Result) []Finding {
	text := "Messages did not reach all subscribers; the quantiles of the delivery count these copies as longer than all others, the maximum leaves them out; look at the errors, and at the server's limits on slow consumers."
	if 2*r.Messages.Lost > r.Expected() {
		text = "Most copies of the messages never came, so that no quantile of the delivery is known; look at the errors, and at what a subscriber has to say first (--subscribe-message)."
	}
	return grade(float64(r.Messages.Lost)/float64(r.Expected()), 0, P50.Tail(), unitRatio, text)
}

// checkClamped grades the values that were recorded as something else: a few
// make the tail doubtful, more than lie beyond a quantile that is printed make
// that wrong.
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

// tail returns the share of the values beyond the highest quantile that is
// known.
func (l *Latency) tail() float64 {
	for q := NumQuantiles; q > 0; q-- {
		if _, ok := l.Quantile(q - 1); ok {
			return (q - 1).Tail()
		}
	}
	return P50.Tail()
}
