package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"wsstorm/stats"
)

// hgrmTicks is how many rows there are on each halving of the distance to
// 100%: as many as the HdrHistogram tools print by default.
const hgrmTicks = 5

// HGRM writes the distribution of one metric as HdrHistogram's percentile
// plotter reads it (plotFiles.html): value in milliseconds, percentile, count
// of the values up to it, and 1/(1-percentile), which the row of 100% has not.
// Where messages were lost no row comes that far.
// What else there is to say stands in lines that begin with #, which readers
// skip. Of a metric without values it writes these lines and no row.
//
// The library's own printer is not used, because it leaves values of a
// loopback connection with two digits: three decimals of a millisecond end at
// the microsecond.
func HGRM(w io.Writer, r *stats.Result, m stats.Metric) error {
	if m == stats.RTT {
		m = r.Headline() // nobody is answered in a broadcast
	}
	var b strings.Builder
	fmt.Fprintf(&b, "#[wsstorm: %s of %s, in ms]\n", m, clean(r.URL))
	comment(&b, warnings(r.Verdict))
	if err := percentiles(&b, r.Latency[m.String()]); err != nil {
		return fmt.Errorf("%s: %w", m, err)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// percentiles writes the rows of l, which may be nil, between head and foot.
func percentiles(b *strings.Builder, l *stats.Latency) error {
	fmt.Fprintf(b, "%12s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)")
	if l == nil {
		b.WriteString("#[Total count = 0]\n")
		return nil
	}
	h, err := l.Histogram()
	if err != nil {
		return err
	}
	const ms = float64(time.Millisecond)
	for _, row := range h.CumulativeDistributionWithTicks(hgrmTicks) {
		p := row.Quantile / 100 * float64(l.Count) / float64(l.Total()) // what did not come lies beyond
		fmt.Fprintf(b, "%12.6f %.12f %10d", float64(row.ValueAt)/ms, p, row.Count)
		if p < 1 {
			fmt.Fprintf(b, " %14.2f", 1/(1-p))
		}
		b.WriteByte('\n')
	}
	if l.Censored > 0 {
		fmt.Fprintf(b, "#[Censored = %d, greater than any of these]\n", l.Censored)
	}
	fmt.Fprintf(b, "#[Mean    = %12.6f, StdDeviation   = %12.6f]\n", l.MeanNS/ms, l.StddevNS/ms)
	fmt.Fprintf(b, "#[Max     = %12.6f, Total count    = %12d]\n", float64(l.MaxNS)/ms, l.Count)
	return nil
}

// comment writes lines that readers of HdrHistogram's formats, of Go
// benchmarks, and of Prometheus' text skip.
func comment(b *strings.Builder, lines []string) {
	for _, line := range lines {
		b.WriteString(strings.TrimRight("# "+clean(line), " ") + "\n")
	}
}
