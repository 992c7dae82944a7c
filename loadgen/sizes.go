package loadgen

import "math/bits"

// sizes draws the size of every message: message seq of connection conn always
// has the same one, so that nothing about it needs to be kept.
type sizes struct {
	classes []SizeClass
	pattern []uint8 // the classes in the order they are taken, weights applied
	seed    uint64
}

// maxPattern bounds the sum of the weights.
const maxPattern = 1 << 16

func newSizes(classes []SizeClass, seed uint64) *sizes {
	s := &sizes{classes: classes, seed: seed}
	total := 0
	for _, c := range classes {
		total += c.weight()
	}
	// Smooth weighted round robin: classes alternate as evenly as their
	// weights allow, and every one of them comes early.
	credit := make([]int, len(classes))
	for range total {
		best := 0
		for i, c := range classes {
			credit[i] += c.weight()
			if credit[i] > credit[best] {
				best = i
			}
		}
		credit[best] -= total
		s.pattern = append(s.pattern, uint8(best))
	}
	return s
}

func (c SizeClass) weight() int { return max(c.Weight, 1) }

// at returns the class and the payload bytes of message seq of connection conn.
func (s *sizes) at(conn, seq uint32) (class int, size int) {
	if len(s.pattern) > 1 {
		// Connections begin at different places of the pattern.
		class = int(s.pattern[(uint64(conn)+uint64(seq))%uint64(len(s.pattern))])
	}
	c := &s.classes[class]
	if c.Min == c.Max {
		return class, c.Min
	}
	hi, _ := bits.Mul64(mix(s.seed^uint64(conn)<<32^uint64(seq)), uint64(c.Max-c.Min+1))
	return class, c.Min + int(hi)
}

// min returns the smallest size that can come.
func (s *sizes) min() int {
	least := s.classes[0].Min
	for _, c := range s.classes {
		least = min(least, c.Min)
	}
	return least
}

// max returns the largest size that can come.
func (s *sizes) max() int {
	most := 0
	for _, c := range s.classes {
		most = max(most, c.Max)
	}
	return most
}

// mix is the finalizer of SplitMix64 (Steele, Lea, Flood: Fast Splittable
// Pseudorandom Number Generators, 2014): a hash of 64 bits.
func mix(x uint64) uint64 {
	x += 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}
