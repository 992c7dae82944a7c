package regress

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// calibrations is how many benches Calibrate simulates.
const calibrations = 1_000

// A Calibration says what Bench can see on a host, from pairs in which old and
// new were the same.
type Calibration struct {
	Benches           int     // simulated
	FalseAlarms       int     // of them Regressed
	RateLow, RateHigh float64 // of the rate of false alarms: its 95% interval
	Detectable        []Detectable
	LeftOut           []LeftOut
}

// Detectable is the least worsening that nine benches in ten call Regressed.
type Detectable struct {
	Metric    Metric
	Worsening float64 // relative to the old figure: 0.05 is 5%
}

// Calibrate simulates benches whose pairs are drawn from these, FirstLook or
// more of them, in which old and new were the same program: either sign of a
// difference is then as likely, and is drawn too. The metrics are
// DefaultMetrics where nil, the errors are those of Bench and that no metric is
// left, and the same seed draws the same benches.
//
// What is detectable is so in a metric that got worse alone; where several do,
// Holm asks less of all but the first. It is no smaller than the least effect.
func Calibrate(pairs []Pair, metrics []Metric, seed uint64) (*Calibration, error) {
	if len(pairs) < FirstLook {
		return nil, fmt.Errorf("it takes %d pairs to calibrate, not %d", FirstLook, len(pairs))
	}
	if metrics == nil {
		metrics = DefaultMetrics()
	}
	old, new := sides(pairs)
	samples, left, err := samples(old, new, metrics)
	if err != nil {
		return nil, err
	}
	if len(samples) == 0 {
		return nil, fmt.Errorf("none of the %d metrics has a figure in every result", len(metrics))
	}
	c := &Calibration{Benches: calibrations, LeftOut: left}
	measured := make([][]float64, len(samples))
	for i := range samples {
		measured[i] = samples[i].effects()
	}
	random := rand.New(rand.NewPCG(seed, 0))
	needed := make([][]float64, len(samples)) // effects at which each bench would be Regressed
	for range calibrations {
		drawn := draw(measured, random)
		if simulate(samples, drawn) == Regressed {
			c.FalseAlarms++
		}
		for i, s := range samples {
			needed[i] = append(needed[i], s.metric.needed(drawn[i], lookAlpha/float64(len(samples))))
		}
	}
	c.RateLow, c.RateHigh = ClopperPearson(c.FalseAlarms, c.Benches, 0.95)
	for i, s := range samples {
		slices.Sort(needed[i])
		c.Detectable = append(c.Detectable, Detectable{s.metric, s.metric.worsening(needed[i][calibrations*9/10-1])})
	}
	return c, nil
}

// draw returns the effects of LastLook pairs drawn with replacement, with all
// their metrics, and with a sign.
func draw(measured [][]float64, random *rand.Rand) [][]float64 {
	drawn := make([][]float64, len(measured))
	for range LastLook {
		pair, sign := random.IntN(len(measured[0])), float64(1-2*random.IntN(2))
		for i := range measured {
			drawn[i] = append(drawn[i], sign*measured[i][pair])
		}
	}
	return drawn
}

// simulate returns the outcome of a bench whose pairs have these effects, by
// metric and pair.
func simulate(samples []sample, effects [][]float64) Outcome {
	var outcome Outcome
	for _, pairs := range [...]int{FirstLook, LastLook} {
		tests := make([]test, len(samples))
		for i, s := range samples {
			tests[i] = pairedTest(s.metric, effects[i][:pairs])
		}
		outcomes, _ := judge(tests, lookAlpha)
		if outcome = overall(outcomes); outcome != Inconclusive {
			break
		}
	}
	return outcome
}

// needed returns by how much each of the effects d of LastLook pairs would have
// to be worse for a bench to call the metric Regressed, when its test must reach
// alpha: the interval's lower end then leaves zero behind, and the estimate
// reaches the least effect, at one look or the other.
func (m Metric) needed(d []float64, alpha float64) float64 {
	least := math.Inf(1)
	for _, pairs := range [...]int{FirstLook, LastLook} {
		e := signedRankShift(d[:pairs], alpha)
		least = min(least, max(-e.Low, m.margin()-e.Point))
	}
	return least
}
