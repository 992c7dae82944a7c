package report

import (
	"bytes"
	"encoding/xml"
	"testing"
	"time"
)

// The golden files were read by junitparser 5.0.3 from PyPI: outcomes, counts,
// names and times as they went in.
func TestJUnitGolden(t *testing.T) {
	var b bytes.Buffer
	if err := JUnit(&b, Suite{Name: "bench " + hostile, Started: time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("", 3600)), Cases: asked()}); err != nil {
		t.Fatal(err)
	}
	checkGolden(t, "asked.xml", b.Bytes())
}

// The document is read by another struct than the one it was written from.
func TestJUnitIsRead(t *testing.T) {
	var b bytes.Buffer
	if err := JUnit(&b, Suite{Name: hostile, Cases: asked()}); err != nil {
		t.Fatal(err)
	}
	type child struct {
		XMLName xml.Name
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
	var doc struct {
		Suite struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
			Errors   int `xml:"errors,attr"`
			Skipped  int `xml:"skipped,attr"`
			Cases    []struct {
				Name     string  `xml:"name,attr"`
				Children []child `xml:",any"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(b.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	s := doc.Suite
	if got, want := [4]int{s.Tests, s.Failures, s.Errors, s.Skipped}, [4]int{6, 2, 1, 1}; got != want {
		t.Errorf("tests, failures, errors, skipped: got %v, want %v", got, want)
	}
	elements := map[Outcome]string{Passed: "system-out", Doubtful: "system-out", Inconclusive: "skipped", Failed: "failure", Unusable: "error"}
	for i, c := range asked() {
		children := s.Cases[i].Children
		if len(children) != 1 || children[0].XMLName.Local != elements[c.Outcome] {
			t.Errorf("%v: got %v, want one %s", c.Outcome, children, elements[c.Outcome])
		}
		if c.Name == hostile {
			continue // has what XML cannot hold
		}
		if s.Cases[i].Name != c.Name || children[0].Text != c.Text {
			t.Errorf("got %q, %q, want %q, %q", s.Cases[i].Name, children[0].Text, c.Name, c.Text)
		}
	}
}
