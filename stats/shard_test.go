package stats

import (
	"testing"
	"time"
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

func TestTickAllocatesNothing(t *testing.T) {
	s := NewShard(2)
	c := NewCollector([]*Shard{s}, []string{"1", "2"})
	tick := func() {
		for m := range NumMetrics {
			s.Record(m, 51*time.Microsecond)
		}
		s.RecordReply(true, 1, time.Millisecond, time.Millisecond)
		s.RecordReply(false, 1, time.Millisecond, time.Millisecond)
		s.CloseCodes(1000, 1000)
		c.Tick(0, time.Second, "measure")
		c.intervals = c.intervals[:0]
	}
	tick()
	tick()
	if got := testing.AllocsPerRun(100, tick); got != 0 {
		t.Errorf("a tick allocates %v times, want 0", got)
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
