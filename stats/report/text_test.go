package report

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wsstorm/stats"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func render(t *testing.T, r *stats.Result, opt TextOptions) string {
	t.Helper()
	var buf bytes.Buffer
	if err := Text(&buf, r, opt); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func TestTextGolden(t *testing.T) {
	for name, r := range results() {
		got := render(t, r, TextOptions{})
		golden := filepath.Join("testdata", name+".txt")
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: got:\n%s\nwant:\n%s", name, got, want)
		}
	}
}

func TestTextFits(t *testing.T) {
	for name, r := range results() {
		for _, width := range []int{0, 80, 81, 132} {
			for line := range strings.Lines(render(t, r, TextOptions{Width: width})) {
				line = strings.TrimSuffix(line, "\n")
				if got, want := cells(line), max(width, 80); got > want {
					t.Errorf("%s at width %d: line of %d columns, want %d at most: %q", name, width, got, want, line)
				}
				if strings.TrimRight(line, " ") != line || clean(line) != line {
					t.Errorf("%s at width %d: trailing space or unprintable character: %q", name, width, line)
				}
			}
		}
	}
}

// A wider terminal shows more of what is cut.
func TestTextUsesTheWidth(t *testing.T) {
	r := results()["errors"]
	text := render(t, r, TextOptions{Width: 200})
	for _, want := range []string{r.URL, r.Errors["reset"].Example} {
		if !strings.Contains(text, want) {
			t.Errorf("at 200 columns, the report does not contain %q", want)
		}
	}
}

var escape = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestTextColor(t *testing.T) {
	for name, r := range results() {
		plain := render(t, r, TextOptions{})
		if escape.MatchString(plain) {
			t.Errorf("%s: colour without being asked for", name)
		}
		colored := render(t, r, TextOptions{Color: true})
		if got := escape.ReplaceAllString(colored, ""); got != plain {
			t.Errorf("%s: but for the colours, got:\n%s\nwant:\n%s", name, got, plain)
		}
		for line := range strings.Lines(colored) {
			if codes := escape.FindAllString(line, -1); len(codes)%2 != 0 || len(codes) > 0 && codes[len(codes)-1] != "\x1b[0m" {
				t.Errorf("%s: a colour reaches beyond its line: %q", name, line)
			}
		}
		marked := strings.Contains(colored, "\x1b["+string(red)+"m")
		missed := slices.ContainsFunc(r.Objectives, func(o stats.Objective) bool { return o.Missed })
		if want := r.Verdict.Status == stats.Invalid || missed; marked != want {
			t.Errorf("%s: red: got %v, want %v for status %q, an objective missed: %v", name, marked, want, r.Verdict.Status, missed)
		}
	}
}

// TestTextTellsFindingsOnce: each of them, wherever its place is.
func TestTextTellsFindingsOnce(t *testing.T) {
	for name, r := range results() {
		text := strings.Join(strings.Fields(render(t, r, TextOptions{})), " ")
		for _, f := range r.Verdict.Findings {
			if got := strings.Count(text, " "+finding(f)); got != 1 {
				t.Errorf("%s: finding %q is told %d times, want 1", name, finding(f), got)
			}
		}
	}
}

func TestTextReturnsWriteError(t *testing.T) {
	if err := Text(brokenWriter{}, results()["closed"], TextOptions{}); !errors.Is(err, errBroken) {
		t.Errorf("got error %v, want %v", err, errBroken)
	}
	if err := WriteJSON(brokenWriter{}, results()["closed"]); !errors.Is(err, errBroken) {
		t.Errorf("JSON: got error %v, want %v", err, errBroken)
	}
}

var errBroken = errors.New("broken")

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }
