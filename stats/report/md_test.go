package report

import (
	"bytes"
	"strings"
	"testing"

	"wsstorm/stats"
)

// hostileResult is a run whose peer wrote hostile wherever it could.
func hostileResult() *stats.Result {
	r := *results()["errors"]
	r.URL = hostile
	r.Driver = hostile
	r.Errors = map[string]stats.Errors{stats.ErrReset.String(): {Count: 3, Example: hostile}}
	return &r
}

// The golden file was rendered by GitHub's own cmark-gfm (cmarkgfm 2025.10.22
// from PyPI): each of the five cells with the hostile text reads as the text
// that went in, clean apart, and no element came of it.
func TestMarkdownHostileGolden(t *testing.T) {
	var b bytes.Buffer
	if err := Markdown(&b, hostileResult(), asked()); err != nil {
		t.Fatal(err)
	}
	checkGolden(t, "hostile.md", b.Bytes())
}

// A pipe ends a cell and nothing else may; a line of a table has as many as
// its heading.
func TestMarkdownRowsHaveTheirCells(t *testing.T) {
	all := map[string]*stats.Result{"hostile": hostileResult()}
	for name, r := range results() {
		all[name] = r
	}
	for name, r := range all {
		var b bytes.Buffer
		if err := Markdown(&b, r, asked()); err != nil {
			t.Fatal(err)
		}
		want := 0
		for line := range strings.Lines(b.String()) {
			got := strings.Count(line, "|")
			switch {
			case !strings.HasPrefix(line, "|"):
				want = 0
			case want == 0:
				want = got
			}
			if got != want {
				t.Errorf("%s: %d pipes, want %d: %q", name, got, want, line)
			}
			if strings.ContainsAny(line, "`\x1b\r") {
				t.Errorf("%s: unescaped: %q", name, line)
			}
		}
	}
}

func TestMarkdownBeginsWithTheVerdict(t *testing.T) {
	for name, r := range results() {
		got, _, _ := strings.Cut(string(rendered(t, "md", r)), "\n")
		want := "## wsstorm: " + string(r.Verdict.Status)
		switch name {
		case "zero":
			want = "## wsstorm: not judged"
		case "unopened":
			want = "## wsstorm: nothing was measured"
		}
		if got != want {
			t.Errorf("%s: got first line %q, want %q", name, got, want)
		}
	}
}
