package stats

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// newSum adds up what adds up in whatever way the parts lie in time, and takes
// what they have in common. Rates are of lengthS, the time that they were
// received in; shift is by how much a part's own time, in seconds, is behind that
// of the sum.
func newSum(parts []*Result, started time.Time, lengthS float64, shift func(part *Result) float64) (*Result, error) {
	first := parts[0]
	r := &Result{
		Schema: Schema, Tool: first.Tool, Started: started, URL: first.URL, Driver: drivers(parts),
		Load: first.Load, WindowS: lengthS,
		Errors: map[string]Errors{}, Latency: map[string]*Latency{},
	}
	closes := map[closeCodes]int64{}
	for _, p := range parts {
		r.Interrupted = r.Interrupted || p.Interrupted
		addCounts(&r.Connections, &p.Connections)
		addCounts(&r.Messages, &p.Messages)
		addCounts(&r.Bytes, &p.Bytes)
		if p.Compression != nil {
			if r.Compression == nil {
				r.Compression = new(Compression)
			}
			addCounts(r.Compression, p.Compression)
		}
		for class, e := range p.Errors {
			sum := r.Errors[class]
			sum.Count += e.Count
			if sum.Example == "" {
				sum.Example = e.Example
			}
			r.Errors[class] = sum
		}
		for _, c := range p.Closes {
			closes[closeCodes{uint16(c.Sent), uint16(c.Received)}] += c.Count
		}
	}
	r.Messages.Rate = perSecond(r.Messages.Received, lengthS)
	var err error
	if r.Broadcast, err = addBroadcasts(parts, lengthS); err != nil {
		return nil, err
	}
	r.Closes = closeCounts(closes)
	r.SYNs = addSYNs(parts)
	r.Fairness = fairnessOfAll(parts)
	if err := r.addLatencies(parts); err != nil {
		return nil, err
	}
	r.FillOpening()
	r.Closing = addClosings(r, parts, shift)
	r.Recovery = addRecoveries(r, parts)
	if err := r.addSizes(parts); err != nil {
		return nil, err
	}
	if err := r.addStages(parts); err != nil {
		return nil, err
	}
	return r, r.addGroups(parts, shift)
}

// unshifted is for parts whose times are all their own.
func unshifted(*Result) float64 { return 0 }

// addCounts adds every whole number of part to sum's, both structs of counts: one
// that is counted tomorrow adds up too.
func addCounts[T any](sum, part *T) {
	s, p := reflect.ValueOf(sum).Elem(), reflect.ValueOf(part).Elem()
	for i := range s.NumField() {
		if f := s.Field(i); f.CanInt() {
			f.SetInt(f.Int() + p.Field(i).Int())
		}
	}
}

func perSecond(n int64, lengthS float64) float64 {
	if lengthS <= 0 {
		return 0
	}
	return float64(n) / lengthS
}

// drivers names the drivers of all parts, each once.
func drivers(parts []*Result) string {
	var names []string
	for _, p := range parts {
		if !slices.Contains(names, p.Driver) {
			names = append(names, p.Driver)
		}
	}
	return strings.Join(names, "+")
}

// addLatencies merges each metric that a part has.
func (r *Result) addLatencies(parts []*Result) error {
	byMetric := map[string][]*Latency{}
	for _, p := range parts {
		for metric, l := range p.Latency {
			byMetric[metric] = append(byMetric[metric], l)
		}
	}
	for metric, all := range byMetric {
		var censored int64
		for _, l := range all {
			censored += l.Censored
		}
		// Those of a part without a single reply are in none of its latencies.
		switch {
		case metric == RTT.String(), metric == Delivery.String() && r.Broadcast != nil:
			censored = r.Messages.Unanswered()
		case metric == Service.String():
			censored = r.Messages.Lost
		case metric == Skew.String() && r.Broadcast != nil:
			censored = r.Broadcast.Incomplete
		}
		l, err := mergeLatencies(all, censored)
		if err != nil {
			return fmt.Errorf("%s: %w", metric, err)
		}
		if l != nil {
			r.Latency[metric] = l
		}
	}
	return nil
}

// errGeometry says that histograms have buckets of other bounds.
var errGeometry = errors.New("the histograms do not have the same buckets")

// mergeLatencies adds up histograms bucket for bucket, and sums them up with so
// many censored values; nil where there is no value. A nil Latency has none.
func mergeLatencies(all []*Latency, censored int64) (*Latency, error) {
	var sum *hdrhistogram.Histogram
	var clamped, count int64
	for _, l := range all {
		if l == nil {
			continue
		}
		h, err := l.Histogram()
		if err != nil {
			return nil, err
		}
		clamped += l.Clamped
		count += h.TotalCount()
		if sum == nil {
			sum = h
			continue
		}
		if h.LowestTrackableValue() != sum.LowestTrackableValue() || h.HighestTrackableValue() != sum.HighestTrackableValue() ||
			h.SignificantFigures() != sum.SignificantFigures() {
			return nil, errGeometry
		}
		if dropped := sum.Merge(h); dropped > 0 {
			return nil, fmt.Errorf("%d values have no bucket in the sum", dropped)
		}
	}
	if count == 0 {
		return nil, nil
	}
	return newLatency(sum, clamped, censored), nil
}

// addSizes adds up by size, in the order of first appearance. Where a part was of
// one size, and so did not break it down, there is nothing to tell.
func (r *Result) addSizes(parts []*Result) error {
	var labels []string
	for _, p := range parts {
		if len(p.Sizes) == 0 {
			return nil
		}
		for _, s := range p.Sizes {
			if !slices.Contains(labels, s.Bytes) {
				labels = append(labels, s.Bytes)
			}
		}
	}
	for _, label := range labels {
		sum := Size{Bytes: label}
		var rtts []*Latency
		for _, p := range parts {
			for i := range p.Sizes {
				if s := &p.Sizes[i]; s.Bytes == label {
					addCounts(&sum.Messages, &s.Messages)
					rtts = append(rtts, s.RTT)
				}
			}
		}
		sum.Messages.Rate = perSecond(sum.Messages.Received, r.WindowS)
		var err error
		if sum.RTT, err = mergeLatencies(rtts, sum.Messages.Unanswered()); err != nil {
			return fmt.Errorf("size %s: %w", label, err)
		}
		r.Sizes = append(r.Sizes, sum)
	}
	return nil
}

// addStages adds up by stage where all parts had the same, to the end; one that
// was interrupted had not.
func (r *Result) addStages(parts []*Result) error {
	stages := parts[0].Stages
	for _, p := range parts {
		if !slices.EqualFunc(p.Stages, stages, func(a, b Stage) bool { return a.FromS == b.FromS && a.ToS == b.ToS }) {
			return nil
		}
	}
	for i, s := range stages {
		sum := s
		sum.Messages = Messages{}
		var rtts []*Latency
		for _, p := range parts {
			addCounts(&sum.Messages, &p.Stages[i].Messages)
			rtts = append(rtts, p.Stages[i].RTT)
		}
		sum.Messages.Rate = perSecond(sum.Messages.Received, s.ToS-s.FromS)
		var err error
		if sum.RTT, err = mergeLatencies(rtts, sum.Messages.Unanswered()); err != nil {
			return fmt.Errorf("stage %d: %w", i+1, err)
		}
		r.Stages = append(r.Stages, sum)
	}
	return nil
}

// addGroups adds up by group where all parts had the same. Their times, which a
// server may have a say in, are from the first beginning to the last end.
func (r *Result) addGroups(parts []*Result, shift func(*Result) float64) error {
	groups := parts[0].Groups
	for _, p := range parts {
		if !slices.EqualFunc(p.Groups, groups, func(a, b Group) bool { return a.Name == b.Name && a.Aside == b.Aside }) {
			return nil
		}
	}
	for i, g := range groups {
		sum := g
		sum.Connections, sum.BytesReceived, sum.Cut, sum.Messages = 0, 0, 0, Messages{}
		sum.CutAfterS = 0 // the median of several medians is unknown
		timed := false
		sum.FromS, sum.ToS = math.Inf(1), 0
		var rtts []*Latency
		for _, p := range parts {
			of := &p.Groups[i]
			if of.ToS > 0 { // otherwise the part came to none of it, or it is all of its time
				timed = true
				sum.FromS, sum.ToS = min(sum.FromS, of.FromS+shift(p)), max(sum.ToS, of.ToS+shift(p))
			}
			if addCounts(&sum, of); of.Cut > 0 && of.Cut == sum.Cut {
				sum.CutAfterS = of.CutAfterS
			} else if of.Cut > 0 {
				sum.CutAfterS = 0
			}
			addCounts(&sum.Messages, &of.Messages)
			rtts = append(rtts, of.RTT)
		}
		length := r.WindowS
		if !timed {
			sum.FromS, sum.ToS = 0, 0
		} else if sum.ToS > sum.FromS {
			length = sum.ToS - sum.FromS
		}
		sum.Messages.Rate = perSecond(sum.Messages.Received, length)
		var err error
		if sum.RTT, err = mergeLatencies(rtts, sum.Messages.Unanswered()); err != nil {
			return fmt.Errorf("group %s: %w", g.Name, err)
		}
		r.Groups = append(r.Groups, sum)
	}
	return nil
}

// addSYNs adds up the connections whose SYN was sent again equally often.
func addSYNs(parts []*Result) []SYNRetransmission {
	var all []SYNRetransmission
	for _, p := range parts {
		for _, s := range p.SYNs {
			i := slices.IndexFunc(all, func(o SYNRetransmission) bool { return o.Retransmissions == s.Retransmissions })
			if i < 0 {
				all = append(all, s)
				continue
			}
			o := &all[i]
			n := float64(o.Connections + s.Connections)
			o.ConnectMeanS = (o.ConnectMeanS*float64(o.Connections) + s.ConnectMeanS*float64(s.Connections)) / n
			o.Connections += s.Connections
		}
	}
	slices.SortFunc(all, func(a, b SYNRetransmission) int { return cmp.Compare(a.Retransmissions, b.Retransmissions) })
	return all
}

// fairnessOfAll is that of the connections of all parts, where it can be known.
// Of the median that is where every part has the same one: half of each lie at
// it or below, and half at it or above. Then the starved ones add up.
func fairnessOfAll(parts []*Result) *Fairness {
	var sum *Fairness
	for _, p := range parts {
		f := p.Fairness
		switch {
		case f == nil:
			return nil
		case sum == nil:
			all := *f
			sum = &all
		case f.P50 != sum.P50:
			return nil
		default:
			sum.Min = min(sum.Min, f.Min)
			sum.Max = max(sum.Max, f.Max)
			sum.Starved += f.Starved
		}
	}
	return sum
}
