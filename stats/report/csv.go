package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"wsstorm/stats"
)

// csvColumns are the columns of CSV, in their order. Later versions may append
// to them.
var csvColumns = []string{
	"t_s", "phase", "length_s", "sent", "received", "received_per_s", "errors", "connections",
	"rtt_p50_ms", "rtt_p99_ms", "rtt_max_ms", "verdict", "findings",
	"opened", "closed",
}

// CSV writes the intervals of r, a row for each second of the run, as RFC 4180
// says but for line ends of LF: what one pastes into a spreadsheet to draw how
// a run went. What r knows of the run as a whole is in the other formats; two
// tables in one file would be read by nothing.
//
// The columns are those of Interval, with received_per_s computed, and
// latencies in milliseconds; where no reply came, theirs are empty and not 0.
// CSV has no comments, so the verdict on the run, and the names of the checks
// that weaken it, stand in every row: they stay with the numbers when rows of
// several files are put together.
func CSV(w io.Writer, r *stats.Result) error {
	verdict, findings := clean(string(r.Verdict.Status)), strings.Join(weakening(r.Verdict), " ")
	c := csv.NewWriter(w)
	rows := [][]string{csvColumns}
	for _, i := range r.Intervals {
		perSecond := ""
		if i.LengthS > 0 {
			perSecond = decimal(float64(i.Received)/i.LengthS, 1)
		}
		rows = append(rows, []string{
			decimal(i.TimeS, 3), clean(i.Phase), decimal(i.LengthS, 3),
			integer(i.Sent), integer(i.Received), perSecond, integer(i.Errors), integer(i.Connections),
			milliseconds(i.RTTP50NS), milliseconds(i.RTTP99NS), milliseconds(i.RTTMaxNS),
			verdict, findings,
			integer(i.Opened), integer(i.Closed),
		})
	}
	if err := c.WriteAll(rows); err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	return nil
}

func integer(n int64) string { return strconv.FormatInt(n, 10) }

// decimal returns v with so many decimals.
func decimal(v float64, decimals int) string { return strconv.FormatFloat(v, 'f', decimals, 64) }

// milliseconds returns ns in milliseconds, to the nanosecond; nothing for 0,
// which stands for the lack of a value.
func milliseconds(ns int64) string {
	if ns == 0 {
		return ""
	}
	return decimal(float64(ns)/1e6, 6)
}
