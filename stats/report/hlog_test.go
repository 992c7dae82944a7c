package report

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"wsstorm/stats"
)

// suspect.hlog.tsv is what three implementations that nobody here wrote read
// from suspect.hlog, the same from each: HdrHistogram 2.2.2 for Java, from
// Maven Central (whose HistogramLogProcessor lists the tags and plots one, too),
// hdrhistogram 0.10.8 from PyPI and hdr-histogram-js 3.0.1 from npm. Whoever
// changes the golden file has to let them read it again, and may then find a
// quantile one counter, a thousandth, apart: hdrhistogram-go and Python take the
// rank nearest to p × count, Java and JavaScript the next one above.
func TestHLogIsReadByOthers(t *testing.T) {
	f, err := os.Open(filepath.Join("testdata", "suspect.hlog.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	table := csv.NewReader(f)
	table.Comma = '\t'
	rows, err := table.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	r := results()["suspect"]
	if got, want := len(rows)-1, len(r.Latency); got != want {
		t.Errorf("%d metrics were read, want %d", got, want)
	}
	const start, end = "1767323045.000", "1767323055.000"
	for _, row := range rows[1:] {
		l := r.Latency[row[0]]
		if l == nil {
			t.Errorf("metric %q was read, and the result has none", row[0])
			continue
		}
		h, err := l.Histogram()
		if err != nil {
			t.Fatal(err)
		}
		want := []string{row[0], integer(l.Count), integer(l.MinNS),
			integer(h.ValueAtPercentile(50)), integer(h.ValueAtPercentile(99)), integer(l.MaxNS), start, end}
		if got := strings.Join(row, " "); got != strings.Join(want, " ") {
			t.Errorf("others read %q, want %q", got, want)
		}
	}
}

// The library's own reader says for every result what the golden file can say
// for a few only.
func TestHLogReadsBack(t *testing.T) {
	for name, r := range results() {
		if name == "huge" {
			continue // has no histograms
		}
		reader := hdrhistogram.NewHistogramLogReader(bytes.NewReader(rendered(t, "hlog", r)))
		read := make(map[string]bool)
		for {
			h, err := reader.NextIntervalHistogram()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if h == nil { // the end: there is no io.EOF
				break
			}
			read[h.Tag()] = true
			l := r.Latency[h.Tag()]
			if l == nil {
				t.Errorf("%s: got a histogram tagged %q", name, h.Tag())
				continue
			}
			if want, err := l.Histogram(); err != nil || !h.Equals(want) {
				t.Errorf("%s: %s: got another histogram than went in (%v)", name, h.Tag(), err)
			}
		}
		if got, want := len(read), len(r.Latency); got != want {
			t.Errorf("%s: got %d histograms, want %d", name, got, want)
		}
	}
}

func TestHLogStartsToTheMillisecond(t *testing.T) {
	r := *results()["idle"]
	r.Started = time.Date(2026, 1, 2, 4, 4, 5, 678_900_000, time.FixedZone("", 3600))
	r.WindowS = 1.2345
	text := string(rendered(t, "hlog", &r))
	for _, want := range []string{
		"\n#[StartTime: 1767323045.678 (seconds since epoch), 2026-01-02T03:04:05.6789Z]\n",
		"\nTag=" + stats.Open.String() + ",0.000,1.234,",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("got:\n%s\nwithout %q", text, want)
		}
	}
	// A time stamp before 1970 stops the readers.
	if got := string(rendered(t, "hlog", &stats.Result{})); strings.Contains(got, "StartTime:") {
		t.Errorf("a result that has no start: got %q", got)
	}
}
