package stats

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Merge adds up the results of several processes that loaded the same server at
// the same time, as if one had done it all: histograms bucket for bucket, and the
// quantiles made anew of them. That the parts are of one load is the caller's to
// know. The error says which part cannot be added, counted from 1.
//
// What the sum means where parts differ:
//
//   - WindowS is from the beginning of the first window to the end of the last,
//     and a rate is what was received over that time: no more than the server
//     did, and less by as much as the windows fail to cover each other, of which
//     the check "overlap" tells. Windows that have no instant in common are an
//     error.
//   - Intervals, and the times of Closing and Groups, are aligned by the clocks of
//     the parts' machines, the intervals' counts shared out in proportion. The rtt of a second is that of the worst part.
//   - Fairness is known where all parts have the same median, and left out
//     otherwise; Stages and Groups where they were the same in every part.
//   - Client adds up CPU time and memory. Cores is 0, unknown: the parts may have
//     shared a machine. Of what cannot be added, pauses and waits, it is that of
//     the worst part.
//   - Flags are those that all parts have; Merged has those of each.
//   - The findings of the Verdict are the parts' own, with their numbers.
//
// Objectives are not taken over: who has them can check the sum.
func Merge(parts []*Result) (*Result, error) {
	for i, p := range parts {
		if err := addable(p); err != nil {
			return nil, fmt.Errorf("part %d %w", i+1, err)
		}
		for k, q := range parts[:i] {
			if p.Started.Equal(q.Started) && p.Messages == q.Messages && p.Connections == q.Connections && slices.Equal(p.Flags, q.Flags) {
				return nil, fmt.Errorf("part %d is part %d again", i+1, k+1)
			}
		}
	}
	o, err := overlapOf(parts)
	if err != nil {
		return nil, err
	}
	r, err := newSum(parts, o.started, o.lengthS, func(p *Result) float64 { return p.Started.Sub(o.started).Seconds() })
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		if p != parts[0] {
			r.Load.Rate += p.Load.Rate
			r.Load.Messages += p.Load.Messages
			r.Load.Workers += p.Load.Workers
		}
	}
	for i := range r.Stages {
		s := &r.Stages[i]
		s.RateFrom, s.RateTo, s.ConnectionsFrom, s.ConnectionsTo = 0, 0, 0, 0
		for _, p := range parts {
			s.RateFrom += p.Stages[i].RateFrom
			s.RateTo += p.Stages[i].RateTo
			s.ConnectionsFrom += p.Stages[i].ConnectionsFrom
			s.ConnectionsTo += p.Stages[i].ConnectionsTo
		}
	}
	r.Intervals = alignIntervals(parts, r.Started, r.WindowS)
	r.Client = clientsTogether(parts, r.Messages.Received)
	r.Flags = commonFlags(parts)
	for _, p := range parts {
		part := partOf(p)
		if !slices.Equal(p.Flags, r.Flags) {
			part.Flags = p.Flags
		}
		r.Merged = append(r.Merged, part)
	}
	r.Verdict = verdictOf("part", parts, slices.Concat(o.check(), checkSharedCPU(parts)))
	return r, nil
}

// addable returns why a result cannot be a part of a sum.
func addable(r *Result) error {
	switch {
	case r.Search != nil:
		return errors.New("is the result of a search, whose runs were at other loads")
	case r.IdleTimeout != nil:
		return errors.New("is of a search for the idle timeout, whose connections were each silent for another time")
	case r.Merged != nil:
		return errors.New("is a sum of results: add up its parts with the others")
	case r.scattered():
		return errors.New("has intervals that lie days apart, or far from its window")
	case r.Cycles != nil:
		return errors.New("is of several cycles, whose pauses no clock would align")
	}
	return nil
}

// scattered reports whether the intervals, of a second or so each, are far from
// filling the time from the first to the last.
func (r *Result) scattered() bool {
	from, to := 0.0, r.WindowS
	for _, i := range r.Intervals {
		from, to = min(from, i.TimeS-i.LengthS), max(to, i.TimeS)
	}
	const day = 24 * 60 * 60
	return !(to-from < float64(2*len(r.Intervals))+day)
}

// An overlap is the time from the first window's beginning to the last one's
// end, and the share of it that not all windows cover.
type overlap struct {
	started time.Time
	lengthS float64
	gap     float64
}

// overlapOf looks at the windows of parts. One that measured nothing has none.
func overlapOf(parts []*Result) (overlap, error) {
	o := overlap{started: parts[0].Started}
	latest, earliest := math.Inf(-1), math.Inf(1) // beginning and end
	last := 0.0
	first := true
	for _, p := range parts {
		if p.WindowS <= 0 {
			continue
		}
		if first || p.Started.Before(o.started) {
			if !first {
				shift := o.started.Sub(p.Started).Seconds()
				latest, earliest, last = latest+shift, earliest+shift, last+shift
			}
			o.started, first = p.Started, false
		}
		from := p.Started.Sub(o.started).Seconds()
		latest = max(latest, from)
		earliest = min(earliest, from+p.WindowS)
		last = max(last, from+p.WindowS)
	}
	if first {
		return o, nil
	}
	if earliest <= latest {
		return o, fmt.Errorf("the parts did not load the server at the same time: one began %.3g s after another had ended", latest-earliest)
	}
	o.lengthS = last
	o.gap = 1 - (earliest-latest)/last
	return o, nil
}

// check tells where rates are too low because parts were not all there.
func (o overlap) check() []Finding {
	const text = "For this share of the time not all parts loaded the server, and the rates are of all of it; start them together, or let them run for longer."
	found := grade(o.gap, 0.10, 0.50, unitRatio, text)
	if found == nil && o.gap > 0.01 {
		found = []Finding{{Level: Note, Value: o.gap, Limit: 0.01, Unit: unitRatio, Text: text}}
	}
	for i := range found {
		found[i].Check = "overlap"
	}
	return found
}

// checkSharedCPU notes where the parts would have been short of CPU if they ran
// on one machine, which no part can know by itself.
func checkSharedCPU(parts []*Result) []Finding {
	busy, cores := 0.0, 0.0
	for _, p := range parts {
		if p.WindowS > 0 {
			busy += (p.Client.CPUUserS + p.Client.CPUSystemS) / p.WindowS
		}
		cores = max(cores, p.Client.Cores)
	}
	// Above one machine's cores there were several.
	if cores <= 0 || busy <= 0.80*cores || busy > 1.05*cores {
		return nil
	}
	return []Finding{{
		Check: "cpu", Level: Note, Value: busy / cores, Limit: 0.80, Unit: unitRatio,
		Text: "The parts together used this share of the cores of one machine: if they ran on one, it was short of CPU.",
	}}
}

// commonFlags returns the flags that all parts have, in the order of the first.
func commonFlags(parts []*Result) []string {
	common := []string{}
	for _, flag := range parts[0].Flags {
		if !slices.ContainsFunc(parts, func(p *Result) bool { return !slices.Contains(p.Flags, flag) }) {
			common = append(common, flag)
		}
	}
	return common
}

// verdictOf is the verdict of a sum: what was found in the parts, each thing
// once with the numbers of all parts that have it and the worst one's figures,
// and what the sum itself gives reason for.
func verdictOf(noun string, parts []*Result, own []Finding) Verdict {
	v := Verdict{Status: Valid, Findings: []Finding{}}
	var of [][]int // the parts of each finding, from 1 on
	for i, p := range parts {
		v.Status = worse(v.Status, p.Verdict.Status)
		for _, f := range p.Verdict.Findings {
			k := slices.IndexFunc(v.Findings, func(o Finding) bool {
				return o.Check == f.Check && quantileOf.ReplaceAllString(o.Text, "") == quantileOf.ReplaceAllString(f.Text, "")
			})
			if k < 0 {
				v.Findings, of = append(v.Findings, f), append(of, []int{i + 1})
				continue
			}
			if o := &v.Findings[k]; graver(f, *o) {
				*o = f
			}
			if last := len(of[k]) - 1; of[k][last] != i+1 {
				of[k] = append(of[k], i+1)
			}
		}
	}
	for k := range v.Findings {
		f := &v.Findings[k]
		f.Text = numbered(noun, of[k], len(parts)) + ": " + f.Text
	}
	for _, f := range own {
		v.Findings = append(v.Findings, f)
		v.Status = worse(v.Status, f.Level)
	}
	return v
}

// quantileOf is what a text says its value is of: it depends on how many there were.
var quantileOf = regexp.MustCompile(` \((p[0-9.]+|the latest)\)`)

// graver reports whether a weakens a result more than b, a finding of the same
// check.
func graver(a, b Finding) bool {
	if a.Level != b.Level {
		return worse(a.Level, b.Level) == a.Level && a.Level != Note
	}
	return a.Value > b.Value
}

// numbered names parts by their numbers: "Part 3", "Parts 1 and 3", "Both parts",
// "All 4 parts".
func numbered(noun string, numbers []int, all int) string {
	title := strings.ToUpper(noun[:1]) + noun[1:]
	switch {
	case len(numbers) == all && all == 2:
		return "Both " + noun + "s"
	case len(numbers) == all && all > 1:
		return fmt.Sprintf("All %d %ss", all, noun)
	case len(numbers) == 1:
		return fmt.Sprintf("%s %d", title, numbers[0])
	case len(numbers) > 6:
		return fmt.Sprintf("%ss %d to %d, %d of them", title, numbers[0], numbers[len(numbers)-1], len(numbers))
	}
	words := make([]string, len(numbers))
	for i, n := range numbers {
		words[i] = fmt.Sprint(n)
	}
	last := len(words) - 1
	return title + "s " + strings.Join(words[:last], ", ") + " and " + words[last]
}
