package stats

import "slices"

// FairnessOf sums up the messages received by each connection that was opened;
// nil where none received any. It leaves received as it is.
func FairnessOf(received []int64) *Fairness {
	sorted := slices.Clone(received)
	slices.Sort(sorted)
	if len(sorted) == 0 || sorted[len(sorted)-1] == 0 {
		return nil
	}
	f := &Fairness{
		Min: sorted[0],
		P50: sorted[(len(sorted)-1)/2],
		Max: sorted[len(sorted)-1],
	}
	for _, n := range sorted {
		if n*10 >= f.P50 {
			break
		}
		f.Starved++
	}
	return f
}
