package stats

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestRecordAllocatesNothing(t *testing.T) {
	s := NewShard(2)
	record := func() {
		s.Lock()
		s.Record(Lag, 3*time.Microsecond)
		s.RecordReply(true, 1, 51*time.Microsecond, 50*time.Microsecond)
		s.RecordReply(false, 0, 51*time.Microsecond, 50*time.Microsecond)
		s.Sizes[1].Sent++
		s.Unlock()
	}
	record()
	if got := testing.AllocsPerRun(1000, record); got != 0 {
		t.Errorf("recording allocates %v times, want 0", got)
	}
}

func TestFailKeepsTheFirstExample(t *testing.T) {
	s := NewShard(1)
	if !s.WantsExample(ErrReset) {
		t.Error("no example wanted before the first failure")
	}
	s.Fail(ErrReset, "")
	if !s.WantsExample(ErrReset) {
		t.Error("no example wanted after a failure without a text")
	}
	s.Fail(ErrReset, "first")
	s.Fail(ErrReset, "second")
	if s.WantsExample(ErrReset) {
		t.Error("an example still wanted after one was given")
	}
	if got := s.examples[ErrReset]; got != "first" {
		t.Errorf("example: got %q, want %q", got, "first")
	}
	if got := s.errors[ErrReset]; got != 3 {
		t.Errorf("count: got %d, want 3", got)
	}
	if !s.WantsExample(ErrEOF) {
		t.Error("no example wanted of a class that did not occur")
	}
}

func TestCutExample(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"fits", strings.Repeat("a", maxExample), strings.Repeat("a", maxExample)},
		{"too long", strings.Repeat("a", maxExample+1), strings.Repeat("a", maxExample-3) + "…"},
		{"cut inside of a character", "a" + strings.Repeat("é", maxExample), "a" + strings.Repeat("é", (maxExample-4)/2) + "…"},
		{"invalid UTF-8", "status \xff\xfe", "status \uFFFD"},
		{"nothing but continuation bytes", strings.Repeat("\x80", maxExample+1), "…"},
	} {
		got := cutExample(c.text)
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		if len(got) > maxExample || !utf8.ValidString(got) {
			t.Errorf("%s: got %d bytes, valid UTF-8 %v; want at most %d, valid", c.name, len(got), utf8.ValidString(got), maxExample)
		}
	}
}

func TestSlots(t *testing.T) {
	for _, sizes := range []int{1, 2, 20} {
		taken := make(map[int]bool)
		for i := range sizes {
			taken[i] = true
		}
		for m := RTT + 1; m < NumMetrics; m++ {
			if i := slot(sizes, m); taken[i] {
				t.Errorf("%d sizes: slot %d of %v is taken", sizes, i, m)
			} else {
				taken[i] = true
			}
		}
		// The last one is for RTT outside of the window.
		if got := slots(sizes); got != len(taken)+1 || taken[got-1] {
			t.Errorf("%d sizes: got %d slots, want %d", sizes, got, len(taken)+1)
		}
		if got := slot(sizes, RTT); got != 0 {
			t.Errorf("%d sizes: slot of RTT: got %d, want 0", sizes, got)
		}
	}
}

func BenchmarkRecord(b *testing.B) {
	s := NewShard(1)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.Record(Lag, time.Duration(i&0xffff))
	}
}

func BenchmarkRecordReply(b *testing.B) {
	s := NewShard(1)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.Lock()
		s.RecordReply(true, 0, time.Duration(i&0xffff), time.Duration(i&0xffff))
		s.Unlock()
	}
}
