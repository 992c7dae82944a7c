package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"wsstorm/stats"
)

// The columns of the table of probes.
const (
	loadWidth    = 13
	rateWidth    = 12
	rttWidth     = 10
	verdictWidth = 9
)

// SearchHeading returns the lines that begin the table of a search's probes,
// which Text has as well: for a program that prints each probe when it is over.
func SearchHeading(s *stats.Search, opt TextOptions) string {
	p := page{width: max(opt.Width, minWidth), color: opt.Color}
	p.searchHeading(s)
	return p.String()
}

// SearchProbe returns the line of one probe.
func SearchProbe(s *stats.Search, probe stats.Probe, opt TextOptions) string {
	p := page{width: max(opt.Width, minWidth), color: opt.Color}
	p.probe(s, probe)
	return p.String()
}

func (p *page) searchHeading(s *stats.Search) {
	p.line(bold, "Search for the most load within "+clean(s.Objective))
	load := "rate"
	if s.Vary == stats.VaryConnections {
		load = s.Vary
	}
	p.line(bold, padLeft(load, loadWidth)+padLeft("received", rateWidth)+padLeft(probed(s)+"p50", rttWidth)+padLeft(probed(s)+"p99", rttWidth)+
		"  "+pad("verdict", verdictWidth)+"outcome")
}

// probed returns what stands before the quantiles in a heading: nothing where the
// search is for a broadcast, whose delivery has too long a name.
func probed(s *stats.Search) string {
	for _, of := range []stats.Metric{stats.Delivery, stats.Skew} {
		if strings.HasPrefix(s.Objective, of.String()+".") {
			return ""
		}
	}
	return "rtt "
}

func (p *page) probe(s *stats.Search, probe stats.Probe) {
	marked := map[string]style{stats.ProbeMissed: yellow, stats.ProbeInvalid: red, stats.ProbeGone: red}[probe.Outcome]
	p.line(marked, padLeft(loadOf(s, probe.Load), loadWidth)+padLeft(" "+Rate(probe.Rate), rateWidth)+
		padLeft(" "+known(probe.RTTP50NS), rttWidth)+padLeft(" "+known(probe.RTTP99NS), rttWidth)+
		"  "+pad(clean(string(probe.Verdict)), verdictWidth)+outcomeOf(probe))
}

// loadOf returns a load as a column has it whose heading says what it is.
func loadOf(s *stats.Search, load float64) string {
	if s.Vary == stats.VaryConnections {
		return Count(int64(load))
	}
	return Rate(load)
}

// known returns a latency, or what stands for one that nobody knows.
func known(ns int64) string {
	if ns == 0 {
		return "?"
	}
	return Duration(time.Duration(ns))
}

// outcomeOf returns the outcome of a probe, and why it is that.
func outcomeOf(p stats.Probe) string {
	switch p.Outcome {
	case stats.ProbeMissed:
		return p.Outcome + ": " + missesOf(p)
	case stats.ProbeInvalid:
		return p.Outcome + ": " + clean(strings.Join(p.Checks, ", "))
	}
	return clean(p.Outcome)
}

// missesOf returns the metrics that missed, with their values.
func missesOf(p stats.Probe) string {
	var items []string
	for _, o := range p.Missed {
		value := "unknown"
		if o.Value != nil {
			value = quantity(*o.Value, o.Unit)
		}
		items = append(items, clean(metricOf(o.Objective))+" "+value)
	}
	return strings.Join(items, ", ")
}

// metricOf returns the name that a condition begins with.
func metricOf(condition string) string {
	if i := strings.IndexAny(condition, "<>=!"); i >= 0 {
		condition = condition[:i]
	}
	return strings.TrimSpace(condition)
}

// amountOf returns a load as a sentence has it.
func amountOf(s *stats.Search, load float64) string {
	if s.Vary == stats.VaryConnections {
		return plural(int64(load), "connection")
	}
	return Rate(load)
}

// Conclusion says in a sentence what a search found.
func Conclusion(s *stats.Search) string {
	i := -1 // the latest probe beyond what was held
	for k, p := range s.Probes {
		if p.Load == s.Beyond && p.Outcome == s.Limit {
			i = k
		}
	}
	missed := leastMissed(s)
	gone := slices.IndexFunc(s.Probes, func(p stats.Probe) bool { return p.Outcome == stats.ProbeGone })
	var text, beyond string
	if i >= 0 {
		beyond = amountOf(s, s.Beyond)
	}
	switch {
	case s.Held > 0:
		text = fmt.Sprintf("the server holds %s within %s", amountOf(s, s.Held), clean(s.Objective))
		switch {
		case i < 0:
			text += ", the most that was tried."
		case s.Limit == stats.ProbeInvalid && missed >= 0:
			text += fmt.Sprintf(", and not %s (%s); between them this client was the limit (%s).",
				amountOf(s, s.Probes[missed].Load), missesOf(s.Probes[missed]), clean(strings.Join(s.Probes[i].Checks, ", ")))
		case s.Limit == stats.ProbeInvalid:
			text += fmt.Sprintf("; at %s this client was the limit (%s): the server may hold more.", beyond, clean(strings.Join(s.Probes[i].Checks, ", ")))
		default:
			text += fmt.Sprintf("; at %s it does not (%s): that is its limit.", beyond, missesOf(s.Probes[i]))
		}
	case i < 0 && gone >= 0:
		text, gone = "nothing is known about the server: no connection could be opened.", -1
	case i < 0:
		text = "no probe was over."
	case s.Limit == stats.ProbeInvalid && missed >= 0:
		text = fmt.Sprintf("the server does not hold %s at %s (%s); below it, this client was the limit (%s).",
			clean(s.Objective), amountOf(s, s.Probes[missed].Load), missesOf(s.Probes[missed]), clean(strings.Join(s.Probes[i].Checks, ", ")))
	case s.Limit == stats.ProbeInvalid:
		text = fmt.Sprintf("nothing is known about the server: even at %s this client was the limit (%s).", beyond, clean(strings.Join(s.Probes[i].Checks, ", ")))
	default:
		text = fmt.Sprintf("the server does not hold %s even at %s (%s).", clean(s.Objective), beyond, missesOf(s.Probes[i]))
	}
	if gone >= 0 {
		text += fmt.Sprintf(" At %s it opened no connection any more, which ended the search.", amountOf(s, s.Probes[gone].Load))
	}
	if s.Interrupted {
		return "Interrupted: " + text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// leastMissed returns the index of the probe with the lowest load that was
// missed, of those above what was held; -1 where there is none.
func leastMissed(s *stats.Search) int {
	least := -1
	for i, p := range s.Probes {
		if p.Outcome == stats.ProbeMissed && p.Load > s.Held && (least < 0 || p.Load < s.Probes[least].Load) {
			least = i
		}
	}
	return least
}

// search tells how the run came to have its load: the probes, unless they have
// been told, what they look like, and what they say.
func (t *text) search(told bool) {
	s := t.r.Search
	if s == nil {
		return
	}
	if !told {
		t.searchHeading(s)
		for _, p := range s.Probes {
			t.probe(s, p)
		}
	}
	t.knee(s)
	t.line(plain, "")
	t.sentence(Conclusion(s))
	t.line(plain, "")
	if len(s.Probes) > 0 {
		load := s.Probes[len(s.Probes)-1].Load
		if s.Held > 0 {
			load = s.Held
		}
		t.line(bold, "The probe at "+amountOf(s, load)+":")
	}
}

// sentence writes text, broken between words.
func (p *page) sentence(text string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case cells(line)+1+cells(word) <= p.width:
			line += " " + word
		default:
			p.line(bold, line)
			line = word
		}
	}
	p.line(bold, line)
}

// search tells the same in Markdown, without the plot.
func (m *markdown) search() {
	s := m.r.Search
	if s == nil {
		return
	}
	fmt.Fprintf(m, "\n**%s**\n", escapeMarkdown(Conclusion(s)))
	m.heading(s.Vary, "received", probed(s)+"p50", probed(s)+"p99", "verdict", "outcome")
	for _, p := range s.Probes {
		m.row(loadOf(s, p.Load), Rate(p.Rate), known(p.RTTP50NS), known(p.RTTP99NS), escapeMarkdown(string(p.Verdict)), escapeMarkdown(outcomeOf(p)))
	}
}
