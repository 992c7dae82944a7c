package stats

import (
	"math"
	"slices"
)

// checkDrift compares the first third of the measured window with its last:
// a server that was still warming up, or filling up, has no one latency. Under
// a load that changed it has none anyway, nor in a run in which something happens.
func checkDrift(r *Result) []Finding {
	if len(r.Stages) > 0 || slices.ContainsFunc(r.Groups, func(g Group) bool { return g.ToS > 0 }) {
		return nil
	}
	var p50, p99 []float64
	for _, i := range r.Intervals {
		if i.Phase == "measure" && i.RTTP50NS > 0 {
			p50 = append(p50, float64(i.RTTP50NS))
			p99 = append(p99, float64(i.RTTP99NS))
		}
	}
	return append(
		grade(drift(p50), 0.10, never, unitRatio,
			"Latency (p50) changed from the first third of the window to the last; warm up for longer, and look for what fills up."),
		grade(drift(p99), 0.10, never, unitRatio,
			"Latency (p99) changed from the first third of the window to the last; warm up for longer, and look for what fills up.")...)
}

// drift returns by how much the median of the last third of values differs
// from that of the first, relative to the smaller. It is 0 where that may be
// noise: with fewer than three values in a third, or where the middle halves of
// the two thirds overlap. Second by second, the p99 of an undisturbed run
// easily varies by more than a tenth.
func drift(values []float64) float64 {
	third := len(values) / 3
	if third < 3 {
		return 0
	}
	first := slices.Sorted(slices.Values(values[:third]))
	last := slices.Sorted(slices.Values(values[len(values)-third:]))
	quarter := third / 4
	lowest, highest := quarter, third-1-quarter
	if first[highest] >= last[lowest] && last[highest] >= first[lowest] {
		return 0
	}
	a, b := first[third/2], last[third/2]
	return math.Abs(a-b) / min(a, b)
}
