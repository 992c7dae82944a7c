package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"wsstorm/stats"
)

// The columns of the tables of parts: a number, and what fits beside it.
const (
	partWidth = 8
	cellWidth = 12

	shownParts = 12 // at the beginning and at the end; those between are in the document
)

// parts are what r is the sum of, and what they are called; none of an ordinary
// run.
func parts(r *stats.Result) (noun string, all []stats.Part) {
	if len(r.Cycles) > 0 {
		return "cycle", r.Cycles
	}
	return "part", r.Merged
}

// A partColumn is a column of a table of parts.
type partColumn struct {
	name  string
	value func(p *stats.Part) string
}

func figure(metric stats.Metric, q stats.Quantile) func(p *stats.Part) string {
	return func(p *stats.Part) string {
		f, ok := p.Latency[metric.String()]
		if !ok {
			return "–"
		}
		l := f.Latency()
		switch ns, known := l.Quantile(q); {
		case known && q.Firm(l.Total()):
			return Duration(time.Duration(ns))
		case known:
			return "~" + Duration(time.Duration(ns))
		case l.Unknown(q):
			return "?"
		}
		return "–"
	}
}

// phase tells how long something took that all of a part's connections had to do,
// where it had any.
func phase(of func(p *stats.Part) float64) func(p *stats.Part) string {
	return func(p *stats.Part) string {
		if s := of(p); s > 0 && p.Connections.Opened > 0 {
			return Duration(seconds(s))
		}
		return "–"
	}
}

// connectionColumns tell how connections came and went, resultColumns what to
// make of it.
var (
	connectionColumns = []partColumn{
		{"opened", func(p *stats.Part) string { return ShortCount(p.Connections.Opened) }},
		{"failed", func(p *stats.Part) string { return ShortCount(p.Connections.Failed) }},
		{"opened in", phase(func(p *stats.Part) float64 { return p.OpenS })},
		{"open p99", figure(stats.Open, stats.P99)},
		{"close p99", figure(stats.Close, stats.P99)},
		{"closed in", phase(func(p *stats.Part) float64 { return p.CloseS })},
	}
	backColumn    = partColumn{"back in", phase(func(p *stats.Part) float64 { return p.BackS })}
	resultColumns = []partColumn{
		{"errors", func(p *stats.Part) string { return ShortCount(p.Errors.Total()) }},
		{"verdict", func(p *stats.Part) string { return clean(cmp.Or(string(p.Verdict), "–")) }},
	}
)

// messageColumns tell what went over the connections, where something did.
func messageColumns(r *stats.Result) []partColumn {
	if r.Load.InFlight == 0 && r.Load.Rate == 0 && r.Messages.Received == 0 {
		return nil
	}
	headline := r.Headline()
	name := ""
	if headline == stats.RTT { // another one's is too long for the column
		name = headline.String() + " "
	}
	return []partColumn{
		{"received", func(p *stats.Part) string { return ShortCount(p.Messages.Received) }},
		{"rate", func(p *stats.Part) string { return Rate(p.Messages.Rate) }},
		{name + "p50", figure(headline, stats.P50)},
		{name + "p99", figure(headline, stats.P99)},
	}
}

// partTables calls row with the lines of both tables, the headings first.
func partTables(r *stats.Result, heading, row func(cells []string)) {
	noun, all := parts(r)
	if len(all) == 0 {
		return
	}
	coming := connectionColumns
	if r.Recovery != nil { // a line has room for no more columns
		coming = slices.DeleteFunc(slices.Clone(coming), func(c partColumn) bool { return c.name == "open p99" })
		coming = append(coming, backColumn)
	}
	for _, columns := range [][]partColumn{coming, append(messageColumns(r), resultColumns...)} {
		names := []string{strings.ToUpper(noun[:1]) + noun[1:]}
		for _, c := range columns {
			names = append(names, c.name)
		}
		heading(names)
		for i := range all {
			if left := len(all) - 2*shownParts; left > 1 && i >= shownParts && i < len(all)-shownParts {
				if i == shownParts {
					row([]string{"…", Count(int64(left)) + " more"})
				}
				continue
			}
			cells := []string{fmt.Sprint(i + 1)}
			for _, c := range columns {
				cells = append(cells, c.value(&all[i]))
			}
			row(cells)
		}
	}
}

// parts tells what each part or cycle did.
func (t *text) parts() {
	line := func(cells []string) string {
		text := pad(cells[0], partWidth)
		for _, c := range cells[1:] {
			text += padLeft(c, cellWidth)
		}
		return text
	}
	partTables(t.r, func(cells []string) {
		t.line(plain, "")
		t.line(bold, line(cells))
	}, func(cells []string) {
		for _, c := range cells {
			t.marked = t.marked || c == "–" || strings.HasPrefix(c, "~")
			t.censored = t.censored || c == "?"
		}
		t.line(plain, line(append([]string{strings.Repeat(" ", indent) + cells[0]}, cells[1:]...)))
	})
}

// parts tells the same in Markdown.
func (m *markdown) parts() {
	width := 0
	partTables(m.r, func(cells []string) {
		width = len(cells)
		m.heading(cells...)
	}, func(cells []string) {
		cells = append(cells, make([]string, max(0, width-len(cells)))...)
		for i, c := range cells {
			m.marked = m.marked || c == "–" || strings.HasPrefix(c, "~")
			m.censored = m.censored || c == "?"
			cells[i] = escapeMarkdown(c)
		}
		m.row(cells...)
	})
}

// inParts says how the parts lie in time: "in 3 cycles", "by 3 processes".
func inParts(r *stats.Result) string {
	switch {
	case len(r.Cycles) > 0:
		return " in " + plural(int64(len(r.Cycles)), "cycle")
	case len(r.Merged) == 1:
		return " by 1 process"
	case len(r.Merged) > 0:
		return " by " + Count(int64(len(r.Merged))) + " processes"
	}
	return ""
}
