package objective

import "wsstorm/stats"

// messages returns the counts of the measured window, as shares of the messages
// that were to be received where they are parts of them.
func messages() []metric {
	part := func(name string, class stats.Class, n func(stats.Messages) int64) metric {
		m := number("messages."+name, count, func(r *stats.Result) float64 { return float64(n(r.Messages)) })
		m.whole = (*stats.Result).Expected
		if class < stats.NumClasses {
			m.classes = []stats.Class{class}
		}
		return m
	}
	const none = stats.NumClasses
	all := []metric{
		part("sent", none, func(m stats.Messages) int64 { return m.Sent }),
		part("received", none, func(m stats.Messages) int64 { return m.Received }),
		part("lost", stats.ErrLost, func(m stats.Messages) int64 { return m.Lost }),
		part("mismatched", stats.ErrMismatched, func(m stats.Messages) int64 { return m.Mismatched }),
		part("duplicated", stats.ErrDuplicated, func(m stats.Messages) int64 { return m.Duplicated }),
		part("reordered", stats.ErrReordered, func(m stats.Messages) int64 { return m.Reordered }),
		part("unexpected", stats.ErrUnexpected, func(m stats.Messages) int64 { return m.Unexpected }),
		part("abandoned", none, func(m stats.Messages) int64 { return m.Abandoned }),
		part("withdrawn", none, func(m stats.Messages) int64 { return m.Withdrawn }),
		part("unsent", stats.ErrUnsent, func(m stats.Messages) int64 { return m.Unsent }),
		part("prevented", none, func(m stats.Messages) int64 { return m.Prevented }),
		part("blocked", none, func(m stats.Messages) int64 { return m.Blocked }),
		{name: "messages.rate", unit: rate, value: func(r *stats.Result) (float64, string) {
			if r.WindowS <= 0 {
				return 0, "the run ended before it was measured"
			}
			return r.Messages.Rate, ""
		}},
	}
	for i := range all {
		m := &all[i]
		switch m.name {
		case "messages.sent", "messages.blocked":
			m.whole = func(r *stats.Result) int64 { return r.Messages.Sent }
		}
		switch m.name {
		case "messages.sent":
			m.whole = nil // of itself
			m.second, m.bySecond = perSecond(func(i stats.Interval) int64 { return i.Sent }), rate
		case "messages.received", "messages.rate":
			m.second, m.bySecond = perSecond(func(i stats.Interval) int64 { return i.Received }), rate
		case "messages.lost":
			m.soFar = func(t stats.Totals) int64 { return t.Lost }
		case "messages.unsent", "messages.prevented":
			m.whole = func(r *stats.Result) int64 { return r.Messages.Sent + r.Messages.Unsent }
		}
	}
	return all
}

// opening are the failures of a connection that is never opened, broken those of
// one that ends without a closing handshake.
var (
	opening = []stats.Class{stats.ErrDNS, stats.ErrRefused, stats.ErrConnectTimeout, stats.ErrConnect, stats.ErrTLS,
		stats.ErrUpgradeStatus, stats.ErrUpgrade, stats.ErrUpgradeTimeout, stats.ErrUpgradeClosed}
	broken = []stats.Class{stats.ErrReset, stats.ErrEOF, stats.ErrProtocol, stats.ErrTooBig, stats.ErrIO, stats.ErrPingTimeout}
)

// connections returns the counts of the whole run, as shares of those that were
// asked for or, of what can only happen to an open one, of those that were open.
func connections() []metric {
	part := func(name string, n, whole func(stats.Connections) int64, classes ...stats.Class) metric {
		m := number("connections."+name, count, func(r *stats.Result) float64 { return float64(n(r.Connections)) })
		m.whole = func(r *stats.Result) int64 { return whole(r.Connections) }
		m.classes = classes
		return m
	}
	requested := func(c stats.Connections) int64 { return c.Requested }
	attempts := func(c stats.Connections) int64 { return c.Requested + c.Reattempts }
	opened := func(c stats.Connections) int64 { return c.Opened }
	all := []metric{
		number("connections.requested", count, func(r *stats.Result) float64 { return float64(r.Connections.Requested) }),
		part("opened", opened, attempts),
		part("failed", func(c stats.Connections) int64 { return c.Failed }, attempts, opening...),
		part("closed", func(c stats.Connections) int64 { return c.Closed }, opened),
		part("peer_closed", func(c stats.Connections) int64 { return c.PeerClosed }, opened, stats.ErrPeerClosed),
		part("dropped", func(c stats.Connections) int64 { return c.Dropped }, opened, broken...),
		part("reattempts", func(c stats.Connections) int64 { return c.Reattempts }, requested),
		part("reopened", func(c stats.Connections) int64 { return c.Reopened }, opened),
		part("regained", func(c stats.Connections) int64 { return c.Regained }, func(c stats.Connections) int64 { return c.Lost }),
		part("departed", func(c stats.Connections) int64 { return c.Departed }, opened),
		part("closed_fin", func(c stats.Connections) int64 { return c.ClosedFIN }, opened),
		part("closed_rst", func(c stats.Connections) int64 { return c.ClosedRST }, opened),
		part("vanished", func(c stats.Connections) int64 { return c.Vanished }, opened),
		part("left_open", func(c stats.Connections) int64 { return c.LeftOpen }, opened),
		part("lost", func(c stats.Connections) int64 { return c.Lost }, opened, append([]stats.Class{stats.ErrPeerClosed}, broken...)...),
		{name: "connections.syn_retransmitted", unit: count,
			value: func(r *stats.Result) (float64, string) { return float64(r.Retransmitted()), "" },
			whole: func(r *stats.Result) int64 { return r.Connections.Opened }},
		openAfter("connections.open_50", func(c stats.Connections) float64 { return c.Open50S }),
		openAfter("connections.open_99", func(c stats.Connections) float64 { return c.Open99S }),
		openAfter("connections.all_open", func(c stats.Connections) float64 { return c.AllOpenS }),
		part("still_open", func(c stats.Connections) int64 { return c.StillOpen }, opened, stats.ErrCloseTimeout),
	}
	all = append(all, metric{name: "connections.cut", unit: count, value: func(r *stats.Result) (float64, string) {
		cut, of := badReaders(r)
		if of == 0 {
			return 0, "every connection read what came"
		}
		return float64(cut), ""
	}, whole: func(r *stats.Result) int64 { _, of := badReaders(r); return of }})
	for i := range all {
		m := &all[i]
		switch m.name {
		case "connections.opened":
			m.second, m.bySecond = func(i stats.Interval) (float64, bool) { return float64(i.Connections), true }, count
		case "connections.failed":
			m.soFar = func(t stats.Totals) int64 { return t.Failed }
		}
	}
	return all
}

// openAfter returns how long it took until so many connections were open.
func openAfter(name string, s func(stats.Connections) float64) metric {
	return metric{name: name, unit: duration, value: func(r *stats.Result) (float64, string) {
		if s(r.Connections) == 0 {
			return 0, "it did not come to that"
		}
		return s(r.Connections) * 1e9, ""
	}}
}

// badReaders returns how many connections the server cut of those that read
// slowly or not at all, and how many those were.
func badReaders(r *stats.Result) (cut, of int64) {
	for _, g := range r.Groups {
		if g.Aside {
			cut += g.Cut
			of += g.Connections
		}
	}
	return cut, of
}

// traffic returns what went over the wire.
func traffic() []metric {
	deflate := func(name string, n func(*stats.Compression) int64) metric {
		return metric{name: "compression." + name, unit: size, value: func(r *stats.Result) (float64, string) {
			if r.Compression == nil {
				return 0, "permessage-deflate was not negotiated"
			}
			return float64(n(r.Compression)), ""
		}}
	}
	return []metric{
		number("bytes.sent", size, func(r *stats.Result) float64 { return float64(r.Bytes.Sent) }),
		number("bytes.received", size, func(r *stats.Result) float64 { return float64(r.Bytes.Received) }),
		deflate("sent_raw", func(c *stats.Compression) int64 { return c.SentRaw }),
		deflate("sent_wire", func(c *stats.Compression) int64 { return c.SentWire }),
		deflate("received_raw", func(c *stats.Compression) int64 { return c.ReceivedRaw }),
		deflate("received_wire", func(c *stats.Compression) int64 { return c.ReceivedWire }),
	}
}

// failures returns the counts of failures of the whole run, of all classes and
// of each.
func failures() []metric {
	var every []stats.Class
	for c := range stats.NumClasses {
		every = append(every, c)
	}
	total := counting("errors", every)
	total.second, total.bySecond = perSecond(func(i stats.Interval) int64 { return i.Errors }), rate
	total.soFar = func(t stats.Totals) int64 { return t.Errors }
	all := []metric{total}
	for _, c := range every {
		m := counting("errors."+c.String(), []stats.Class{c})
		if c == stats.ErrLost {
			m.soFar = func(t stats.Totals) int64 { return t.Lost }
		}
		all = append(all, m)
	}
	return all
}

// counting returns the metric that counts the failures of some classes.
func counting(name string, classes []stats.Class) metric {
	m := number(name, count, func(r *stats.Result) float64 {
		var n int64
		for _, c := range classes {
			n += r.Errors[c.String()].Count
		}
		return float64(n)
	})
	m.classes = classes
	return m
}

// fairness returns the messages received per connection.
func fairness() []metric {
	of := func(name string, n func(*stats.Fairness) int64) metric {
		return metric{name: "fairness." + name, unit: count, value: func(r *stats.Result) (float64, string) {
			if r.Fairness == nil {
				return 0, "no message was received, or connections came and went"
			}
			return float64(n(r.Fairness)), ""
		}}
	}
	return []metric{
		of("min", func(f *stats.Fairness) int64 { return f.Min }),
		of("p50", func(f *stats.Fairness) int64 { return f.P50 }),
		of("max", func(f *stats.Fairness) int64 { return f.Max }),
		of("starved", func(f *stats.Fairness) int64 { return f.Starved }),
	}
}

// perSecond is what happened in an interval, to the second.
func perSecond(n func(stats.Interval) int64) func(stats.Interval) (float64, bool) {
	return func(i stats.Interval) (float64, bool) {
		if i.LengthS <= 0 {
			return 0, false
		}
		return float64(n(i)) / i.LengthS, true
	}
}
