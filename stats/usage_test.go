package stats

import (
	"math"
	"runtime"
	"testing"
	"time"
)

func TestUsage(t *testing.T) {
	before := ReadUsage()
	// Work until it shows: CPU time advances in ticks of up to 10 ms.
	deadline := time.Now().Add(10 * time.Second)
	for n := 1; ; n++ {
		keep = append(keep[:0], make([]byte, 1<<20)...)
		runtime.GC()
		done := make(chan struct{})
		go close(done) // an event for the scheduler
		<-done
		c := ReadUsage().Since(before, 10)
		cpu := c.CPUUserS + c.CPUSystemS
		told := cpu > 0 || !tellsUsage()
		if !told && time.Now().Before(deadline) {
			continue
		}
		if !told {
			t.Errorf("no CPU time after 10 s of work")
		}
		if got, want := c.CPUPerMessageNS, cpu*1e9/10; math.Abs(got-want) > 1 {
			t.Errorf("CPU per message: got %v, want %v", got, want)
		}
		if c.GC.Cycles < int64(n) {
			t.Errorf("GC cycles: got %d, want %d at least", c.GC.Cycles, n)
		}
		if c.GC.PauseMaxNS <= 0 || c.GC.PauseP999NS > c.GC.PauseMaxNS {
			t.Errorf("GC pauses: got p99.9 %d, max %d; want both above 0, in this order", c.GC.PauseP999NS, c.GC.PauseMaxNS)
		}
		if c.SchedLatency == nil {
			t.Error("no scheduler latency")
		}
		if c.MaxRSSBytes < 1<<20 && tellsUsage() {
			t.Errorf("memory: got %d bytes, want 1 MiB at least", c.MaxRSSBytes)
		}
		if c.Cores <= 0 || c.Cores > float64(runtime.GOMAXPROCS(0)) {
			t.Errorf("cores: got %v, want more than 0 and no more than GOMAXPROCS", c.Cores)
		}
		break
	}
}

var keep []byte

// tellsUsage reports whether this platform counts CPU time and memory.
func tellsUsage() bool {
	_, _, rss := processUsage()
	return rss > 0
}

func TestUsageSinceItself(t *testing.T) {
	u := ReadUsage()
	c := u.Since(u, 0)
	if c.CPUUserS != 0 || c.CPUSystemS != 0 || c.CPUPerMessageNS != 0 || c.GC != (GC{}) || c.SchedLatency != nil {
		t.Errorf("got %+v, want nothing used", c)
	}
}

func TestSampleSince(t *testing.T) {
	edges := []float64{0, 1e-6, 2e-6, math.Inf(1)}
	before := Usage{
		User: time.Second, System: time.Second, GCCycles: 5,
		gcPauses: buckets{[]uint64{1, 1, 1}, edges}, schedLatency: buckets{[]uint64{1, 0, 0}, edges},
		host: hostUsage{total: 1000, stolen: 10, throttled: time.Second, threads: map[int]time.Duration{
			1: 900 * time.Millisecond, 2: 100 * time.Millisecond, 3: time.Second,
		}},
	}
	after := Usage{
		User: 1500 * time.Millisecond, System: 1100 * time.Millisecond, GCCycles: 7,
		gcPauses: buckets{[]uint64{2, 1, 1}, edges}, schedLatency: buckets{[]uint64{1, 0, 4}, edges},
		host: hostUsage{total: 1400, stolen: 30, throttled: 1100 * time.Millisecond, threads: map[int]time.Duration{
			1: 950 * time.Millisecond, 2: 350 * time.Millisecond, 4: 200 * time.Millisecond,
		}},
	}
	want := ClientSample{
		CPUCores: 1.2, BusiestThread: 0.5, GCCycles: 2, GCPauseNS: 1000, SchedNS: 2000, Steal: 0.05, ThrottledS: 0.1,
	}
	if got := after.sampleSince(before, 500*time.Millisecond); got != want {
		t.Errorf("sample: got %+v, want %+v", got, want)
	}
	c := after.Since(before, 0)
	if c.BusiestThreadS != 0.25 || c.Steal != 0.05 || c.ThrottledS != 0.1 {
		t.Errorf("totals: got %v s, %v and %v s; want 0.25 s, 0.05 and 0.1 s", c.BusiestThreadS, c.Steal, c.ThrottledS)
	}
	if got := after.sampleSince(after, 0); got != (ClientSample{}) {
		t.Errorf("since itself: got %+v, want nothing", got)
	}
	if got := (Usage{}).sampleSince(Usage{}, time.Second); got != (ClientSample{}) {
		t.Errorf("of a platform that does not tell: got %+v, want nothing", got)
	}
}

func BenchmarkReadUsage(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		ReadUsage()
	}
}

func TestBuckets(t *testing.T) {
	edges := []float64{math.Inf(-1), 0, 1e-6, 2e-6, 4e-6, 8e-6, math.Inf(1)}
	before := buckets{[]uint64{0, 1, 2, 3, 4, 5}, edges}
	for _, c := range []struct {
		name  string
		after []uint64
		want  *Quantiled
	}{
		{"nothing new", []uint64{0, 1, 2, 3, 4, 5}, nil},
		{"one", []uint64{0, 1, 3, 3, 4, 5}, &Quantiled{1, 2000, 2000, 2000, 2000}},
		{"beyond the last edge", []uint64{0, 1, 2, 3, 4, 6}, &Quantiled{1, 8000, 8000, 8000, 8000}},
		{"a thousand", []uint64{0, 1 + 500, 2 + 490, 3 + 9, 4 + 1, 5}, &Quantiled{1000, 1000, 2000, 4000, 8000}},
		{"a thousand and one", []uint64{0, 1 + 500, 2 + 490, 3 + 9, 4 + 2, 5}, &Quantiled{1001, 2000, 4000, 8000, 8000}},
	} {
		got := buckets{c.after, edges}.since(before).quantiled()
		if got == nil || c.want == nil {
			if got != c.want {
				t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
			}
		} else if *got != *c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, *got, *c.want)
		}
	}
	if got := before.since(buckets{}).quantiled(); got == nil || got.MaxNS != 8000 {
		t.Errorf("since the start: got %+v, want a maximum of 8000", got)
	}
}
