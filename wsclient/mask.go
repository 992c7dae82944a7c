package wsclient

import (
	"crypto/subtle"
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// MaskKey is the masking key of one frame. Its least significant byte is the
// first on the wire, so that a little-endian load of payload bytes can be XORed
// with it directly.
type MaskKey uint32

// NewMaskKey returns a fresh unpredictable key. It is math/rand/v2's top-level
// source: ChaCha8, one per thread, seeded by the operating system, some
// nanoseconds a key. RFC 6455, Sections 5.3 and 10.3: a server, or the
// application that supplies the payload, must not be able to predict it.
func NewMaskKey() MaskKey { return MaskKey(rand.Uint32()) }

// AppendMasked appends payload, masked with key, to dst. offset is payload's
// position within its frame's payload in bytes, so that a payload can be
// appended in pieces. dst and payload must not overlap. It allocates only where
// dst has no room. RFC 6455, Section 5.3.
func AppendMasked(dst, payload []byte, key MaskKey, offset int) []byte {
	n := len(dst)
	dst = slices.Grow(dst, len(payload))[:n+len(payload)]
	mask(dst[n:], payload, MaskKey(bits.RotateLeft32(uint32(key), -8*(offset&3))))
	return dst
}

// mask sets dst to src XORed with key, repeated. They must have the same length
// and not overlap. Eight bytes at a time, eight times in a row, it keeps up with
// crypto/subtle's vector code unless the payload is so long that it is not in the
// nearest cache: there half as many stores count.
func mask(dst, src []byte, key MaskKey) {
	n := len(src)
	dst = dst[:n]
	if n >= maskLongFrom {
		maskLong(dst, src, key)
		return
	}
	wide := uint64(key)<<32 | uint64(key)
	if n < 8 {
		for i, b := range src {
			dst[i] = b ^ byte(wide)
			wide >>= 8
		}
		return
	}
	// The last eight bytes first, wherever they begin; the loops then need not
	// care for what is left of a word.
	last := bits.RotateLeft64(wide, -8*(n&3))
	binary.LittleEndian.PutUint64(dst[n-8:], binary.LittleEndian.Uint64(src[n-8:])^last)
	for len(src) >= 64 && len(dst) >= 64 {
		// Pointers to arrays spare the bounds checks.
		s, d := (*[64]byte)(src), (*[64]byte)(dst)
		binary.LittleEndian.PutUint64(d[0:8], binary.LittleEndian.Uint64(s[0:8])^wide)
		binary.LittleEndian.PutUint64(d[8:16], binary.LittleEndian.Uint64(s[8:16])^wide)
		binary.LittleEndian.PutUint64(d[16:24], binary.LittleEndian.Uint64(s[16:24])^wide)
		binary.LittleEndian.PutUint64(d[24:32], binary.LittleEndian.Uint64(s[24:32])^wide)
		binary.LittleEndian.PutUint64(d[32:40], binary.LittleEndian.Uint64(s[32:40])^wide)
		binary.LittleEndian.PutUint64(d[40:48], binary.LittleEndian.Uint64(s[40:48])^wide)
		binary.LittleEndian.PutUint64(d[48:56], binary.LittleEndian.Uint64(s[48:56])^wide)
		binary.LittleEndian.PutUint64(d[56:64], binary.LittleEndian.Uint64(s[56:64])^wide)
		src, dst = src[64:], dst[64:]
	}
	for len(src) >= 8 && len(dst) >= 8 {
		binary.LittleEndian.PutUint64(dst, binary.LittleEndian.Uint64(src)^wide)
		src, dst = src[8:], dst[8:]
	}
}

const (
	maskBlock    = 1 << 10 // bytes that are masked at once, of a long payload
	maskLongFrom = 8 << 10
)

// maskLong is mask for long payloads: with a block that is filled with the key.
func maskLong(dst, src []byte, key MaskKey) {
	var block [maskBlock]byte
	for i := 0; i < maskBlock; i += 4 {
		binary.LittleEndian.PutUint32(block[i:], uint32(key))
	}
	for len(src) > 0 {
		n := subtle.XORBytes(dst, src, block[:min(len(src), maskBlock)])
		src, dst = src[n:], dst[n:]
	}
}
