package objective

import "wsstorm/stats"

// storms returns how connections went that were closed, and how lost ones came
// back.
func storms() []metric {
	closing := func(name string, u unit, value func(*stats.Closing) float64) metric {
		return metric{name: "closing." + name, unit: u, value: func(r *stats.Result) (float64, string) {
			if r.Closing == nil {
				return 0, "no connection was closed"
			}
			return value(r.Closing), ""
		}}
	}
	recovery := func(name string, u unit, value func(*stats.Recovery) float64) metric {
		return metric{name: "recovery." + name, unit: u, value: func(r *stats.Result) (float64, string) {
			if r.Recovery == nil {
				return 0, "no connection was lost that was to come back"
			}
			return value(r.Recovery), ""
		}}
	}
	number := func(name string, n func(*stats.Recovery) int64) metric {
		return recovery(name, count, func(v *stats.Recovery) float64 { return float64(n(v)) })
	}
	within := func(name string, ns func(*stats.Recovery) int64) metric {
		m := recovery(name, duration, func(v *stats.Recovery) float64 { return float64(ns(v)) })
		known := m.value
		m.value = func(r *stats.Result) (float64, string) {
			if r.Recovery != nil && ns(r.Recovery) == 0 {
				return 0, "they did not all come back"
			}
			return known(r)
		}
		return m
	}
	neverClosed := closing("never_closed", count, func(c *stats.Closing) float64 { return float64(c.NeverClosed) })
	neverClosed.whole = func(r *stats.Result) int64 { return r.Closing.Connections }
	recovered := number("recovered", func(v *stats.Recovery) int64 { return v.Recovered })
	recovered.whole = func(r *stats.Result) int64 { return r.Recovery.Lost }
	return []metric{
		closing("connections", count, func(c *stats.Closing) float64 { return float64(c.Connections) }),
		closing("last_gone", duration, func(c *stats.Closing) float64 { return c.LastGoneS * 1e9 }),
		neverClosed,
		number("lost", func(v *stats.Recovery) int64 { return v.Lost }),
		recovered,
		number("attempts", func(v *stats.Recovery) int64 { return v.Attempts }),
		number("failed", func(v *stats.Recovery) int64 { return v.Failed }),
		number("most_attempts", func(v *stats.Recovery) int64 { return v.MostAttempts }),
		within("half", func(v *stats.Recovery) int64 { return v.HalfNS }),
		within("ninety_nine", func(v *stats.Recovery) int64 { return v.NinetyNineNS }),
		within("all", func(v *stats.Recovery) int64 { return v.AllNS }),
	}
}
