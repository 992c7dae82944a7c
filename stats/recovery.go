package stats

import (
	"math"
	"slices"
	"time"
)

// A Recovery says how connections came back that had been lost: by the server's
// doing, or in a close storm of ours. One that is lost twice counts twice. The
// times are those from its loss until a connection was open again; latency
// "recovery" has their histogram.
type Recovery struct {
	Lost         int64 `json:"lost"`      // connections that were to come back
	Recovered    int64 `json:"recovered"` // of them
	Attempts     int64 `json:"attempts"`  // to open one again
	Failed       int64 `json:"failed"`    // of the attempts
	MostAttempts int64 `json:"most_attempts"`

	// Within which time that part of the lost ones was back; 0: they were not.
	HalfNS       int64 `json:"half_ns,omitempty"`
	NinetyNineNS int64 `json:"ninety_nine_ns,omitempty"`
	AllNS        int64 `json:"all_ns,omitempty"`

	Herd *Herd `json:"herd,omitempty"` // where there were attempts enough to tell
}

// A Herd says how attempts to come back were spread over time, from the first
// loss to the last attempt: a server that has just come up again is knocked over
// by clients that all try in the same instant.
type Herd struct {
	BinS         float64 `json:"bin_s"`    // length of a bin
	Attempts     []int64 `json:"attempts"` // begun in each
	BusiestTenth float64 `json:"busiest_tenth"`
	Synchronized bool    `json:"synchronized"` // more than half of them in the busiest tenth of the time
}

// RecoveryCounters are what a Shard counts for a Recovery.
type RecoveryCounters struct {
	Lost, Recovered, Attempts, Failed, MostAttempts int64
}

func (c *RecoveryCounters) add(d *RecoveryCounters) {
	c.Lost += d.Lost
	c.Recovered += d.Recovered
	c.Attempts += d.Attempts
	c.Failed += d.Failed
	c.MostAttempts = max(c.MostAttempts, d.MostAttempts)
}

const (
	attemptBin  = 10 * time.Millisecond
	attemptBins = 360_000 // an hour; what comes later counts as the last of them

	// herdAttempts is how many attempts it takes to tell how they are spread,
	// and herdPerBin how many a bin has at least, on average: fewer come in
	// clusters by chance.
	herdAttempts = 50
	herdPerBin   = 5
	herdBins     = 500 // at most
)

// Attempt counts an attempt to open a connection again, begun that long after
// the first loss of the run.
func (s *Shard) Attempt(sinceFirstLoss time.Duration) {
	bin := int(min(max(sinceFirstLoss, 0)/attemptBin, attemptBins-1))
	if bin >= len(s.attempts) {
		s.attempts = append(s.attempts, make([]uint32, bin+1-len(s.attempts))...)
	}
	s.attempts[bin]++
	s.Recovery.Attempts++
}

// recovery sums up what came back, of the latencies of r and the counters; nil
// where nothing was lost.
func (c *Collector) recovery(r *Result) *Recovery {
	n := c.counters.Recovery
	if n.Lost == 0 {
		return nil
	}
	v := &Recovery{Lost: n.Lost, Recovered: n.Recovered, Attempts: n.Attempts, Failed: n.Failed, MostAttempts: n.MostAttempts}
	v.fillTimes(r)
	var bins []int64
	for _, s := range c.shards {
		s.Lock()
		for i, n := range s.attempts {
			if i == len(bins) {
				bins = append(bins, 0)
			}
			bins[i] += int64(n)
		}
		s.Unlock()
	}
	v.Herd = herdOf(bins)
	return v
}

// fillTimes sets within which time how many were back, of the latencies of r.
func (v *Recovery) fillTimes(r *Result) {
	v.HalfNS, v.NinetyNineNS, v.AllNS = 0, 0, 0
	l := r.Latency[RecoveryTime.String()]
	if l == nil {
		return
	}
	h, err := l.Histogram()
	if err != nil {
		return
	}
	within := func(part float64) int64 {
		return l.atRank(h, share(v.Lost, part))
	}
	v.HalfNS, v.NinetyNineNS, v.AllNS = within(0.5), within(0.99), within(1)
}

// addRecoveries adds up how the connections of all parts came back; of how their
// attempts were spread nothing is known together. r has the sum's latencies.
func addRecoveries(r *Result, parts []*Result) *Recovery {
	var sum *Recovery
	for _, p := range parts {
		if p.Recovery == nil {
			continue
		}
		if sum == nil {
			sum = new(Recovery)
		}
		most := max(sum.MostAttempts, p.Recovery.MostAttempts)
		addCounts(sum, p.Recovery)
		sum.MostAttempts = most
	}
	if sum != nil {
		sum.fillTimes(r)
	}
	return sum
}

// share returns how many of n are a part q of them.
func share(n int64, q float64) int64 { return max(1, int64(math.Ceil(float64(n)*q))) }

// herdOf sums up attempts by bins of attemptBin; nil where they are too few.
func herdOf(bins []int64) *Herd {
	total := sum(bins)
	if total < herdAttempts {
		return nil
	}
	h := &Herd{BinS: attemptBin.Seconds(), Attempts: bins}
	for len(h.Attempts) > herdBins || len(h.Attempts) > 10 && total < herdPerBin*int64(len(h.Attempts)) {
		h.BinS *= 2
		h.Attempts = pairs(h.Attempts)
	}
	sorted := slices.Sorted(slices.Values(h.Attempts))
	h.BusiestTenth = float64(sum(sorted[len(sorted)-(len(sorted)+9)/10:])) / float64(total)
	h.Synchronized = h.BusiestTenth > 0.5
	return h
}

// pairs adds up bins in pairs.
func pairs(bins []int64) []int64 {
	out := make([]int64, (len(bins)+1)/2)
	for i, n := range bins {
		out[i/2] += n
	}
	return out
}

func sum(list []int64) int64 {
	var total int64
	for _, n := range list {
		total += n
	}
	return total
}
