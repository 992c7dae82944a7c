package regress

import "slices"

// An Outcome is what is said of a metric, or of all of them.
type Outcome string

// The outcomes. Only Regressed fails a build, and Inconclusive where it is
// asked to be strict.
const (
	// Regressed: slower for sure, and by no less than the least effect.
	Regressed Outcome = "REGRESSED"
	// Equivalent: whatever the difference, it is less than the least effect.
	Equivalent Outcome = "EQUIVALENT"
	// Improved is Regressed with old and new the other way round. It has an
	// error rate of its own, of the same size, since it fails nothing.
	Improved Outcome = "IMPROVED"
	// Inconclusive: too noisy, or too few, to say any of the above.
	Inconclusive Outcome = "INCONCLUSIVE"
)

// An Estimate is an effect and the interval around it. Effects are ln(new/old),
// signed so that positive is worse; Metric.Change makes a share of one.
type Estimate struct {
	Point      float64
	Low, High  float64 // the ends belong to the interval
	Confidence float64 // of the interval, both sides together: 0.99, say
}

// A Change is by how much a metric differs.
type Change struct {
	Metric Metric
	// Old and New are the metric's figures, messages a second or nanoseconds:
	// medians where there are several results. Their ratio need not be the
	// effect, which is estimated pair by pair, or from each with each.
	Old, New float64
	Effect   Estimate
}

// Exceeds reports whether the metric got worse by more than the share limit,
// 0.1 for 10%, wherever in its interval the truth lies.
func (c *Change) Exceeds(limit float64) bool {
	m := c.Metric
	m.LeastEffect = limit
	return c.Effect.Low > m.margin()
}

// A Comparison is a Change that was tested.
type Comparison struct {
	Change
	P        float64 // one-sided: how likely a result at least as bad is without a change
	Adjusted float64 // P after Holm, for all metrics together
	Outcome  Outcome
}

// A Report is the comparison of all metrics.
type Report struct {
	Old, New    int     // results on each side
	Alpha       float64 // what Adjusted is compared with
	Comparisons []Comparison
	LeftOut     []LeftOut
	// Hopeless says, where it is so, that no figures whatever could have been
	// significant, and what would help: one sentence.
	Hopeless string

	first bool // of two looks
}

// Outcome returns the outcome of all metrics together: Regressed where one is,
// else Inconclusive where one is, was left out in doubt, or none was compared,
// else Improved where one is.
func (r *Report) Outcome() Outcome {
	outcomes := r.outcomes()
	if len(outcomes) == 0 || slices.ContainsFunc(r.LeftOut, func(l LeftOut) bool { return l.Doubt }) {
		outcomes = append(outcomes, Inconclusive)
	}
	return overall(outcomes)
}

// outcomes returns those of the metrics that were compared.
func (r *Report) outcomes() []Outcome {
	outcomes := make([]Outcome, len(r.Comparisons))
	for i := range r.Comparisons {
		outcomes[i] = r.Comparisons[i].Outcome
	}
	return outcomes
}

func overall(outcomes []Outcome) Outcome {
	for _, o := range [...]Outcome{Regressed, Inconclusive, Improved} {
		if slices.Contains(outcomes, o) {
			return o
		}
	}
	return Equivalent
}

// A test is what was made of one metric's figures: the probabilities of an
// effect as high (worse) and as low (better) by chance, and the estimate.
type test struct {
	metric        Metric
	worse, better float64
	effect        Estimate
}

// judge says what becomes of each test at alpha, all of them together, and
// returns the adjusted probabilities of worse with it.
func judge(tests []test, alpha float64) ([]Outcome, []float64) {
	worse := make([]float64, len(tests))
	better := make([]float64, len(tests))
	for i, t := range tests {
		worse[i], better[i] = t.worse, t.better
	}
	worse, better = holm(worse), holm(better)
	outcomes := make([]Outcome, len(tests))
	for i, t := range tests {
		outcomes[i] = classify(t.metric, t.effect, worse[i] <= alpha, better[i] <= alpha)
	}
	return outcomes, worse
}

// newReport judges the tests of samples, which go with them one by one, of so
// many results.
func newReport(old, new int, samples []sample, tests []test, left []LeftOut, alpha float64) *Report {
	r := &Report{Old: old, New: new, Alpha: alpha, LeftOut: left}
	outcomes, adjusted := judge(tests, alpha)
	for i, s := range samples {
		r.Comparisons = append(r.Comparisons, Comparison{
			Change: Change{
				Metric: s.metric,
				Old:    medianOf(s.old),
				New:    medianOf(s.new),
				Effect: tests[i].effect,
			},
			P:        tests[i].worse,
			Adjusted: adjusted[i],
			Outcome:  outcomes[i],
		})
	}
	return r
}

// classify says what becomes of a metric that is or is not significantly slower
// and faster.
func classify(m Metric, e Estimate, slower, faster bool) Outcome {
	margin := m.margin()
	switch {
	case slower && e.Point >= margin:
		return Regressed
	case faster && e.Point <= -margin:
		return Improved
	case -margin < e.Low && e.High < margin:
		return Equivalent
	}
	return Inconclusive
}
