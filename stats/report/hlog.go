package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"wsstorm/stats"
)

// HLog writes the histograms of r as an HdrHistogram log, version 1.3, for
// HistogramLogProcessor and its like. Values are in nanoseconds, Interval_Max
// in milliseconds.
//
// A result has one histogram per metric for the whole run, not one per second,
// and so there is one line each, tagged with the metric's name; a tool that
// asks for no tag finds none. All lines begin with the measured window and
// last as long as it, though openings and closings are counted outside of it
// too.
//
// The lines are formatted here: the library's OutputStartTime cuts the start
// to whole seconds.
func HLog(w io.Writer, r *stats.Result) error {
	var b strings.Builder
	b.WriteString("#[Histogram log format version 1.3]\n")
	fmt.Fprintf(&b, "#[wsstorm: latencies of %s, in ns]\n", clean(r.URL))
	comment(&b, warnings(r.Verdict))
	if !r.Started.IsZero() {
		// Without this line, readers count from the first time stamp.
		fmt.Fprintf(&b, "#[StartTime: %.3f (seconds since epoch), %s]\n",
			float64(r.Started.UnixMilli())/1e3, r.Started.UTC().Format(time.RFC3339Nano))
	}
	b.WriteString(`"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"` + "\n")
	for _, m := range latencyOrder {
		l := r.Latency[m.String()]
		if l == nil {
			continue
		}
		// Decoded to be checked: the line holds the text as it is.
		if _, err := l.Histogram(); err != nil {
			return fmt.Errorf("%s: %w", m, err)
		}
		if l.Censored > 0 {
			fmt.Fprintf(&b, "#[%s: without %d lost ones, which took longer than any of these]\n", m, l.Censored)
		}
		fmt.Fprintf(&b, "Tag=%s,0.000,%.3f,%.3f,%s\n", m, r.WindowS, float64(l.MaxNS)/1e6, l.HDR)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
