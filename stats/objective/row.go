package objective

import (
	"fmt"
	"math"

	"wsstorm/stats"
)

// slack is by how many seconds a stretch may be shorter than asked for: intervals end
// a little early or late, each from where the one before ended.
const slack = 0.05

// phase is the one whose intervals count, the measured window.
const phase = "measure"

// valueInARow returns, of all stretches of the measured window that are as long
// as the objective wants, the one value that speaks for them: that of the worst
// stretch in its mildest second. The condition held for so long where it holds
// for this value.
//
// A second without a reply has no latency, and may not pass for a fast one: it
// counts as worse than any limit. Where the worst stretch has no other seconds,
// there is no value, nor is there where the window was too short.
func (o Objective) valueInARow(intervals []stats.Interval) (float64, string) {
	worst, length := math.Inf(-1), 0.0
	var row []stats.Interval
	for _, i := range intervals {
		if i.Phase != phase {
			continue
		}
		if len(row) > 0 && row[0].Cycle != i.Cycle {
			row = nil // a stretch does not go on in the next cycle
		}
		row = append(row, i)
		length += i.LengthS
		if harm, ok := o.harm(row); ok {
			worst = max(worst, harm)
		}
	}
	switch {
	case math.IsInf(worst, -1):
		return 0, fmt.Sprintf("the run was measured for %.3g s only", length)
	case math.IsInf(worst, 1):
		return 0, fmt.Sprintf("for %d s there was no reply at all", o.row)
	}
	return o.harmful(worst), ""
}

// harm returns how bad the mildest second of the last stretch of row is, more
// being worse; false where row is shorter than a stretch.
func (o Objective) harm(row []stats.Interval) (float64, bool) {
	mildest, length := math.Inf(1), 0.0
	for at := len(row) - 1; at >= 0; at-- {
		if v, ok := o.metric.second(row[at]); ok {
			mildest = min(mildest, o.harmful(v))
		}
		if length += row[at].LengthS; length >= float64(o.row)-slack {
			return mildest, true
		}
	}
	return 0, false
}

// harmful turns a value into one of which more is worse, and back.
func (o Objective) harmful(v float64) float64 {
	if o.op.upward() {
		return v
	}
	return -v
}
