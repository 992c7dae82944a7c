package objective

import (
	"math"

	"wsstorm/stats"
)

// Early reports whether a run can be known to miss the objective before it ends:
// a count of failures that only grows, or a condition that has lasted.
func (o Objective) Early() bool {
	return o.row > 0 || o.metric.soFar != nil && o.op.upward() && o.unit == count
}

// A Watch holds a run to its objectives while it lasts. It is for one goroutine.
type Watch struct {
	objectives []Objective
	row        []stats.Interval // the measured window so far
}

// NewWatch returns a Watch of those objectives that can be known to be missed
// early; the others it leaves to Check.
func NewWatch(objectives []Objective) *Watch {
	w := new(Watch)
	for _, o := range objectives {
		if o.Early() {
			w.objectives = append(w.objectives, o)
		}
	}
	return w
}

// See takes in the next interval of the run and its counts so far, and returns
// the first objective that is missed, whatever the rest of the run will be.
func (w *Watch) See(t stats.Totals, i stats.Interval) (missed Objective, ok bool) {
	if i.Phase == phase {
		w.row = append(w.row, i)
	}
	for _, o := range w.objectives {
		if o.row == 0 && o.op.holds(float64(o.metric.soFar(t)), o.limit) || o.row > 0 && w.lasts(o) {
			return o, true
		}
	}
	return Objective{}, false
}

// lasts reports whether the condition has held for as long as it has to.
func (w *Watch) lasts(o Objective) bool {
	harm, ok := o.harm(w.row)
	return ok && (math.IsInf(harm, 1) || o.op.holds(o.harmful(harm), o.limit))
}
