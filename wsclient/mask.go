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

// From maskBlock bytes on, crypto/subtle's vector code is faster than words
// even though it first wants a block filled with the key.
const maskBlock = 512

// mask sets dst to src XORed with key, repeated. dst must be as long as src.
func mask(dst, src []byte, key MaskKey) {
	if len(src) < maskBlock {
		maskWords(dst, src, key)
		return
	}
	var block [maskBlock]byte
	wide := uint64(key)<<32 | uint64(key)
	for i := 0; i < maskBlock; i += 8 {
		binary.LittleEndian.PutUint64(block[i:], wide)
	}
	for len(src) >= maskBlock {
		subtle.XORBytes(dst, src[:maskBlock], block[:])
		dst, src = dst[maskBlock:], src[maskBlock:]
	}
	if len(src) > 0 {
		subtle.XORBytes(dst, src, block[:])
	}
}

// maskWords does what mask does, eight bytes at a time.
func maskWords(dst, src []byte, key MaskKey) {
	wide := uint64(key)<<32 | uint64(key)
	dst = dst[:len(src)]
	for len(src) >= 32 {
		s, d := src[:32:32], dst[:32:32]
		binary.LittleEndian.PutUint64(d[0:], binary.LittleEndian.Uint64(s[0:])^wide)
		binary.LittleEndian.PutUint64(d[8:], binary.LittleEndian.Uint64(s[8:])^wide)
		binary.LittleEndian.PutUint64(d[16:], binary.LittleEndian.Uint64(s[16:])^wide)
		binary.LittleEndian.PutUint64(d[24:], binary.LittleEndian.Uint64(s[24:])^wide)
		src, dst = src[32:], dst[32:]
	}
	for len(src) >= 8 {
		binary.LittleEndian.PutUint64(dst, binary.LittleEndian.Uint64(src)^wide)
		src, dst = src[8:], dst[8:]
	}
	if len(src) >= 4 {
		binary.LittleEndian.PutUint32(dst, binary.LittleEndian.Uint32(src)^uint32(wide))
		src, dst = src[4:], dst[4:]
	}
	for i, b := range src {
		dst[i] = b ^ byte(wide)
		wide >>= 8
	}
}
