package echoserver

// A stream is a sequence of random draws of its own, one a fault.
type stream uint64

const (
	drawDrop stream = iota + 1
	drawFlip
	drawFlipAt
	drawDuplicate
	drawReorder
	drawDelay
	drawCloseAfter
	drawResetAfter
	drawResetOnClose
	drawNoClose
	drawCloseAnswer
	drawNoPong
	drawRefuse
	drawSlowRead
)

// golden is 2⁶⁴ divided by the golden ratio, the increment of SplitMix64.
const golden = 0x9e3779b97f4a7c15

// draw returns a number from 0 up to but not including 1, uniform, that depends
// on its arguments and nothing else. A generator with state would be faster, and
// would make each draw depend on how often others drew before.
func draw(seed uint64, s stream, conn, n uint64) float64 {
	h := mix(seed + golden*uint64(s))
	h = mix(h + golden*conn)
	h = mix(h + golden*n)
	return float64(h>>11) / (1 << 53)
}

// mix is the output function of SplitMix64 (Steele, Lea and Flood, 2014).
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
