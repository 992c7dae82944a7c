package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"wsstorm/stats"
)

// GoBench writes r in the Go benchmark format (golang.org/design/14313), for
// benchstat: messages a second, and the quantiles of every latency that the
// server has a part in, the number of samples in place of the iterations.
//
//	BenchmarkWsstorm/rtt/p99 120000 10180000 ns/op
//
// The configuration says what was offered, so that benchstat does not compare
// one load with another. It does not say the URL: that the old server and the
// new one listen on different ports makes them no less comparable. An invalid
// result has "verdict: invalid" there, and so gets a table of its own; what
// makes a result suspect is said in comments only, because one suspect run in
// ten must not fall out of the comparison.
//
// Several outputs may be put into one file. benchstat of golang.org/x/perf
// v0.0.0-20260908200009-22c9c6c9d4da has compared two files of six runs each,
// and told an invalid, a valid and a suspect run in one file apart.
func GoBench(w io.Writer, r *stats.Result) error {
	var b strings.Builder
	comment(&b, []string{"wsstorm " + r.Tool.Version, r.URL})
	comment(&b, warnings(r.Verdict))
	verdict := "" // deletes what an earlier output in the same file has said
	if r.Verdict.Status == stats.Invalid {
		verdict = string(stats.Invalid)
	}
	for _, c := range [...][2]string{
		{"goos", r.Tool.OS},
		{"goarch", r.Tool.Arch},
		{"pkg", "wsstorm"},
		{"driver", r.Driver},
		{"connections", integer(r.Connections.Requested)},
		{"load", strings.Join((&text{r: r}).load(), ", ")},
		{"verdict", verdict},
	} {
		b.WriteString(strings.TrimRight(c[0]+": "+clean(c[1]), " ") + "\n")
	}
	b.WriteString("Unit ns/op better=lower\nUnit messages/s better=higher\n")
	if n := r.Messages.Received; n > 0 {
		fmt.Fprintf(&b, "BenchmarkWsstorm/messages %d %s messages/s\n", n, number(r.Messages.Rate))
	}
	for _, m := range shownMetrics(r) {
		if m == stats.Lag || m == stats.Queue {
			continue // the client's own
		}
		benchmarks(&b, m.String(), r.Latency[m.String()])
	}
	for _, s := range r.Sizes {
		if s.RTT != nil {
			benchmarks(&b, r.Headline().String()+"/size="+strings.ReplaceAll(clean(s.Bytes), " ", "_"), s.RTT)
		}
	}
	for i, s := range r.Stages {
		if s.RTT != nil && len(r.Stages) > 1 {
			benchmarks(&b, fmt.Sprintf("%s/stage=%d", r.Headline(), i+1), s.RTT)
		}
	}
	for _, g := range r.Groups {
		if g.RTT != nil && !g.Aside {
			benchmarks(&b, "rtt/group="+strings.ReplaceAll(clean(g.Name), " ", "_"), g.RTT)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// benchmarks writes a line for each quantile of l that the text report shows.
// The maximum is not among them: it says more about luck than about a server.
func benchmarks(b *strings.Builder, name string, l *stats.Latency) {
	for _, q := range timeColumns {
		if ns, ok := l.Quantile(q); ok {
			fmt.Fprintf(b, "BenchmarkWsstorm/%s/p%s %d %d ns/op\n", name, q, l.Count, ns)
		}
	}
}

// shownMetrics returns the metrics of r that have values, without those that
// only repeat another: in a closed loop a message is due when it is sent, and a
// row of its own tells when connections were open.
func shownMetrics(r *stats.Result) []stats.Metric {
	var metrics []stats.Metric
	for _, m := range latencyOrder {
		if r.Latency[m.String()] != nil && m != stats.OpenAfter && !(m == stats.Service && rttIsService(r)) {
			metrics = append(metrics, m)
		}
	}
	return metrics
}

func rttIsService(r *stats.Result) bool {
	return r.Load.InFlight > 0 && r.Latency[stats.RTT.String()] != nil
}

// number returns v with as many digits as it has.
func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
