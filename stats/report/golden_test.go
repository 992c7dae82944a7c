package report

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wsstorm/stats"
)

// checkGolden compares got with a file of testdata.
func checkGolden(t *testing.T, file string, got []byte) {
	t.Helper()
	golden := filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s: got:\n%s\nwant:\n%s", file, got, want)
	}
}

// forms are the formats that are rendered from one result, by the ending of
// their files.
var forms = map[string]func(io.Writer, *stats.Result) error{
	"csv":   CSV,
	"hgrm":  func(w io.Writer, r *stats.Result) error { return HGRM(w, r, stats.RTT) },
	"hlog":  HLog,
	"md":    func(w io.Writer, r *stats.Result) error { return Markdown(w, r, Objectives(r)) },
	"bench": GoBench,
	"prom":  Prom,
	"xml": func(w io.Writer, r *stats.Result) error {
		return JUnit(w, Suite{Name: r.URL, Started: r.Started, Cases: append([]Case{Measurement(r)}, Objectives(r)...)})
	},
	"github": func(w io.Writer, r *stats.Result) error {
		return Annotations(w, append([]Case{Measurement(r)}, Objectives(r)...))
	},
}

// bySecond returns a copy of a result with two intervals.
func bySecond(name string) *stats.Result {
	r := *results()[name]
	r.Intervals = []stats.Interval{
		{TimeS: -0.5, Phase: "open", LengthS: 0.25, Connections: 1000},
		{TimeS: 1, Phase: "measure", LengthS: 1, Sent: 12_010, Received: 12_000, Errors: 3, Connections: 999, RTTP50NS: 20_479, RTTP99NS: 5_603_327, RTTMaxNS: 1_200_619_519},
	}
	return &r
}

// rendered returns a result in one form.
func rendered(t *testing.T, form string, r *stats.Result) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := forms[form](&b, r); err != nil {
		t.Fatalf("%s: %v", form, err)
	}
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	for _, file := range []string{
		"closed.csv", "invalid.csv", "zero.csv",
		"closed.hgrm", "invalid.hgrm", "idle.hgrm", "broadcast.hgrm",
		"suspect.hlog", "invalid.hlog", "idle.hlog",
		"closed.md", "missed.md", "suspect.md", "invalid.md", "errors.md", "stages.md", "readers.md", "broadcast.md", "storm.md", "churn.md", "nothing.md", "unopened.md", "interrupted.md", "zero.md",
		"closed.bench", "suspect.bench", "invalid.bench", "errors.bench", "stages.bench", "readers.bench", "broadcast.bench", "idle.bench", "zero.bench",
		"closed.prom", "missed.prom", "invalid.prom", "errors.prom", "huge.prom", "broadcast.prom", "zero.prom",
		"closed.xml", "missed.xml", "suspect.xml", "invalid.xml",
		"closed.github", "missed.github", "suspect.github", "invalid.github", "unopened.github", "unopened.xml",
	} {
		name, form, _ := strings.Cut(file, ".")
		r := results()[name]
		if form == "csv" && name != "zero" {
			r = bySecond(name)
		}
		checkGolden(t, file, rendered(t, form, r))
	}
}

// Whatever the format, an invalid or suspect result must not pass for a valid
// one.
func TestEveryFormTellsTheVerdict(t *testing.T) {
	words := map[stats.Level]string{stats.Suspect: "suspect", stats.Invalid: "invalid"}
	for form := range forms {
		for _, name := range []string{"closed", "suspect", "invalid"} {
			r := bySecond(name)
			got := strings.ToLower(string(rendered(t, form, r)))
			if form == "prom" { // has a series for each status that there is
				got, _, _ = strings.Cut(got, "\n# help wsstorm_verdict")
			}
			for level, word := range words {
				if got, want := strings.Contains(got, word), r.Verdict.Status == level; got != want {
					t.Errorf("%s of the result %q says %q: %v, want %v", form, name, word, got, want)
				}
			}
			for _, check := range weakening(r.Verdict) {
				if !strings.Contains(got, check) {
					t.Errorf("%s of the result %q does not name the check %q", form, name, check)
				}
			}
		}
	}
}

func TestFormsReturnWriteError(t *testing.T) {
	for form, write := range forms {
		if err := write(brokenWriter{}, bySecond("suspect")); !errors.Is(err, errBroken) {
			t.Errorf("%s: got error %v, want %v", form, err, errBroken)
		}
	}
}

// Every result has to come out in every form, but for one whose histograms
// are missing where they are needed.
func TestFormsTakeEveryResult(t *testing.T) {
	for form, write := range forms {
		for name, r := range results() {
			err := write(io.Discard, r)
			if want := name == "huge" && (form == "hgrm" || form == "hlog"); (err != nil) != want {
				t.Errorf("%s of %s: got error %v, want one: %v", form, name, err, want)
			}
		}
	}
}
