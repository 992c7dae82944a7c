package report

import (
	"fmt"
	"io"
	"strings"
)

// Annotations writes a workflow command of GitHub Actions for each case that
// did not simply pass: ::error for Failed and Unusable ones, ::warning for the
// others. GitHub reads them from the standard output and the standard error of a
// step, and shows no more than ten of each kind.
func Annotations(w io.Writer, cases []Case) error {
	var b strings.Builder
	for _, c := range cases {
		command := "error"
		switch c.Outcome {
		case Passed:
			continue
		case Doubtful, Inconclusive:
			command = "warning"
		}
		message := c.Text
		if message == "" {
			message = c.Name // a command without a message is not shown
		}
		title := fmt.Sprintf("wsstorm: %s %s", c.Name, c.Outcome)
		fmt.Fprintf(&b, "::%s title=%s::%s\n", command, commandProperty.Replace(printable(title)), commandData.Replace(printable(message)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// What actions/toolkit escapes in the message and in a property of a workflow
// command.
var (
	commandData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	commandProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// printable is clean for text of several lines.
func printable(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = clean(lines[i])
	}
	return strings.Join(lines, "\n")
}
