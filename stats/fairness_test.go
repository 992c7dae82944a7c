package stats

import (
	"reflect"
	"slices"
	"testing"
)

func TestFairnessOf(t *testing.T) {
	for _, c := range []struct {
		received []int64
		want     *Fairness
	}{
		{nil, nil},
		{[]int64{0, 0}, nil},
		{[]int64{7}, &Fairness{Min: 7, P50: 7, Max: 7}},
		{[]int64{9, 1, 5}, &Fairness{Min: 1, P50: 5, Max: 9}},
		{[]int64{100, 10, 100, 9, 0, 100, 101}, &Fairness{Min: 0, P50: 100, Max: 101, Starved: 2}},
		{[]int64{0, 0, 0, 5}, &Fairness{Min: 0, P50: 0, Max: 5}},
	} {
		given := slices.Clone(c.received)
		if got := FairnessOf(given); !reflect.DeepEqual(got, c.want) {
			t.Errorf("FairnessOf(%v): got %+v, want %+v", c.received, got, c.want)
		}
		if !slices.Equal(given, c.received) {
			t.Errorf("FairnessOf(%v) reordered its argument: %v", c.received, given)
		}
	}
}
