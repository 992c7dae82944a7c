package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"wsstorm/stats"
)

// Markdown writes r for the step summary of a GitHub Actions job, or for a
// comment: the verdict first, with what weakens the numbers, then cases, and
// the run in tables. Whatever a peer or a user may have written (URL, errors)
// is escaped, and stands in a code element, where GitHub mentions nobody.
func Markdown(w io.Writer, r *stats.Result, cases []Case) error {
	m := markdown{r: r}
	m.verdict()
	m.search()
	m.idleTimeout()
	m.cases(cases)
	m.run()
	m.latencies()
	m.errors()
	m.closes()
	m.notes()
	_, err := io.WriteString(w, m.String())
	return err
}

// A markdown is a page in GitHub's dialect about one result.
type markdown struct {
	strings.Builder
	r *stats.Result

	// A table has a mark that needs a legend.
	marked, censored bool
}

func (m *markdown) verdict() {
	status := escapeMarkdown(string(m.r.Verdict.Status))
	switch {
	case status == "":
		status = "not judged"
	case isUnmeasured(m.r):
		status = nothingMeasured
	}
	fmt.Fprintf(m, "## wsstorm: %s\n", status)
	for i, line := range warnings(m.r.Verdict) {
		if i == 0 {
			fmt.Fprintf(m, "\n> **%s**\n>\n", escapeMarkdown(line))
			continue
		}
		fmt.Fprintf(m, "> - %s\n", escapeMarkdown(line))
	}
	if m.r.Interrupted {
		m.WriteString("\n> Interrupted: the run was ended before its time.\n")
	}
}

// cases tells the answers to what was asked of the run.
func (m *markdown) cases(cases []Case) {
	if len(cases) == 0 {
		return
	}
	m.heading("asked", "answer", "figures")
	for _, c := range cases {
		m.row(code(c.Name), c.Outcome.String(), escapeMarkdown(c.Text))
	}
}

func (m *markdown) run() {
	r, t := m.r, &text{r: m.r}
	m.heading("run", "")
	item := func(name string, items []string) {
		if len(items) > 0 {
			m.row(name, escapeMarkdown(strings.Join(items, ", ")))
		}
	}
	if r.URL != "" {
		m.row("target", code(r.URL))
	}
	item("load", t.load())
	item("run", t.engine())
	item("connections", connections(r.Connections))
	item("opening", opening(r))
	item("SYN sent again", retransmitted(r))
	item("cut", lostSilent(r))
	if len(r.Closes) == 1 { // several are told in a table
		item("close codes", []string{"sent " + closeCode(r.Closes[0].Sent), "received " + closeCode(r.Closes[0].Received)})
	}
	item("closing", closing(r))
	item("churn", churn(r))
	item("recovery", append(recovery(r), attempts(r)...))
	item("messages", t.messages())
	item("broadcast", broadcast(r))
	item("rate", t.rates())
	item("bytes", t.bytes())
	if c := r.Client; c.Cores > 0 && r.WindowS > 0 {
		busy := (c.CPUUserS + c.CPUSystemS) / r.WindowS
		item("client CPU", []string{fmt.Sprintf("%.2f of %.3g cores (%s)", busy, c.Cores, Percent(busy/c.Cores))})
	}
}

// latencies tells what took how long, in total, by size, by stage and by
// group.
func (m *markdown) latencies() {
	m.parts()
	if len(m.r.Latency) > 0 {
		m.times("latency", "count")
	}
	for _, metric := range shownMetrics(m.r) {
		name := metric.String()
		if metric == stats.RTT && rttIsService(m.r) {
			name = "rtt = service"
		}
		l := m.r.Latency[metric.String()]
		m.row(append([]string{name, Count(l.Count)}, m.quantiles(l)...)...)
	}
	if len(m.r.Sizes) > 1 {
		m.times(m.r.Headline().String()+" by size, B", "received")
		for _, s := range m.r.Sizes {
			m.row(append([]string{escapeMarkdown(s.Bytes), Count(s.Messages.Received)}, m.quantiles(s.RTT)...)...)
		}
	}
	m.stages()
	m.groups()
	if m.censored {
		m.WriteString("\n?: unknown, since more were lost, or given up, than lie beyond the quantile\n")
	}
	if m.marked {
		m.WriteString("\n–: fewer than 10 values lie beyond the quantile; \\~: fewer than 100\n")
	}
}

// stages tells the headline of each stage, where there are several, and how much of
// its load was answered.
func (m *markdown) stages() {
	if len(m.r.Stages) < 2 || isIdle(m.r) {
		return
	}
	m.times(m.r.Headline().String()+" by stage", stageHeading(m.r), "received")
	for _, s := range m.r.Stages {
		columns := []string{"at " + since(seconds(s.FromS)), stageLoad(m.r, s), Rate(s.Messages.Rate)}
		m.row(append(columns, m.quantiles(s.RTT)...)...)
	}
}

// times begins a table of latencies: these columns, the quantiles, the maximum.
func (m *markdown) times(columns ...string) {
	for _, q := range timeColumns {
		columns = append(columns, "p"+q.String())
	}
	m.heading(append(columns, "max")...)
}

// quantiles returns the cells of a row of such a table, behind its count; l may
// be nil where there is no value.
func (m *markdown) quantiles(l *stats.Latency) []string {
	if l == nil {
		l = &stats.Latency{}
	}
	var cells []string
	for _, q := range timeColumns {
		ns, ok := l.Quantile(q)
		cell := Duration(time.Duration(ns))
		switch {
		case l.Unknown(q):
			cell, m.censored = "?", true
		case !ok:
			cell, m.marked = "–", true
		case !q.Firm(l.Total()):
			cell, m.marked = `\~`+cell, true
		}
		cells = append(cells, cell)
	}
	if l.Count == 0 {
		return append(cells, "–")
	}
	return append(cells, Duration(time.Duration(l.MaxNS)))
}

// exampleWidth is as much of an error's example as a table takes well.
const exampleWidth = 160

// errors tells the failures by class, in the order of a connection's life.
func (m *markdown) errors() {
	if len(m.r.Errors) == 0 {
		return
	}
	m.heading("errors", "count", "example")
	for _, class := range slices.SortedFunc(maps.Keys(m.r.Errors), byClass) {
		e := m.r.Errors[class]
		m.row(escapeMarkdown(class), Count(e.Count), code(cutMiddle(clean(e.Example), exampleWidth)))
	}
}

// closes tells the close codes that went each way, where they differ.
func (m *markdown) closes() {
	closes := m.r.Closes
	if len(closes) < 2 {
		return
	}
	m.heading("close code sent", "received", "connections")
	for i, c := range closes {
		if i == maxCloses {
			m.row(Count(int64(len(closes)-i))+" more pairs", "", Count(connectionsOf(closes[i:])))
			break
		}
		m.row(closeCode(c.Sent), closeCode(c.Received), Count(c.Count))
	}
}

// notes tells the findings that weaken nothing.
func (m *markdown) notes() {
	for _, f := range m.r.Verdict.Findings {
		if f.Level == stats.Note {
			fmt.Fprintf(m, "\n- %s\n", escapeMarkdown(finding(f)))
		}
	}
}

// heading begins a table. The columns behind the first are numbers, to the
// right, where there are more than three.
func (m *markdown) heading(columns ...string) {
	m.WriteByte('\n')
	m.row(columns...)
	m.WriteString("| :-- |")
	for range len(columns) - 1 {
		if len(columns) > 3 {
			m.WriteString(" --: |")
		} else {
			m.WriteString(" :-- |")
		}
	}
	m.WriteByte('\n')
}

// row writes a row of a table. The cells are Markdown.
func (m *markdown) row(cells ...string) {
	m.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

// code returns text in a fixed-width font. An element, not a code span: in a
// span nothing can be escaped, neither a backtick nor, before a pipe, a
// backslash.
func code(text string) string {
	if text == "" {
		return ""
	}
	return "<code>" + escapeMarkdown(text) + "</code>"
}

// escapeMarkdown returns text so that it reads as it is, in one line, in a
// table too. Characters stand as references where a backslash would do in a
// paragraph, and not in a cell.
func escapeMarkdown(text string) string { return markdownText.Replace(clean(text)) }

var markdownText = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "|", "&#124;", "`", "&#96;", `\`, "&#92;",
	"*", `\*`, "_", `\_`, "~", `\~`, "[", `\[`, "]", `\]`, "$", "&#36;",
)
