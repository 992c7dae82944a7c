package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
)

// A Suite is what a CI system shows as one group of tests.
type Suite struct {
	Name    string
	Started time.Time // zero: unknown
	Cases   []Case
}

// JUnit writes s as JUnit's XML. A Failed case is a failure, an Unusable one an
// error, an Inconclusive one skipped; a Doubtful one passes, and says why it is
// doubtful in its output. Characters that XML cannot hold are replaced.
func JUnit(w io.Writer, s Suite) error {
	suite := junitSuite{Name: s.Name, Tests: len(s.Cases)}
	if !s.Started.IsZero() {
		// In UTC; the zone is left out, because the schemas that are in use
		// have no place for it.
		suite.Timestamp = s.Started.UTC().Format("2006-01-02T15:04:05")
	}
	var total time.Duration
	for _, c := range s.Cases {
		total += c.Duration
		suite.add(c)
	}
	suite.Time = decimal(total.Seconds(), 3)
	data, err := xml.MarshalIndent(junitSuites{Suites: []junitSuite{suite}}, "", "  ")
	if err != nil {
		return fmt.Errorf("writing JUnit XML: %w", err)
	}
	_, err = io.WriteString(w, xml.Header+string(data)+"\n")
	return err
}

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name      string      `xml:"name,attr"`
	Tests     int         `xml:"tests,attr"`
	Failures  int         `xml:"failures,attr"`
	Errors    int         `xml:"errors,attr"`
	Skipped   int         `xml:"skipped,attr"`
	Time      string      `xml:"time,attr"` // in seconds
	Timestamp string      `xml:"timestamp,attr,omitempty"`
	Cases     []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name      string       `xml:"name,attr"`
	Classname string       `xml:"classname,attr"`
	Time      string       `xml:"time,attr"`
	Failure   *junitReason `xml:"failure"`
	Error     *junitReason `xml:"error"`
	Skipped   *junitReason `xml:"skipped"`
	Out       string       `xml:"system-out,omitempty"`
}

type junitReason struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// add appends c and counts it.
func (s *junitSuite) add(c Case) {
	j := junitCase{Name: c.Name, Classname: "wsstorm", Time: decimal(c.Duration.Seconds(), 3)}
	first, _, _ := strings.Cut(c.Text, "\n")
	reason := &junitReason{Message: first, Type: c.Outcome.String(), Text: c.Text}
	switch c.Outcome {
	case Passed, Doubtful:
		j.Out = c.Text
	case Inconclusive:
		s.Skipped++
		reason.Type = "" // which this element does not have
		j.Skipped = reason
	case Failed:
		s.Failures++
		j.Failure = reason
	default:
		s.Errors++
		j.Error = reason
	}
	s.Cases = append(s.Cases, j)
}
