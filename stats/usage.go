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
}

// ReadUsage returns what this process has used so far. It takes some tens of
// microseconds: it is for the two ends of the measured window, not for each
// message.
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
				edge := b.edges[i+1]
				if math.IsInf(edge, 1) {
					edge = b.edges[i]
				}
				return int64(edge * 1e9)
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
