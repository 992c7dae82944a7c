package loadgen

import (
	"math"
	"testing"
)

func TestSizesKeepTheirWeights(t *testing.T) {
	for _, c := range []struct {
		name    string
		classes []SizeClass
	}{
		{"one", []SizeClass{{Min: 20, Max: 20}}},
		{"alike", []SizeClass{{Min: 0, Max: 0}, {Min: 125, Max: 125}, {Min: 126, Max: 126}}},
		{"8 to 1", []SizeClass{{Min: 125, Max: 125, Weight: 8}, {Min: 65536, Max: 65536}}},
		{"7, 11 and 2", []SizeClass{{Min: 1, Max: 9, Weight: 7}, {Min: 20, Max: 29, Weight: 11}, {Min: 5, Max: 5, Weight: 2}}},
		{"256 classes", many(256)},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSizes(c.classes, 3)
			period := 0
			for _, class := range c.classes {
				period += class.weight()
			}
			// From any beginning, on any connection: a period has every class
			// exactly as often as its weight says.
			for _, conn := range []uint32{0, 1, 5, 1 << 20} {
				for _, from := range []uint32{0, 1, uint32(2*period) + 1} {
					counts := make([]int, len(c.classes))
					for i := range uint32(period) {
						class, size := s.at(conn, from+i)
						counts[class]++
						if size < c.classes[class].Min || size > c.classes[class].Max {
							t.Fatalf("size %d lies outside of class %v", size, c.classes[class])
						}
					}
					for i, n := range counts {
						if n != c.classes[i].weight() {
							t.Errorf("connection %d from message %d: class %d came %d times, want %d", conn, from, i, n, c.classes[i].weight())
						}
					}
				}
			}
		})
	}
}

func many(n int) []SizeClass {
	classes := make([]SizeClass, n)
	for i := range classes {
		classes[i] = SizeClass{Min: i, Max: i, Weight: 1 + i%3}
	}
	return classes
}

func TestSizesAlternateAsEvenlyAsTheyCan(t *testing.T) {
	s := newSizes([]SizeClass{{Min: 1, Max: 1, Weight: 8}, {Min: 2, Max: 2, Weight: 2}}, 0)
	last := -1
	for i, class := range append(s.pattern, s.pattern...) {
		if class == 1 {
			if last >= 0 && i-last != 5 {
				t.Errorf("the rare class came at %d and at %d, want every fifth place", last, i)
			}
			last = i
		}
	}
	if last < 0 {
		t.Error("the rare class never came")
	}
}

// TestSizeRangesAreUniform compares counts with the uniform distribution by
// chi-squared at a fixed seed.
func TestSizeRangesAreUniform(t *testing.T) {
	const width, draws = 64, 64_000
	s := newSizes([]SizeClass{{Min: 64, Max: 64 + width - 1}}, 11)
	var counts [width]int
	for i := range uint32(draws) {
		_, size := s.at(i%100, i/100)
		counts[size-64]++
	}
	chi := 0.0
	for _, n := range counts {
		d := float64(n) - draws/width
		chi += d * d / (draws / width)
	}
	// 63 degrees of freedom: mean 63, standard deviation 11.2.
	if math.Abs(chi-63) > 4*11.2 {
		t.Errorf("chi-squared: got %.1f, want 63 within 45", chi)
	}
}

// TestSizesAreAFunctionOfTheMessage: a reply is judged by a size that nobody
// wrote down.
func TestSizesAreAFunctionOfTheMessage(t *testing.T) {
	classes := []SizeClass{{Min: 0, Max: 4096, Weight: 3}, {Min: 10000, Max: 20000}}
	a, b, other := newSizes(classes, 1), newSizes(classes, 1), newSizes(classes, 2)
	differ := 0
	for i := range uint32(1000) {
		_, x := a.at(i%7, i)
		_, y := b.at(i%7, i)
		_, z := other.at(i%7, i)
		if x != y {
			t.Fatalf("message %d has %d and %d bytes", i, x, y)
		}
		if x != z {
			differ++
		}
	}
	if differ < 900 {
		t.Errorf("two seeds agree on %d of 1000 sizes", 1000-differ)
	}
	if got := a.max(); got != 20000 {
		t.Errorf("max: got %d, want 20000", got)
	}
}
