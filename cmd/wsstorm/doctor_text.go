package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"wsstorm/internal/preflight"
	"wsstorm/stats/report"
)

// The columns of the doctor's table, between two blanks at the left and the
// state at the right.
const (
	itemColumns  = 17
	valueColumns = 32
	needColumns  = 17
)

// diagnosisText returns the table of a diagnosis, and in one sentence what comes
// of it.
func diagnosisText(d *diagnosis, load string, color bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", load)
	fmt.Fprintf(&b, "  %-*s%-*s%-*sstate\n", itemColumns, "", valueColumns, "this machine", needColumns, "this run needs")
	var short []string
	for _, i := range d.Items {
		value := i.Value
		if utf8.RuneCountInString(value) >= valueColumns {
			value = string([]rune(value)[:valueColumns-2]) + "…"
		}
		fmt.Fprintf(&b, "  %-*s%-*s%-*s%s\n", itemColumns, i.Name, valueColumns, value, needColumns, i.Need, colored(i.State, color))
		if i.Note != "" {
			fmt.Fprintf(&b, "    ! %s\n", strings.Join(wrap(i.Note, allColumns-6), "\n      "))
		}
		b.WriteString(shellLines(i.Fix))
		if i.State == preflight.TooLittle {
			short = append(short, i.Name)
		}
	}
	b.WriteByte('\n')
	if len(short) > 0 {
		fmt.Fprintf(&b, "The run cannot start: too little of %s.\n", strings.Join(short, ", "))
		return b.String()
	}
	switch n := len(preflight.Warnings(d.Items)); n {
	case 0:
		b.WriteString("The run can start.\n")
	case 1:
		b.WriteString("The run can start, with a warning.\n")
	default:
		fmt.Fprintf(&b, "The run can start, with %s warnings.\n", report.Count(int64(n)))
	}
	return b.String()
}

// colored returns a state as it stands in the table.
func colored(s preflight.State, color bool) string {
	mark := map[preflight.State]string{preflight.Warn: yellow, preflight.TooLittle: red}[s]
	if !color || mark == "" {
		return string(s)
	}
	return mark + string(s) + plain
}

// shellLines returns a shell command in lines of its own that a shell takes as they
// are.
func shellLines(text string) string {
	if text == "" {
		return ""
	}
	const indent = "      "
	return indent + strings.Join(wrap(text, allColumns-len(indent)-len(" \\")), " \\\n"+indent) + "\n"
}
