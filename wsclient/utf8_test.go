package wsclient

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// firstBad returns the index of the first byte that no valid text can have
// there, or len(p); and whether p ends inside a character. It asks
// unicode/utf8 about completions instead of knowing the rules itself.
func firstBad(p []byte) (index int, open bool) {
	for n := 1; n <= len(p); n++ {
		if !completable(p[:n]) {
			return n - 1, false
		}
	}
	return len(p), !utf8.Valid(p)
}

// completable reports whether p is valid, or would be with 1 to 3 more bytes.
func completable(p []byte) bool {
	if utf8.Valid(p) {
		return true
	}
	for _, second := range []string{"\x80", "\x90", "\xa0", "\xbf"} {
		for _, more := range []string{"", "\x80", "\x80\x80"} {
			if utf8.Valid(append(append([]byte{}, p...), second+more...)) {
				return true
			}
		}
	}
	return false
}

// RFC 3629, Section 4: every edge of its table, and everything that is beyond.
var utf8Samples = []string{
	"", "plain ASCII of more than eight bytes", "κόσμε", "\x00", "\x7f", "\x80", "\xbf", "\xc0\x80", "\xc1\xbf",
	"\xc2\x80", "\xdf\xbf", "\xc2", "\xc2a", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xe0\xa0\x80", "\xec\x80\x80",
	"\xed\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xe1\x80", "\xe1\x80a",
	"\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf0\x90\x80\x80", "\xf3\xbf\xbf\xbf", "\xf4\x8f\xbf\xbf",
	"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xf1\x80\x80", "ab\xf0\x9f\x98\x80cd", "\x80\x80\x80\x80\x80",
	"Hello-µ@ßöäüàá-UTF-8!!", "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xf4\x90\x80\x80edited",
	"\xe0\x80", "\xed\xa0", "\xf0\x80", "\xf4\x90", "aaaaaaaaaaaa\xed\xa0",
}

func TestUTF8FailsAtTheFirstBadByte(t *testing.T) {
	for _, s := range utf8Samples {
		bad, open := firstBad([]byte(s))
		var c utf8Check
		for i := range len(s) {
			ok := c.accept([]byte{s[i]})
			if want := i < bad; ok != want {
				t.Errorf("%q, byte %d: got %v, want %v", s, i, ok, want)
			}
			if !ok {
				break
			}
		}
		if bad == len(s) && c.complete() == open {
			t.Errorf("%q: got complete %v, want %v", s, c.complete(), !open)
		}
	}
}

func TestUTF8InAnyPieces(t *testing.T) {
	for _, s := range utf8Samples {
		s = strings.Repeat("x", 5) + s
		bad, open := firstBad([]byte(s))
		for i := 0; i <= len(s); i++ {
			for j := i; j <= len(s); j++ {
				var c utf8Check
				ok := c.accept([]byte(s[:i])) && c.accept([]byte(s[i:j])) && c.accept([]byte(s[j:]))
				if want := bad == len(s); ok != want {
					t.Fatalf("%q cut at %d and %d: got %v, want %v", s, i, j, ok, want)
				}
				if ok && c.complete() == open {
					t.Fatalf("%q cut at %d and %d: got complete %v, want %v", s, i, j, c.complete(), !open)
				}
			}
		}
	}
}
