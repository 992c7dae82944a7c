package wsclient

import "unicode/utf8"

// utf8Check validates UTF-8 that arrives in pieces, failing at the first byte
// that cannot belong to any valid text (RFC 3629, Section 4). The zero value is
// ready. Three bytes, because every Decoder has one.
type utf8Check struct {
	need   uint8 // continuation bytes that the open character still wants
	lo, hi uint8 // range of the next one, where need > 0
}

// complete reports whether the text so far ends with a whole character.
func (c *utf8Check) complete() bool { return c.need == 0 }

// accept reports whether p continues valid text. After false, the check must
// not be used again.
func (c *utf8Check) accept(p []byte) bool {
	for c.need > 0 {
		if len(p) == 0 {
			return true
		}
		if !c.step(p[0]) {
			return false
		}
		p = p[1:]
	}
	// The bulk goes to the library, which takes ASCII eight bytes at a time; a
	// character that p's end cuts off goes through step.
	tail := openTail(p)
	if !utf8.Valid(p[:len(p)-tail]) {
		return false
	}
	for _, b := range p[len(p)-tail:] {
		if !c.step(b) {
			return false
		}
	}
	return true
}

// openTail returns the length of the character that begins at the end of p and
// is not finished there, 0 to 3. It looks only at lead bytes: whether the
// continuation bytes are right is for the caller to find out.
func openTail(p []byte) int {
	for n := 1; n <= 3 && n <= len(p); n++ {
		switch b := p[len(p)-n]; {
		case b < 0x80:
			return 0
		case b >= 0xC0:
			if n < leadLength(b) {
				return n
			}
			return 0
		}
	}
	return 0
}

// leadLength returns how many bytes the character that begins with b has, as b
// itself claims; 1 for bytes that begin none.
func leadLength(b byte) int {
	switch {
	case b >= 0xC2 && b <= 0xDF:
		return 2
	case b >= 0xE0 && b <= 0xEF:
		return 3
	case b >= 0xF0 && b <= 0xF4:
		return 4
	}
	return 1
}

// step takes one byte; false means that no valid text goes on with it.
func (c *utf8Check) step(b byte) bool {
	if c.need > 0 {
		if b < c.lo || b > c.hi {
			return false
		}
		c.need--
		c.lo, c.hi = 0x80, 0xBF
		return true
	}
	if b < 0x80 {
		return true
	}
	n := leadLength(b)
	if n == 1 {
		return false
	}
	c.need = uint8(n - 1)
	c.lo, c.hi = 0x80, 0xBF
	switch b {
	case 0xE0:
		c.lo = 0xA0 // shorter: overlong
	case 0xED:
		c.hi = 0x9F // above: UTF-16 surrogates
	case 0xF0:
		c.lo = 0x90 // shorter: overlong
	case 0xF4:
		c.hi = 0x8F // above: beyond U+10FFFF
	}
	return true
}
