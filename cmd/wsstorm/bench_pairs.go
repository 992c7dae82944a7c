package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"wsstorm/stats"
	"wsstorm/stats/regress"
)

// A pairing is the runs of a bench as they are made.
type pairing struct {
	contest  *contest
	old, new *contender
	order    *rand.Rand
	progress *benchProgress // nil shows nothing

	pairs    []regress.Pair
	newFirst []bool // of each pair
	repeated int
	failed   [2]int // runs that missed an objective, of old and of new
}

// judge makes as many pairs as it takes, and judges them.
func (p *pairing) judge(ctx context.Context, metrics []regress.Metric) (*regress.Report, error) {
	defer p.progress.stop()
	if err := p.measure(ctx, regress.FirstLook); err != nil {
		return nil, err
	}
	r, err := regress.Bench(p.pairs, metrics)
	if err != nil || !r.Undecided() {
		return r, err
	}
	if err := p.measure(ctx, regress.LastLook); err != nil {
		return nil, err
	}
	return regress.Bench(p.pairs, metrics)
}

// repeatable is the share of pairs that may be invalid and made again.
const repeatable = 0.20

// measure makes pairs until there are n.
func (p *pairing) measure(ctx context.Context, n int) error {
	for len(p.pairs) < n {
		newFirst := p.order.IntN(2) == 1
		pair, err := p.pair(ctx, newFirst, n)
		if err != nil {
			return err
		}
		// Whichever side was invalid: to repeat a pair because one of them was
		// would choose its results.
		if why := slices.Concat(unusable(pair.Old), unusable(pair.New)); len(why) > 0 {
			p.repeated++
			if float64(p.repeated) > repeatable*float64(n) {
				return &invalidPairsError{p.repeated, len(p.pairs) + p.repeated, why}
			}
			continue
		}
		p.pairs = append(p.pairs, pair)
		p.newFirst = append(p.newFirst, newFirst)
		for side, r := range []*stats.Result{pair.Old, pair.New} {
			if outcome(r) == exitMissed {
				p.failed[side]++
			}
		}
	}
	return nil
}

// pair makes both runs of a pair.
func (p *pairing) pair(ctx context.Context, newFirst bool, of int) (pair regress.Pair, err error) {
	order := []*contender{p.old, p.new}
	if newFirst {
		slices.Reverse(order)
	}
	for _, c := range order {
		p.progress.begin(len(p.pairs), of, c.side)
		r, err := p.contest.run(ctx, c)
		if err != nil {
			return pair, err
		}
		p.progress.end()
		if c == p.old {
			pair.Old = r
		} else {
			pair.New = r
		}
	}
	return pair, nil
}

// unusable returns the checks by which a result is invalid.
func unusable(r *stats.Result) []string {
	if r.Verdict.Status != stats.Invalid {
		return nil
	}
	var why []string
	for _, f := range r.Verdict.Findings {
		if f.Level == stats.Invalid {
			why = append(why, f.Check)
		}
	}
	if why == nil {
		why = []string{"its verdict"}
	}
	return why
}

// An invalidPairsError says that the machine is not fit for the bench.
type invalidPairsError struct {
	repeated, made int
	why            []string
}

func (e *invalidPairsError) Error() string {
	reason := "the client was the limit, the last time by %s; fewer connections, or a lower rate"
	if !slices.ContainsFunc(e.why, func(check string) bool { return check != "connections" && check != "lost" }) {
		reason = "connections or replies were lost (%s), and what then is measured is another load; look at the servers"
	}
	return fmt.Sprintf("%d of %d pairs were invalid, and at most %s may be: "+reason,
		e.repeated, e.made, formatShare(repeatable), strings.Join(slices.Compact(e.why), ", "))
}

// basis says on what the judgement stands, by a test or none.
func (p *pairing) basis(seed uint64, test string) string {
	return fmt.Sprintf("%d pairs (%d invalid ones made again), order seed %d, %s",
		len(p.pairs), p.repeated, seed, test)
}

// notes are what weakens the judgement.
func (p *pairing) notes() []string {
	var notes []string
	if p.failed != [2]int{} {
		notes = append(notes, fmt.Sprintf("Objectives (no errors, or --fail-if) were missed in %d runs of the old server and in %d of the new one: what fails need not be slow.",
			p.failed[0], p.failed[1]))
	}
	return notes
}

// A benchRecord is how the pairs came about, and all that was measured.
type benchRecord struct {
	OrderSeed   uint64           `json:"order_seed"`
	Repeated    int              `json:"repeated_pairs"`
	Pairs       []pairRecord     `json:"pairs"`
	Calibration *calibrationNote `json:"calibration,omitempty"`
}

type pairRecord struct {
	NewFirst bool          `json:"new_first"`
	Old      *stats.Result `json:"old"`
	New      *stats.Result `json:"new"`
}

// A calibrationNote is what --aa found.
type calibrationNote struct {
	Benches     int                `json:"benches"`
	FalseAlarms int                `json:"false_alarms"`
	RateLow     float64            `json:"rate_low"` // 95% interval
	RateHigh    float64            `json:"rate_high"`
	Detectable  map[string]float64 `json:"detectable"` // share, by metric
}

func (p *pairing) record(seed uint64) *benchRecord {
	record := &benchRecord{OrderSeed: seed, Repeated: p.repeated}
	for i, pair := range p.pairs {
		record.Pairs = append(record.Pairs, pairRecord{p.newFirst[i], pair.Old, pair.New})
	}
	return record
}

func (r *benchRecord) calibrated(c *regress.Calibration) {
	r.Calibration = &calibrationNote{c.Benches, c.FalseAlarms, c.RateLow, c.RateHigh, map[string]float64{}}
	for _, d := range c.Detectable {
		r.Calibration.Detectable[d.Metric.Name] = d.Worsening
	}
}
