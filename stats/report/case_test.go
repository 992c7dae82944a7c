package report

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// hostile is text that breaks out of whatever does not escape it.
const hostile = "a|b\\|c `d` <e>&amp; *f* _g_ ~h~ [i](j) \"k\", 'l': 5%\n::error::m\r\x1b[31m\x00\xff ]]> $n$ Grüße"

// asked has a case of each outcome.
func asked() []Case {
	return []Case{
		{Name: "rtt.p99>25ms", Outcome: Passed, Text: "rtt.p99 is 10.2 ms, 59% below", Duration: 10 * time.Second},
		{Name: "lag.p99>1ms", Outcome: Doubtful, Text: "0.9 ms"},
		{Name: "messages.rate", Outcome: Inconclusive, Text: "-1.2% (-4.0% to +1.1%)\nof 10 pairs"},
		{Name: "errors>0", Outcome: Failed, Text: "21"},
		{Name: hostile, Outcome: Failed, Text: hostile, Duration: 1500 * time.Microsecond},
		{Name: "close.p99>1s", Outcome: Unusable},
	}
}

func TestMeasurement(t *testing.T) {
	for name, want := range map[string]Outcome{
		"closed": Passed, "unopened": Inconclusive, "suspect": Doubtful, "invalid": Unusable, "zero": Unusable,
	} {
		c := Measurement(results()[name])
		if c.Outcome != want {
			t.Errorf("%s: got outcome %v, want %v", name, c.Outcome, want)
		}
		if said := c.Text != ""; said != (want != Passed) {
			t.Errorf("%s: outcome %v with the text %q", name, want, c.Text)
		}
	}
}

func TestAnnotationsGolden(t *testing.T) {
	var b bytes.Buffer
	if err := Annotations(&b, asked()); err != nil {
		t.Fatal(err)
	}
	checkGolden(t, "asked.github", b.Bytes())
}

// A command ends with its line and begins with ::, and nothing else in the
// output may do so.
func TestAnnotationsStayOneLine(t *testing.T) {
	for _, c := range asked() {
		var b bytes.Buffer
		if err := Annotations(&b, []Case{c}); err != nil {
			t.Fatal(err)
		}
		if c.Outcome == Passed {
			if b.Len() > 0 {
				t.Errorf("%s passed, and got %q", c.Name, b.String())
			}
			continue
		}
		line, rest, _ := strings.Cut(b.String(), "\n")
		if rest != "" || strings.ContainsAny(line, "\r\x1b\x00") {
			t.Errorf("%s: got %q, want one line without control characters", c.Name, b.String())
		}
		// As the runner takes it apart: properties up to the next ::, and
		// between them commas.
		properties, message, _ := strings.Cut(strings.TrimPrefix(line, "::"), "::")
		if strings.Count(properties, ",")+strings.Count(properties, ":") > 0 || message == "" {
			t.Errorf("%s: got %q, want one property and a message", c.Name, line)
		}
	}
}
