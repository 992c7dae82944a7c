package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"wsstorm/stats"
)

// Prom writes r in the text format of Prometheus, version 0.0.4, for a
// Pushgateway or the textfile collector of node_exporter. Everything is in
// base units, and no sample has a time stamp, which both refuse.
//
// Latencies are summaries, not histograms: the run is over, so that there is
// nothing left to aggregate, and the quantiles are as exact as in any other
// format. Quantiles that too few values lie beyond are not there, nor is what a
// result says by size, by stage or by second.
//
// wsstorm_verdict is 1 for the one status that applies; an invalid or suspect
// result says so in comments too.
func Prom(w io.Writer, r *stats.Result) error {
	var e exposition
	comment(&e.Builder, warnings(r.Verdict))
	e.about(r)
	e.counts(r)
	e.latencies(r)
	e.client(r.Client)
	e.objectives(r.Objectives)
	_, err := io.WriteString(w, e.String())
	return err
}

// An exposition collects metric families.
type exposition struct{ strings.Builder }

// family begins a family, whose samples follow.
func (e *exposition) family(name, kind, help string) {
	fmt.Fprintf(e, "# HELP wsstorm_%s %s\n# TYPE wsstorm_%s %s\n", name, help, name, kind)
}

// sample writes one sample; labels are names and values in turn.
func (e *exposition) sample(name string, value float64, labels ...string) {
	e.WriteString("wsstorm_" + name)
	for i := 0; i < len(labels); i += 2 {
		open := ","
		if i == 0 {
			open = "{"
		}
		e.WriteString(open + labels[i] + `="` + promLabel.Replace(strings.ToValidUTF8(labels[i+1], string(utf8.RuneError))) + `"`)
	}
	if len(labels) > 0 {
		e.WriteByte('}')
	}
	e.WriteString(" " + number(value) + "\n")
}

var promLabel = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// single writes a family of one sample.
func (e *exposition) single(name, kind, help string, value float64) {
	e.family(name, kind, help)
	e.sample(name, value)
}

func (e *exposition) counter(name, help string, n int64) {
	e.single(name, "counter", help, float64(n))
}

// about tells what was measured, how, and whether to believe it.
func (e *exposition) about(r *stats.Result) {
	e.family("result_info", "gauge", "What made this result, and of what.")
	e.sample("result_info", 1, "version", r.Tool.Version, "os", r.Tool.OS, "arch", r.Tool.Arch, "driver", r.Driver, "url", r.URL)
	e.family("verdict", "gauge", "Whether these numbers may be believed: 1 for the status that applies.")
	for _, s := range [...]stats.Level{stats.Valid, stats.Suspect, stats.Invalid} {
		e.sample("verdict", truth(r.Verdict.Status == s), "status", string(s))
	}
	e.family("findings", "gauge", "Self-checks that did not pass, by check and level.")
	type kind struct{ check, level string }
	var kinds []kind
	found := make(map[kind]int)
	for _, f := range r.Verdict.Findings {
		k := kind{f.Check, string(f.Level)}
		if found[k] == 0 {
			kinds = append(kinds, k)
		}
		found[k]++
	}
	for _, k := range kinds {
		e.sample("findings", float64(found[k]), "check", k.check, "level", k.level)
	}
	if !r.Started.IsZero() {
		e.single("start_timestamp_seconds", "gauge", "When the measured window began.", float64(r.Started.UnixMilli())/1e3)
	}
	e.single("window_seconds", "gauge", "Length of the measured window.", r.WindowS)
	e.single("interrupted", "gauge", "Whether the run was ended before its time.", truth(r.Interrupted))
}

func (e *exposition) counts(r *stats.Result) {
	c, m := r.Connections, r.Messages
	e.counter("connections_requested_total", "Connections that were asked for.", c.Requested)
	e.counter("connections_opened_total", "Connections that were opened.", c.Opened)
	e.counter("connections_failed_total", "Connections that were never opened.", c.Failed)
	e.counter("connections_closed_total", "Connections closed by the client, with the closing handshake.", c.Closed)
	e.counter("connections_peer_closed_total", "Connections closed by the peer, with the closing handshake.", c.PeerClosed)
	e.counter("connections_dropped_total", "Connections lost without a closing handshake.", c.Dropped)
	e.counter("connections_still_open_total", "Connections whose close was never answered.", c.StillOpen)
	e.counter("messages_sent_total", "Messages due in the measured window that were sent.", m.Sent)
	e.counter("messages_received_total", "Replies to them.", m.Received)
	e.counter("messages_lost_total", "Messages without a reply by the end of the drain.", m.Lost)
	e.counter("messages_mismatched_total", "Replies whose bytes are not what was sent.", m.Mismatched)
	e.counter("messages_duplicated_total", "Replies to messages that had been answered.", m.Duplicated)
	e.counter("messages_reordered_total", "Replies that came after that to a later message.", m.Reordered)
	e.counter("messages_unexpected_total", "Messages that answer nothing.", m.Unexpected)
	e.counter("messages_unsent_total", "Messages due in the window and never sent.", m.Unsent)
	e.counter("messages_blocked_total", "Messages sent late because the peer did not read.", m.Blocked)
	if b := r.Broadcast; b != nil {
		e.counter("broadcast_expected_total", "Copies to be delivered: messages received and lost.", b.Expected)
		e.counter("broadcast_incomplete_total", "Messages that did not reach every subscriber.", b.Incomplete)
		e.counter("broadcast_other_total", "Messages received that are none of this run's.", b.Other)
	}
	e.single("messages_per_second", "gauge", "Replies a second, over the measured window.", m.Rate)
	e.counter("sent_bytes_total", "Bytes sent, frames with their headers.", r.Bytes.Sent)
	e.counter("received_bytes_total", "Bytes received, frames with their headers.", r.Bytes.Received)
	e.family("errors_total", "counter", "Failures by class, over the whole run.")
	for class := range stats.NumClasses { // all of them: a rule needs the zeros
		e.sample("errors_total", float64(r.Errors[class.String()].Count), "class", class.String())
	}
	e.family("closes_total", "counter", "Connections by the close codes that went each way; 0 for no Close frame, 1005 for one without a code.")
	for _, c := range r.Closes {
		e.sample("closes_total", float64(c.Count), "sent", integer(int64(c.Sent)), "received", integer(int64(c.Received)))
	}
}

func (e *exposition) latencies(r *stats.Result) {
	gauge := func(name, help string, value func(*stats.Latency) float64) {
		e.family(name, "gauge", help)
		for _, m := range latencyOrder {
			if l := r.Latency[m.String()]; l != nil {
				e.sample(name, value(l), "metric", m.String())
			}
		}
	}
	e.family("latency_seconds", "summary", "Latencies by metric, over the whole run.")
	for _, m := range latencyOrder {
		l := r.Latency[m.String()]
		if l == nil {
			continue
		}
		for q := range stats.NumQuantiles {
			if ns, ok := l.Quantile(q); ok {
				e.sample("latency_seconds", float64(ns)/1e9, "metric", m.String(), "quantile", number(1-q.Tail()))
			}
		}
		e.sample("latency_seconds_sum", l.MeanNS*float64(l.Count)/1e9, "metric", m.String())
		e.sample("latency_seconds_count", float64(l.Count), "metric", m.String())
	}
	gauge("latency_min_seconds", "The least value of each metric.", func(l *stats.Latency) float64 { return float64(l.MinNS) / 1e9 })
	gauge("latency_max_seconds", "The greatest value of each metric.", func(l *stats.Latency) float64 { return float64(l.MaxNS) / 1e9 })
	gauge("latency_clamped", "Values out of range, recorded as its nearest end.", func(l *stats.Latency) float64 { return float64(l.Clamped) })
}

// client tells what the load generator itself needed in the measured window.
func (e *exposition) client(c stats.Client) {
	e.family("client_cpu_seconds_total", "counter", "CPU time of the load generator, over the measured window.")
	e.sample("client_cpu_seconds_total", c.CPUUserS, "mode", "user")
	e.sample("client_cpu_seconds_total", c.CPUSystemS, "mode", "system")
	e.single("client_cores", "gauge", "Cores that the load generator may use.", c.Cores)
	e.single("client_max_resident_memory_bytes", "gauge", "Most memory that the load generator had.", float64(c.MaxRSSBytes))
	e.counter("client_gc_cycles_total", "Cycles of the load generator's garbage collector.", c.GC.Cycles)
	e.single("client_gc_pause_max_seconds", "gauge", "Its longest pause.", float64(c.GC.PauseMaxNS)/1e9)
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
