package stats

import (
	"math"
	"runtime"
	"runtime/metrics"
	"time"
)

// Usage is what this process has used since it began.
type Usage struct {
	User, System time.Duration // CPU time; 0 where the platform does not tell
	MaxRSSBytes  int64         // the most memory it ever held; 0 likewise
	GCCycles     int64

	gcPauses, schedLatency buckets
	host                   hostUsage
}

// hostUsage is what the machine did with this process, as far as the platform
// tells: the zero value where it does not.
type hostUsage struct {
	// CPU time of the whole machine, and the part of it that its hypervisor
	// gave to others, in a unit of the platform's.
	total, stolen uint64

	throttled time.Duration         // withheld by a CPU quota
	threads   map[int]time.Duration // CPU time of this process's threads
}

// ReadUsage returns what this process has used so far. It takes some
// tenths of a millisecond: it is for the ends of the measured window and for
// its seconds, not for each message.
func ReadUsage() Usage {
	samples := []metrics.Sample{
		{Name: "/gc/cycles/total:gc-cycles"},
		{Name: "/sched/pauses/total/gc:seconds"},
		{Name: "/sched/latencies:seconds"},
	}
	metrics.Read(samples)
	var u Usage
	if v := samples[0].Value; v.Kind() == metrics.KindUint64 {
		u.GCCycles = int64(v.Uint64())
	}
	u.gcPauses = bucketsOf(samples[1].Value)
	u.schedLatency = bucketsOf(samples[2].Value)
	u.User, u.System, u.MaxRSSBytes = processUsage()
	if peak := peakRSS(); peak > 0 {
		u.MaxRSSBytes = peak
	}
	u.host = readHost()
	return u
}

// Since returns what was used between before and u, during which that many
// messages were received. MaxRSSBytes is that of u: a maximum has no
// difference.
func (u Usage) Since(before Usage, messages int64) Client {
	c := Client{
		CPUUserS:    (u.User - before.User).Seconds(),
		CPUSystemS:  (u.System - before.System).Seconds(),
		Cores:       usableCores(),
		MaxRSSBytes: u.MaxRSSBytes,

		BusiestThreadS: u.host.busiestSince(before.host).Seconds(),
		Steal:          u.host.stealSince(before.host),
		ThrottledS:     (u.host.throttled - before.host.throttled).Seconds(),
	}
	if messages > 0 {
		c.CPUPerMessageNS = (c.CPUUserS + c.CPUSystemS) * 1e9 / float64(messages)
	}
	c.GC.Cycles = u.GCCycles - before.GCCycles
	if q := u.gcPauses.since(before.gcPauses).quantiled(); q != nil {
		c.GC.PauseP999NS, c.GC.PauseMaxNS = q.P999NS, q.MaxNS
	}
	c.SchedLatency = u.schedLatency.since(before.schedLatency).quantiled()
	return c
}

// sampleSince returns what was used between before and u, an interval of that
// length.
func (u Usage) sampleSince(before Usage, length time.Duration) ClientSample {
	s := ClientSample{
		GCCycles:   u.GCCycles - before.GCCycles,
		GCPauseNS:  u.gcPauses.maxSince(before.gcPauses),
		SchedNS:    u.schedLatency.maxSince(before.schedLatency),
		Steal:      u.host.stealSince(before.host),
		ThrottledS: (u.host.throttled - before.host.throttled).Seconds(),
	}
	if length > 0 {
		s.CPUCores = (u.User + u.System - before.User - before.System).Seconds() / length.Seconds()
		s.BusiestThread = u.host.busiestSince(before.host).Seconds() / length.Seconds()
	}
	return s
}

// stealSince returns the share of the machine's CPU time that its hypervisor
// gave to others.
func (h hostUsage) stealSince(before hostUsage) float64 {
	if h.total <= before.total || h.stolen <= before.stolen {
		return 0
	}
	return float64(h.stolen-before.stolen) / float64(h.total-before.total)
}

// busiestSince returns the CPU time of the thread that used most of it.
func (h hostUsage) busiestSince(before hostUsage) time.Duration {
	var busiest time.Duration
	for thread, used := range h.threads {
		busiest = max(busiest, used-before.threads[thread])
	}
	return busiest
}

// usableCores returns how many cores this process may keep busy: GOMAXPROCS,
// or less where the platform sets a lower limit.
func usableCores() float64 {
	cores := float64(runtime.GOMAXPROCS(0))
	if limit := platformCores(); limit > 0 {
		cores = min(cores, limit)
	}
	return cores
}

// buckets is a histogram of the runtime, in seconds. Bucket i lies between
// edges[i] and edges[i+1]; the outermost edges may be infinite.
type buckets struct {
	counts []uint64
	edges  []float64
}

func bucketsOf(v metrics.Value) buckets {
	if v.Kind() != metrics.KindFloat64Histogram {
		return buckets{}
	}
	h := v.Float64Histogram()
	return buckets{h.Counts, h.Buckets}
}

// since returns what was counted between before and b. The zero before is the
// start of the process.
func (b buckets) since(before buckets) buckets {
	diff := buckets{make([]uint64, len(b.counts)), b.edges}
	copy(diff.counts, b.counts)
	for i, n := range before.counts {
		diff.counts[i] -= n
	}
	return diff
}

// maxSince returns the greatest value counted between before and b, in
// nanoseconds; 0 where there is none.
func (b buckets) maxSince(before buckets) int64 {
	for i := len(b.counts) - 1; i >= 0; i-- {
		if n := b.counts[i]; n > 0 && (before.counts == nil || n > before.counts[i]) {
			return b.top(i)
		}
	}
	return 0
}

// top returns the upper edge of bucket i in nanoseconds, of the last one, where
// that is infinite, the lower.
func (b buckets) top(i int) int64 {
	edge := b.edges[i+1]
	if math.IsInf(edge, 1) {
		edge = b.edges[i]
	}
	return int64(edge * 1e9)
}

// quantiled sums b up; nil where it is empty. A value is taken for the upper
// edge of its bucket, so that a check errs on the side of the warning.
func (b buckets) quantiled() *Quantiled {
	var total uint64
	for _, n := range b.counts {
		total += n
	}
	if total == 0 {
		return nil
	}
	at := func(rank uint64) int64 {
		var seen uint64
		for i, n := range b.counts {
			if seen += n; seen >= rank {
				return b.top(i)
			}
		}
		return 0
	}
	return &Quantiled{
		Count:  int64(total),
		P50NS:  at(total - total/2),
		P99NS:  at(total - total/100),
		P999NS: at(total - total/1000),
		MaxNS:  at(total),
	}
}
