package wsclient

import (
	"bytes"
	"math/rand/v2"
	"strconv"
	"testing"
)

// maskByByte is RFC 6455, Section 5.3, word for word.
func maskByByte(payload []byte, key [4]byte, offset int) []byte {
	out := make([]byte, len(payload))
	for i, b := range payload {
		out[i] = b ^ key[(i+offset)%4]
	}
	return out
}

func keyBytes(k MaskKey) [4]byte {
	return [4]byte{byte(k), byte(k >> 8), byte(k >> 16), byte(k >> 24)}
}

func randomBytes(n int) []byte {
	source := rand.New(rand.NewPCG(1, uint64(n)))
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(source.Uint32())
	}
	return p
}

func TestAppendMaskedIsSection53(t *testing.T) {
	const key = MaskKey(0x3d21fa37)
	var lengths []int
	for n := range 100 {
		lengths = append(lengths, n)
	}
	lengths = append(lengths, 512, 1021, 1022, 1023, 4096, 65537)
	for _, n := range lengths {
		payload := randomBytes(n)
		for offset := range 9 {
			got := AppendMasked([]byte("head"), payload, key, offset)
			want := append([]byte("head"), maskByByte(payload, keyBytes(key), offset)...)
			if !bytes.Equal(got, want) {
				t.Fatalf("%d bytes at offset %d: got % x, want % x", n, offset, got, want)
			}
		}
	}
}

func TestAppendMaskedInPieces(t *testing.T) {
	payload := randomBytes(5000)
	key := NewMaskKey()
	want := AppendMasked(nil, payload, key, 0)
	source := rand.New(rand.NewPCG(7, 7))
	for range 50 {
		var got []byte
		for at := 0; at < len(payload); {
			n := min(source.IntN(900), len(payload)-at)
			got = AppendMasked(got, payload[at:at+n], key, at)
			at += n
		}
		if !bytes.Equal(got, want) {
			t.Fatal("payload masked in pieces differs from payload masked at once")
		}
	}
}

// RFC 6455, Section 5.3: a fresh key for each frame. 10,000 draws of 32 bits
// collide about 0.01 times; a constant or a counter of few bits does not pass.
func TestNewMaskKeyIsFresh(t *testing.T) {
	seen := make(map[MaskKey]bool)
	var ones [32]int
	const draws = 10000
	for range draws {
		k := NewMaskKey()
		seen[k] = true
		for bit := range ones {
			ones[bit] += int(k >> bit & 1)
		}
	}
	if len(seen) < draws-3 {
		t.Errorf("got %d different keys of %d", len(seen), draws)
	}
	for bit, n := range ones {
		// 10 standard deviations.
		if n < draws/2-500 || n > draws/2+500 {
			t.Errorf("bit %d is set in %d of %d keys", bit, n, draws)
		}
	}
}

func BenchmarkMask(b *testing.B) {
	for _, n := range []int{20, 125, 1 << 10, 64 << 10} {
		src, dst := randomBytes(n), make([]byte, n)
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.SetBytes(int64(n))
			b.ReportAllocs()
			for b.Loop() {
				mask(dst, src, 0x3d21fa37)
			}
		})
	}
}

func BenchmarkNewMaskKey(b *testing.B) {
	var k MaskKey
	for b.Loop() {
		k ^= NewMaskKey()
	}
	_ = k
}
