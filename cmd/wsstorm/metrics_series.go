package main

import (
	"runtime"

	"github.com/prometheus/client_golang/prometheus"

	"wsstorm/loadgen"
	"wsstorm/stats"
)

// A series is one of the metrics.
type series struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(p loadgen.Progress) float64
}

func gauge(name, help string, value func(loadgen.Progress) float64) series {
	return series{prometheus.NewDesc(livePrefix+name, help, nil, nil), prometheus.GaugeValue, value}
}

func counter(name, help string, value func(loadgen.Progress) int64) series {
	return series{prometheus.NewDesc(livePrefix+name, help, nil, nil), prometheus.CounterValue,
		func(p loadgen.Progress) float64 { return float64(value(p)) }}
}

func perLength(n func(stats.Interval) int64) func(loadgen.Progress) float64 {
	return func(p loadgen.Progress) float64 { return float64(n(p.Interval)) / p.Interval.LengthS }
}

func inSeconds(ns func(stats.Interval) int64) func(loadgen.Progress) float64 {
	return func(p loadgen.Progress) float64 { return float64(ns(p.Interval)) / 1e9 }
}

// What there is to tell: of the whole run so far, of the time that is left, of the
// last second, of its replies, and what no other system than Linux tells.
var (
	overall = []series{
		gauge("elapsed_seconds", "Time since the run began.", func(p loadgen.Progress) float64 { return p.Elapsed.Seconds() }),
		gauge("connections", "Connections that are open.", func(p loadgen.Progress) float64 { return float64(p.Interval.Connections) }),
		counter("connections_opened_total", "Connections that were opened.", func(p loadgen.Progress) int64 { return p.Totals.Opened }),
		counter("connections_failed_total", "Connections that were never opened.", func(p loadgen.Progress) int64 { return p.Totals.Failed }),
		counter("messages_sent_total", "Messages sent, in whatever phase.", func(p loadgen.Progress) int64 { return p.Totals.Sent }),
		counter("messages_received_total", "Messages received, in whatever phase.", func(p loadgen.Progress) int64 { return p.Totals.Received }),
		counter("messages_lost_total", "Messages that are known to get no reply.", func(p loadgen.Progress) int64 { return p.Totals.Lost }),
		counter("errors_total", "Failures of all classes.", func(p loadgen.Progress) int64 { return p.Totals.Errors }),
	}
	untilEnd = []series{
		gauge("left_seconds", "Time until the measured window ends.", func(p loadgen.Progress) float64 { return p.Left.Seconds() }),
	}
	lastSecond = []series{
		gauge("messages_sent_per_second", "Messages sent in the last second.", perLength(func(i stats.Interval) int64 { return i.Sent })),
		gauge("messages_received_per_second", "Messages received in the last second.", perLength(func(i stats.Interval) int64 { return i.Received })),
		gauge("client_cpu_cores", "Cores that the load generator kept busy in the last second.", func(p loadgen.Progress) float64 { return p.Interval.Client.CPUCores }),
		gauge("client_gc_pause_max_seconds", "The longest pause of its garbage collector in the last second.", inSeconds(func(i stats.Interval) int64 { return i.Client.GCPauseNS })),
		gauge("client_scheduler_max_seconds", "The longest wait of one of its goroutines for a core in the last second.", inSeconds(func(i stats.Interval) int64 { return i.Client.SchedNS })),
	}
	lastReplies = []series{
		gauge("rtt_p50_seconds", "Median rtt of the replies of the last second.", inSeconds(func(i stats.Interval) int64 { return i.RTTP50NS })),
		gauge("rtt_p99_seconds", "99th percentile of their rtt.", inSeconds(func(i stats.Interval) int64 { return i.RTTP99NS })),
		gauge("rtt_max_seconds", "The greatest rtt among them.", inSeconds(func(i stats.Interval) int64 { return i.RTTMaxNS })),
	}
	onlyLinux = []series{
		gauge("client_busiest_thread_ratio", "Share of the last second that the load generator's busiest thread ran for.", func(p loadgen.Progress) float64 { return p.Interval.Client.BusiestThread }),
		gauge("client_steal_ratio", "Share of the machine's CPU time that its hypervisor withheld in the last second.", func(p loadgen.Progress) float64 { return p.Interval.Client.Steal }),
		gauge("client_throttled_seconds", "Time of the last second for which a CPU quota stopped the load generator.", func(p loadgen.Progress) float64 { return p.Interval.Client.ThrottledS }),
	}
	phases = []string{"open", "warmup", "measure", "drain", "close"}
)

const livePrefix = "wsstorm_live_"

var phaseDesc = prometheus.NewDesc(livePrefix+"phase", "The phase that the run is in: 1 for that one.", []string{"phase"}, nil)

// Describe sends nothing: which metrics there are depends on the run.
func (m *liveMetrics) Describe(chan<- *prometheus.Desc) {}

// Collect sends what is known of the run.
func (m *liveMetrics) Collect(to chan<- prometheus.Metric) {
	m.mu.Lock()
	last, full := m.last, m.full
	m.mu.Unlock()
	send := func(all []series, p loadgen.Progress) {
		for _, s := range all {
			to <- prometheus.MustNewConstMetric(s.desc, s.kind, s.value(p))
		}
	}
	for _, name := range phases {
		is := 0.0
		if name == last.Phase {
			is = 1
		}
		to <- prometheus.MustNewConstMetric(phaseDesc, prometheus.GaugeValue, is, name)
	}
	send(overall, last)
	if last.Left >= 0 {
		send(untilEnd, last)
	}
	if full.Interval.LengthS == 0 {
		return
	}
	send(lastSecond, full)
	if full.Interval.RTTP50NS > 0 {
		send(lastReplies, full)
	}
	if runtime.GOOS == "linux" {
		send(onlyLinux, full)
	}
}
