package wsclient

import "errors"

// farthest is an inflater that was written for one question: how many bytes back
// does a deflate stream refer at most? It follows RFC 1951, bit by bit, and
// shares nothing with the libraries.
func farthest(stream []byte) (output []byte, distance int, err error) {
	r := &bitReader{in: stream}
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("malformed stream")
		}
	}()
	for !r.done() {
		final := r.bits(1)
		switch r.bits(2) {
		case 0:
			r.align()
			n := r.bits(16)
			if n != ^r.bits(16)&0xFFFF {
				return output, distance, errors.New("stored block with a wrong length")
			}
			for range n {
				output = append(output, byte(r.bits(8)))
			}
		case 1:
			lengths := make([]int, 288)
			for i := range lengths {
				lengths[i] = [...]int{8, 9, 7, 8}[b2i(i >= 144)+b2i(i >= 256)+b2i(i >= 280)]
			}
			fives := make([]int, 30)
			for i := range fives {
				fives[i] = 5
			}
			output, distance = r.block(newCode(lengths), newCode(fives), output, distance)
		case 2:
			literals, distances := r.bits(5)+257, r.bits(5)+1
			lengths := make([]int, 19)
			for i := range r.bits(4) + 4 {
				lengths[[...]int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}[i]] = r.bits(3)
			}
			code := newCode(lengths)
			var all []int
			for len(all) < literals+distances {
				switch symbol := r.symbol(code); symbol {
				case 16:
					for range r.bits(2) + 3 {
						all = append(all, all[len(all)-1])
					}
				case 17:
					all = append(all, make([]int, r.bits(3)+3)...)
				case 18:
					all = append(all, make([]int, r.bits(7)+11)...)
				default:
					all = append(all, symbol)
				}
			}
			output, distance = r.block(newCode(all[:literals]), newCode(all[literals:]), output, distance)
		default:
			return output, distance, errors.New("reserved block type")
		}
		if final == 1 {
			break
		}
	}
	return output, distance, nil
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

type bitReader struct {
	in []byte
	at int // in bits
}

func (r *bitReader) done() bool { return r.at >= 8*len(r.in) }
func (r *bitReader) align()     { r.at = (r.at + 7) / 8 * 8 }

func (r *bitReader) bits(n int) (v int) {
	for i := range n {
		v |= int(r.in[r.at/8]>>(r.at%8)&1) << i
		r.at++
	}
	return v
}

// code is a Huffman code: symbols by length and value.
type code map[[2]int]int

// newCode makes the code that lengths describe. RFC 1951, Section 3.2.2.
func newCode(lengths []int) code {
	c := make(code)
	value := 0
	for n := 1; n <= 15; n++ {
		for symbol, length := range lengths {
			if length == n {
				c[[2]int{n, value}] = symbol
				value++
			}
		}
		value <<= 1
	}
	return c
}

func (r *bitReader) symbol(c code) int {
	value := 0
	for n := 1; n <= 15; n++ {
		value = value<<1 | r.bits(1)
		if symbol, ok := c[[2]int{n, value}]; ok {
			return symbol
		}
	}
	panic("no such code")
}

// block decodes one compressed block. RFC 1951, Section 3.2.5.
func (r *bitReader) block(literals, distances code, output []byte, distance int) ([]byte, int) {
	lengthBase := [...]int{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258}
	for {
		symbol := r.symbol(literals)
		switch {
		case symbol < 256:
			output = append(output, byte(symbol))
			continue
		case symbol == 256:
			return output, distance
		}
		symbol -= 257
		extra := 0
		if symbol >= 8 && symbol < 28 {
			extra = symbol/4 - 1
		}
		length := lengthBase[symbol] + r.bits(extra)
		back := r.symbol(distances)
		if back >= 4 {
			extra := back/2 - 1
			back = 1<<(extra+1) + back%2<<extra + r.bits(extra)
		}
		back++
		distance = max(distance, back)
		for range length {
			output = append(output, output[len(output)-back])
		}
	}
}
