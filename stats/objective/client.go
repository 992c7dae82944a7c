package objective

import "wsstorm/stats"

// client returns what the load generator itself used in the measured window.
func client() []metric {
	seconds := func(s float64) float64 { return s * 1e9 }
	cpu := func(r *stats.Result) float64 { return r.Client.CPUUserS + r.Client.CPUSystemS }
	return []metric{
		// Not in the document as such, but what one wants to know of it.
		told("client.cpu", share, func(r *stats.Result) float64 {
			if r.WindowS <= 0 || r.Client.Cores <= 0 {
				return 0
			}
			return cpu(r) / r.WindowS / r.Client.Cores
		}),
		told("client.cpu_user", duration, func(r *stats.Result) float64 { return seconds(r.Client.CPUUserS) }),
		told("client.cpu_system", duration, func(r *stats.Result) float64 { return seconds(r.Client.CPUSystemS) }),
		perMessage(told("client.cpu_per_message", duration, func(r *stats.Result) float64 { return r.Client.CPUPerMessageNS })),
		told("client.cores", count, func(r *stats.Result) float64 { return r.Client.Cores }),
		told("client.max_rss", size, func(r *stats.Result) float64 { return float64(r.Client.MaxRSSBytes) }),
		onLinux("client.busiest_thread", duration, func(r *stats.Result) float64 { return seconds(r.Client.BusiestThreadS) }),
		onLinux("client.steal", share, func(r *stats.Result) float64 { return r.Client.Steal }),
		onLinux("client.throttled", duration, func(r *stats.Result) float64 { return seconds(r.Client.ThrottledS) }),
		number("client.gc.cycles", count, func(r *stats.Result) float64 { return float64(r.Client.GC.Cycles) }),
		number("client.gc.pause_p99.9", duration, func(r *stats.Result) float64 { return float64(r.Client.GC.PauseP999NS) }),
		number("client.gc.pause_max", duration, func(r *stats.Result) float64 { return float64(r.Client.GC.PauseMaxNS) }),
		number("client.scheduler.count", count, func(r *stats.Result) float64 {
			if r.Client.SchedLatency == nil {
				return 0
			}
			return float64(r.Client.SchedLatency.Count)
		}),
		scheduler("p50", func(q *stats.Quantiled) int64 { return q.P50NS }),
		scheduler("p99", func(q *stats.Quantiled) int64 { return q.P99NS }),
		scheduler("p99.9", func(q *stats.Quantiled) int64 { return q.P999NS }),
		scheduler("max", func(q *stats.Quantiled) int64 { return q.MaxNS }),
	}
}

// onLinux returns a metric that only Linux tells: 0 is a value there, and none
// elsewhere.
func onLinux(name string, u unit, value func(*stats.Result) float64) metric {
	elsewhere := told(name, u, value).value
	return metric{name: name, unit: u, value: func(r *stats.Result) (float64, string) {
		if r.Tool.OS == "linux" {
			return value(r), ""
		}
		return elsewhere(r)
	}}
}

// perMessage returns m, known only where there were messages.
func perMessage(m metric) metric {
	value := m.value
	m.value = func(r *stats.Result) (float64, string) {
		if r.Messages.Received == 0 {
			return 0, "no message was received"
		}
		return value(r)
	}
	return m
}

// scheduler returns how long goroutines waited for a core.
func scheduler(name string, ns func(*stats.Quantiled) int64) metric {
	return metric{name: "client.scheduler." + name, unit: duration, value: func(r *stats.Result) (float64, string) {
		if r.Client.SchedLatency == nil {
			return 0, "no goroutine waited"
		}
		return float64(ns(r.Client.SchedLatency)), ""
	}}
}
