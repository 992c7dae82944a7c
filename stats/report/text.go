package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"wsstorm/stats"
)

// TextOptions say what the place is like that a text report goes to.
type TextOptions struct {
	Color bool // mark titles and warnings with ANSI escape sequences
	Width int  // columns; 80 where it is less: more show longer URLs and errors
	// Probed leaves out the probes of a search: they have been printed already.
	Probed bool
}

// Text writes what an engineer wants to read in ten seconds. What did not
// happen is not there, and a warning stands beside the numbers that it
// weakens; findings that invalidate the result come first of all. No line is
// wider than 80 columns, or opt.Width where that is more.
func Text(w io.Writer, r *stats.Result, opt TextOptions) error {
	t := text{r: r, page: page{width: max(opt.Width, minWidth), color: opt.Color}}
	t.search(opt.Probed)
	t.idleTimeout()
	t.banner()
	t.run()
	t.findings("overlap", "parts", "connections", "rate", "lost")
	t.latencies()
	t.errors()
	t.closes()
	t.client()
	t.verdict()
	t.objectives()
	_, err := io.WriteString(w, t.String())
	return err
}

// A text is a page about one result.
type text struct {
	page
	r    *stats.Result
	told []string // the checks whose findings have been told

	// A table has a mark that needs a legend.
	marked, censored bool
}

// banner says that the result is invalid, and why.
func (t *text) banner() {
	if t.r.Verdict.Status != stats.Invalid {
		return
	}
	t.line(red, invalidBanner)
	for _, f := range t.r.Verdict.Findings {
		if f.Level == stats.Invalid {
			t.paragraph(red, "!", finding(f))
		}
	}
	t.line(plain, "")
}

// findings tells what these checks found, but for what the banner has told.
func (t *text) findings(checks ...string) {
	t.told = append(t.told, checks...)
	for _, f := range t.r.Verdict.Findings {
		if slices.Contains(checks, f.Check) {
			t.finding(f)
		}
	}
}

func (t *text) finding(f stats.Finding) {
	switch f.Level {
	case stats.Suspect:
		t.paragraph(yellow, "!", finding(f))
	case stats.Note:
		t.paragraph(plain, "·", finding(f))
	}
}

// finding returns the value, the limit and the text of f.
func finding(f stats.Finding) string {
	format := Percent
	if f.Unit == "ns" {
		format = func(ns float64) string { return Duration(nanoseconds(ns)) }
	}
	limit := ""
	if f.Limit > 0 {
		limit = " (limit " + format(f.Limit) + ")"
	}
	return clean(fmt.Sprintf("%s %s%s: %s", f.Check, format(f.Value), limit, f.Text))
}

// run tells the load as it was offered and as it was achieved.
func (t *text) run() {
	r := t.r
	if r.URL != "" {
		t.line(bold, clean(r.URL))
	}
	if r.Interrupted {
		t.paragraph(yellow, "!", "Interrupted: the run was ended before its time.")
	}
	t.row("load", t.load()...)
	t.row("run", t.engine()...)
	t.row("connections", connections(r.Connections)...)
	t.opening()
	t.row("cut", lostSilent(r)...)
	if len(r.Closes) == 1 { // several are told in a table
		c := r.Closes[0]
		t.row("close codes", "sent "+closeCode(c.Sent), "received "+closeCode(c.Received))
	}
	t.storm()
	t.row("messages", t.messages()...)
	t.row("broadcast", broadcast(r)...)
	t.row("rate", t.rates()...)
	t.row("bytes", t.bytes()...)
	if c := r.Compression; c != nil {
		t.row("deflate", deflated("sent", c.SentRaw, c.SentWire), deflated("received", c.ReceivedRaw, c.ReceivedWire))
	}
	t.fairness()
}

func (t *text) load() []string {
	l := t.r.Load
	var items []string
	switch {
	case l.Rate > 0:
		offered := cmp.Or(inStages(t.r), Rate(l.Rate))
		items = append(items, "open loop", offered+" offered", l.Arrival+" arrivals")
	case l.InFlight > 0:
		items = append(items, "closed loop", Count(int64(l.InFlight))+" in flight per connection")
		if stages := inStages(t.r); stages != "" {
			items = append(items, stages)
		}
	default:
		items := []string{"connections only, no messages"}
		if stages := inStages(t.r); stages != "" {
			items = append(items, stages)
		}
		return items
	}
	if l.Messages > 0 {
		items = append(items, Count(l.Messages)+" messages in total")
	}
	return items
}

func (t *text) engine() []string {
	var items []string
	if s := t.r.WindowS; s > 0 {
		items = append(items, "measured for "+Duration(seconds(s))+inParts(t.r))
	}
	if d := clean(t.r.Driver); d != "" {
		items = append(items, d+" driver")
	}
	if n := t.r.Load.Workers; n > 0 {
		items = append(items, plural(int64(n), "worker"))
	}
	return items
}

func connections(c stats.Connections) []string {
	var items []string
	if c.Opened != c.Requested {
		items = append(items, Count(c.Requested)+" requested")
	}
	items = append(items, Count(c.Opened)+" opened")
	items = some(items, c.Reopened, "of those again")
	items = some(items, c.Failed, "failed")
	ways := some(some(some(nil, c.ClosedFIN, "by FIN"), c.ClosedRST, "by RST"), c.Vanished, "vanished")
	switch {
	case len(ways) > 0:
		items = append(items, Count(c.Closed)+" closed ("+strings.Join(ways, ", ")+")")
	case c.Closed != c.Opened:
		items = some(items, c.Closed, "closed")
	}
	items = some(items, c.LeftOpen, "left open behind their Close")
	items = some(items, c.PeerClosed, "closed by the peer")
	items = some(items, c.Dropped, "dropped")
	items = some(items, c.Lost, "of those before the end")
	items = some(items, c.Regained, "of these back later")
	return some(items, c.StillOpen, "with the close unanswered")
}

func (t *text) messages() []string {
	m := t.r.Messages
	var items []string
	items = some(items, m.Sent, "sent")
	if t.r.Broadcast != nil { // the rest is of copies
		items = some(items, m.Unsent, "not sent")
		return some(items, m.Blocked, "late as the peer did not read")
	}
	items = some(items, m.Received, "received")
	return append(items, trouble(m)...)
}

// trouble returns the counts of m that ought to be zero, and are not.
func trouble(m stats.Messages) []string {
	var items []string
	items = some(items, m.Lost, "lost")
	items = some(items, m.Abandoned, "given up as we closed")
	items = some(items, m.Withdrawn, "withdrawn as we had closed")
	items = some(items, m.Mismatched, "mismatched")
	items = some(items, m.Duplicated, "duplicated")
	items = some(items, m.Reordered, "reordered")
	items = some(items, m.Unexpected, "unexpected")
	items = some(items, m.Unsent, "not sent")
	return some(items, m.Blocked, "late as the peer did not read")
}

func (t *text) rates() []string {
	if t.r.WindowS <= 0 || t.r.Messages.Sent == 0 && t.r.Messages.Received == 0 {
		return nil
	}
	if t.r.Load.Rate > 0 {
		received := " received"
		if t.r.Broadcast != nil {
			received = " delivered"
		}
		return []string{Rate(t.r.OfferedRate()) + " offered", Rate(t.r.SentRate()) + " sent", Rate(t.r.Messages.Rate) + received}
	}
	return []string{Rate(t.r.Messages.Rate) + " received"}
}

func (t *text) bytes() []string {
	b, s := t.r.Bytes, t.r.WindowS
	if b == (stats.Bytes{}) || s <= 0 {
		return nil
	}
	return []string{Bytes(float64(b.Sent)/s) + "/s sent", Bytes(float64(b.Received)/s) + "/s received"}
}

func deflated(way string, raw, wire int64) string {
	if raw == 0 {
		return way + " nothing"
	}
	return fmt.Sprintf("%s %s as %s (%s)", way, Bytes(float64(raw)), Bytes(float64(wire)), Percent(float64(wire)/float64(raw)))
}

// fairness is told where a connection got less than half or more than twice
// as much as most.
func (t *text) fairness() {
	f := t.r.Fairness
	if f == nil || f.Starved == 0 && f.Min >= f.P50/2 && f.Max/2 <= f.P50 {
		return
	}
	items := []string{fmt.Sprintf("%s to %s messages per connection", Count(f.Min), Count(f.Max)), "median " + Count(f.P50)}
	t.row("fairness", some(items, f.Starved, "starved")...)
}

// verdict ends the report. It tells the findings that have no place above.
func (t *text) verdict() {
	v := t.r.Verdict
	if v.Status == "" {
		return
	}
	t.line(plain, "")
	for _, f := range v.Findings {
		if !slices.Contains(t.told, f.Check) {
			t.finding(f)
		}
	}
	checks := weakening(v)
	marked := map[stats.Level]style{stats.Suspect: yellow, stats.Invalid: red}[v.Status]
	summary := "verdict: " + clean(string(v.Status))
	if isUnmeasured(t.r) {
		summary = "verdict: none, as " + nothingMeasured
	}
	if len(checks) > 0 {
		summary += " (" + strings.Join(checks, ", ") + ")"
	}
	t.wrap(marked, "", strings.Repeat(" ", indent), summary)
}

// some appends n and what it counts, unless it is zero.
func some(items []string, n int64, what string) []string {
	if n == 0 {
		return items
	}
	return append(items, Count(n)+" "+what)
}

func plural(n int64, what string) string {
	if n != 1 {
		what += "s"
	}
	return Count(n) + " " + what
}

func seconds(s float64) time.Duration { return nanoseconds(s * 1e9) }

// nanoseconds returns ns as a duration, or the longest one.
func nanoseconds(ns float64) time.Duration {
	if ns >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(ns)
}
