package loadgen

import (
	"bytes"
	"fmt"
	"testing"
	"unicode/utf8"

	"wsstorm/wsclient"
)

// whole returns all of a message's payload, unmasked.
func (p *payloads) whole(conn, seq uint32, size int) []byte {
	return p.append(nil, conn, seq, size, 0, size, 0, 0)
}

func TestStampRoundTrip(t *testing.T) {
	for _, text := range []bool{false, true} {
		p := newPayloads(PayloadRandom, nil, text, 100, 42)
		for _, c := range []struct{ conn, seq uint32 }{{0, 0}, {1, 0}, {0, 1}, {1<<24 - 1, 1<<32 - 1}, {99, 12345}} {
			stamp := p.whole(c.conn, c.seq, 100)[:p.stamp]
			conn, seq, ok := p.read(stamp)
			if !ok || conn != c.conn || seq != c.seq {
				t.Errorf("text %v: got connection %d, message %d, %v; want %d, %d", text, conn, seq, ok, c.conn, c.seq)
			}
		}
	}
}

func TestDamagedStampIsNotAccepted(t *testing.T) {
	for _, text := range []bool{false, true} {
		p := newPayloads(PayloadRandom, nil, text, 100, 42)
		for i := range p.stamp {
			for bit := range 8 {
				stamp := bytes.Clone(p.whole(7, 1000, 100)[:p.stamp])
				stamp[i] ^= 1 << bit
				if conn, seq, ok := p.read(stamp); ok {
					t.Errorf("text %v: bit %d of byte %d flipped: taken for connection %d, message %d", text, bit, i, conn, seq)
				}
			}
		}
		// Another run's stamp is not ours.
		other := newPayloads(PayloadRandom, nil, text, 100, 43)
		if _, _, ok := p.read(other.whole(7, 1000, 100)[:p.stamp]); ok {
			t.Errorf("text %v: the stamp of another seed was accepted", text)
		}
	}
}

func TestPayloadKinds(t *testing.T) {
	file := []byte("grüße, ")
	for _, c := range []struct {
		name  string
		kind  PayloadKind
		text  bool
		stamp int
		body  func(p []byte) bool // of what lies behind the stamp
	}{
		{"random", PayloadRandom, false, stampBytes, func(p []byte) bool { return !utf8.Valid(p) }},
		{"random text", PayloadRandom, true, stampText, func(p []byte) bool { return isAlphabet(p) }},
		{"zero", PayloadZero, false, stampBytes, func(p []byte) bool { return bytes.Count(p, []byte{0}) == len(p) }},
		{"zero text", PayloadZero, true, stampText, func(p []byte) bool { return bytes.Count(p, []byte("0")) == len(p) }},
		{"file", PayloadFile, false, 0, func(p []byte) bool { return bytes.Equal(p, fit(file, len(p))) }},
		{"file text", PayloadFile, true, 0, func(p []byte) bool { return bytes.Equal(p, fit(file, len(p))) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			const size = 9 * 100 // so often file fits
			p := newPayloads(c.kind, file, c.text, size, 1)
			for seq := range uint32(600) { // more than once around spreadBytes
				got := p.whole(3, seq, size)
				if len(got) != size {
					t.Fatalf("message %d: got %d bytes, want %d", seq, len(got), size)
				}
				if !c.body(got[c.stamp:]) {
					t.Fatalf("message %d is not made of what it should be: %q", seq, got)
				}
				if c.text && !utf8.Valid(got) {
					t.Fatalf("message %d is text, but not UTF-8: %q", seq, got)
				}
			}
		})
	}
}

func isAlphabet(p []byte) bool {
	for _, c := range p {
		if c < '!' || c > '~' {
			return false
		}
	}
	return true
}

// TestShortMessagesCarryNoStamp: below the length of a stamp there is body only,
// and it differs from message to message where it is random.
func TestShortMessagesCarryNoStamp(t *testing.T) {
	p := newPayloads(PayloadRandom, nil, false, 100, 1)
	for size := range stampBytes {
		var buf [stampText]byte
		if got := p.stampOf(0, 5, size, &buf); got != nil {
			t.Errorf("%d bytes: got the stamp %x", size, got)
		}
		if got := p.whole(0, 5, size); !bytes.Equal(got, p.bodyAt(5, 0, size)) {
			t.Errorf("%d bytes: got %x, want what its body begins with", size, got)
		}
	}
	if bytes.Equal(p.whole(0, 5, 11), p.whole(0, 6, 11)) {
		t.Error("two consecutive messages are alike")
	}
}

// TestPayloadInPieces: however a message is cut into frames and fills, the same
// bytes go out, masked as their frame wants it.
func TestPayloadInPieces(t *testing.T) {
	for _, text := range []bool{false, true} {
		p := newPayloads(PayloadRandom, nil, text, 50, 9)
		want := p.whole(2, 77, 50)
		for frame := range 40 {
			for cut := frame; cut <= 50; cut++ {
				const key = wsclient.MaskKey(0x89ABCDEF)
				got := p.append(nil, 2, 77, 50, 0, frame, 0, key)
				got = p.append(got, 2, 77, 50, frame, cut, frame, key)
				got = p.append(got, 2, 77, 50, cut, 50, frame, key)
				plain := wsclient.AppendMasked(nil, got[:frame], key, 0)
				plain = wsclient.AppendMasked(plain, got[frame:], key, 0)
				if !bytes.Equal(plain, want) {
					t.Fatalf("text %v, frame at %d, cut at %d: got %x, want %x", text, frame, cut, plain, want)
				}
			}
		}
	}
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		data string
		size int
		want string
	}{
		{"abc", 0, ""}, {"abc", 2, "ab"}, {"abc", 3, "abc"}, {"abc", 8, "abcabcab"}, {"", 5, ""},
	} {
		if got := string(fit([]byte(c.data), c.size)); got != c.want {
			t.Errorf("fit(%q, %d): got %q, want %q", c.data, c.size, got, c.want)
		}
	}
}

func ExampleSizeClass_String() {
	fmt.Println(SizeClass{Min: 125, Max: 125}, SizeClass{Min: 64, Max: 4096, Weight: 3})
	// Output: 125 64-4096
}
