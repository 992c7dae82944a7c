package loadgen

import (
	"net/netip"
	"strings"
	"testing"
)

// addrs reads "127.0.0.2-127.0.0.9,::1".
func addrs(t testing.TB, text string) AddrSet {
	t.Helper()
	var s AddrSet
	for item := range strings.SplitSeq(text, ",") {
		first, last, ranged := strings.Cut(item, "-")
		if !ranged {
			last = first
		}
		s = append(s, AddrRange{netip.MustParseAddr(first), netip.MustParseAddr(last)})
	}
	return s
}

// TestAddrSet: the addresses of a list, however large it is.
func TestAddrSet(t *testing.T) {
	for _, tt := range []struct {
		set  string
		len  int
		some map[int]string
	}{
		{"127.0.0.1", 1, map[int]string{0: "127.0.0.1"}},
		{"127.0.0.254-127.0.1.1,10.0.0.7", 5, map[int]string{0: "127.0.0.254", 2: "127.0.1.0", 3: "127.0.1.1", 4: "10.0.0.7"}},
		{"2001:db8::-2001:db8::ffff:ffff:ffff:ffff", 1 << 24, map[int]string{0: "2001:db8::", 1<<24 - 1: "2001:db8::ff:ffff"}},
		{"::ffff:ffff:ffff:ffff-::1:0:0:0:2", 4, map[int]string{0: "::ffff:ffff:ffff:ffff", 1: "::1:0:0:0:0", 3: "::1:0:0:0:2"}},
		{"0.0.0.0-255.255.255.255,::1", 1 << 24, map[int]string{1<<24 - 1: "0.255.255.255"}},
		{"fe80::1%lo", 1, map[int]string{0: "fe80::1%lo"}},
	} {
		s := addrs(t, tt.set)
		if !s.valid() || s.Len() != tt.len || s.String() != tt.set {
			t.Errorf("%s: got valid %v, %d addresses, %q, want %d", tt.set, s.valid(), s.Len(), s, tt.len)
		}
		for i, want := range tt.some {
			if got := s.At(i); got != netip.MustParseAddr(want) {
				t.Errorf("%s: address %d: got %s, want %s", tt.set, i, got, want)
			}
		}
		first := s.First(3)
		if len(first) != min(3, tt.len) {
			t.Errorf("%s: got the first addresses %v", tt.set, first)
		}
		for i, a := range first {
			if a != s.At(i) {
				t.Errorf("%s: got %s among the first, want %s", tt.set, a, s.At(i))
			}
		}
	}
	for _, set := range []AddrSet{
		addrs(t, "127.0.0.2-127.0.0.1"), addrs(t, "127.0.0.1-::1"), addrs(t, "::1-127.0.0.1"), {{}}, addrs(t, "::ffff:127.0.0.1"),
	} {
		if set.valid() {
			t.Errorf("%v is valid", set)
		}
	}
}
