package report

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"wsstorm/stats"
)

// plotted returns the rows of an hgrm file as the percentile plotter takes them
// (plotFiles.html), and the row of 100%, which has three columns.
func plotted(text string) [][]string {
	var rows [][]string
	for line := range strings.Lines(text) {
		values := strings.Fields(line)
		if len(values) < 3 || strings.HasPrefix(line, "#") {
			continue
		}
		if _, err := strconv.ParseFloat(values[0], 64); err == nil {
			rows = append(rows, values)
		}
	}
	return rows
}

// invalid.java.hgrm was printed by HdrHistogram 2.2.2 for Java, from Maven
// Central (outputPercentileDistribution(out, 5, 1e6)), of the line tagged rtt
// in invalid.hlog; hdr-histogram-js 3.0.1 from npm prints the same rows. It has
// three decimals where we have six.
func TestHGRMIsThatOfJava(t *testing.T) {
	java, err := os.ReadFile(filepath.Join("testdata", "invalid.java.hgrm"))
	if err != nil {
		t.Fatal(err)
	}
	want := plotted(string(java))
	got := plotted(string(rendered(t, "hgrm", results()["invalid"])))
	if len(got) != len(want) || len(want) < 50 {
		t.Fatalf("got %d rows, want %d", len(got), len(want))
	}
	for i, row := range got {
		ms, err := strconv.ParseFloat(row[0], 64)
		if err != nil {
			t.Fatal(err)
		}
		row[0] = decimal(ms, 3)
		if g, w := strings.Join(row, " "), strings.Join(want[i], " "); g != w {
			t.Errorf("row %d: got %q, want %q", i, g, w)
		}
	}
}

func TestHGRMOfTheMetricAskedFor(t *testing.T) {
	for name, m := range map[string]stats.Metric{"idle": stats.Ping, "suspect": stats.Lag} {
		var b bytes.Buffer
		r := results()[name]
		if err := HGRM(&b, r, m); err != nil {
			t.Fatal(err)
		}
		rows := plotted(b.String())
		if len(rows) == 0 {
			t.Fatalf("%s of %s: no rows", m, name)
		}
		l, last := r.Latency[m.String()], rows[len(rows)-1]
		want := []string{decimal(float64(l.MaxNS)/float64(time.Millisecond), 6), "1.000000000000", integer(l.Count)}
		if got := strings.Join(last, " "); got != strings.Join(want, " ") {
			t.Errorf("%s of %s: got last row %q, want %q", m, name, got, want)
		}
		if !strings.HasPrefix(b.String(), "#[wsstorm: "+m.String()+" of ") {
			t.Errorf("%s of %s: the metric is not named: %.40q", m, name, b.String())
		}
	}
}
