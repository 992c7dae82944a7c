package stats

import (
	"time"
)

// fullResult is a run in which everything happened, so that every key of the
// document is there.
func fullResult() *Result {
	shards := []*Shard{NewShard(4), NewShard(4)}
	stages := []StageInfo{
		{Length: time.Second, RateFrom: 1000, RateTo: 1000, ConnectionsFrom: 104, ConnectionsTo: 104},
		{Length: time.Second, RateFrom: 1000, RateTo: 3400, ConnectionsFrom: 104, ConnectionsTo: 104},
	}
	c := NewCollector(shards, []string{"125", "64-4096"}, stages)
	c.used, c.read = Usage{}, usages(
		Usage{User: 500 * time.Millisecond, GCCycles: 2},
		Usage{
			User: time.Second, System: 250 * time.Millisecond, GCCycles: 3,
			gcPauses:     buckets{[]uint64{1, 0}, []float64{0, 51.2e-6, 102.4e-6}},
			schedLatency: buckets{[]uint64{9, 1}, []float64{0, 51.2e-6, 102.4e-6}},
			host:         hostUsage{total: 200, stolen: 1, throttled: 5 * time.Millisecond, threads: map[int]time.Duration{7: 625 * time.Millisecond}},
		})
	for n, s := range shards {
		s.Lock()
		s.Opened, s.Failed, s.Closed = 50, 2, 45
		s.PeerClosed, s.Dropped, s.StillOpen = 2, 2, 1
		s.Reattempts, s.Reopened, s.Regained, s.Departed = 5, 3, 1, 2
		s.ClosedFIN, s.ClosedRST, s.Vanished, s.LeftOpen = 1, 2, 3, 4
		s.Recovery = RecoveryCounters{Lost: 200, Recovered: 200, Failed: 30, MostAttempts: 4}
		for i := range 230 {
			s.Attempt(time.Duration(i*i) * 50 * time.Microsecond)
		}
		for m := Lag; m < NumMetrics; m++ {
			for i := range 200 {
				s.Record(m, time.Duration(int(m)*i)*time.Microsecond)
			}
		}
		s.Record(Connect, 2*time.Hour)
		s.Retransmitted(1, 1004*time.Millisecond)
		for i := range 1500 {
			size := i % 4
			s.RecordReply(true, size, time.Duration(100+i)*time.Microsecond, time.Duration(90+i)*time.Microsecond)
			s.Sizes[size].Sent++
			s.Sizes[size].Received++
		}
		s.Sizes[1].Sent += 3
		s.Sizes[1].Lost += 3
		s.Sizes[1].Mismatched++
		s.Sizes[1].Abandoned, s.Sizes[1].Withdrawn = 1, 2
		s.AllSent, s.AllReceived = 1600, 1597
		s.BytesSent, s.BytesReceived = 1<<20, 1<<19
		s.Deflate = Compression{SentRaw: 1 << 20, SentWire: 1 << 18, ReceivedRaw: 1 << 19, ReceivedWire: 1 << 17}
		s.Fail(ErrRefused, "dial tcp 127.0.0.1:9: connect: connection refused")
		s.Fail(ErrLost, "")
		s.CloseCodes(1000, 1000)
		s.CloseCodes(1000, uint16(1001*n))
		s.Unlock()
	}
	c.Tick(-time.Second, 500*time.Millisecond, "open")
	shards[0].RecordReply(true, 0, 3*time.Millisecond, 2*time.Millisecond)
	shards[0].AllReceived++
	c.Tick(time.Second, time.Second, "measure")
	r := &Result{
		Tool:        Tool{Version: "v0.0.0-test", Go: "go1.26", OS: "linux", Arch: "amd64"},
		Started:     time.Date(2026, 1, 2, 3, 4, 5, 678_000_000, time.UTC),
		Flags:       []string{"--connections", "104", "--header", "Authorization: ***"},
		URL:         "ws://127.0.0.1:9001/echo?a=1&b=<2>",
		Driver:      "portable",
		Load:        Load{Rate: 1600, Arrival: "constant", Workers: 2},
		WindowS:     2,
		Connections: Connections{Requested: 104},
		Fairness:    FairnessOf([]int64{30, 31, 32, 2}),
		Client: Client{
			CPUUserS: 1.5, CPUSystemS: 0.25, CPUPerMessageNS: 583_333.25, Cores: 2, MaxRSSBytes: 30 << 20,
			GC:           GC{Cycles: 3, PauseP999NS: 51_200, PauseMaxNS: 51_200},
			SchedLatency: &Quantiled{Count: 4321, P50NS: 512, P99NS: 20_480, P999NS: 49_152, MaxNS: 114_688},

			BusiestThreadS: 0.625, Steal: 0.005, ThrottledS: 0.005,
		},
	}
	c.Fill(r)
	r.FillOpening()
	r.Closing = NewClosing(500*time.Millisecond, 100*time.Millisecond, 650*time.Millisecond, 90, 4)
	r.Verdict = Judge(r)
	p99 := 1_588_223.0
	r.Objectives = []Objective{
		{Objective: "rtt.p99>1ms for 2s", Value: &p99, Limit: 1e6, Unit: "ns", Missed: true, EndedRun: true},
		{Objective: "tls.p99>1s", Limit: 1e9, Unit: "ns", Missed: true, Text: "no tls was measured"},
		{Objective: "errors>0", Value: new(float64), Unit: "count", Default: true},
	}
	r.Merged, r.Cycles = []Part{partOf(r)}, []Part{partOf(r)}
	r.Merged[0].Flags = []string{"--seed", "1"}
	r.Intervals[1].Cycle = 1
	r.IdleTimeout = &IdleTimeout{}
	round := IdleRound{ToS: 60, Connections: 104, Survived: 100, SurvivedS: 50.5}
	round.SetCuts(50500*time.Millisecond, []Silence{{51 * time.Second, ErrReset, true}, {52 * time.Second, ErrReset, false}, {time.Second, ErrEOF, false}})
	r.IdleTimeout.Add(round)
	r.Search = &Search{
		Objective: "rtt.p99<2ms", Vary: VaryRate, Held: 1600, Beyond: 3200, Limit: ProbeMissed,
		Probes: []Probe{
			ProbeOf(1600, &Result{Messages: Messages{Rate: 1600}, Latency: r.Latency, Verdict: Verdict{Status: Valid}}),
			ProbeOf(3200, &Result{Messages: Messages{Rate: 3200}, Objectives: r.Objectives, Verdict: Verdict{Status: Suspect}}),
			ProbeOf(6400, &Result{Verdict: Verdict{Status: Invalid, Findings: []Finding{{Check: "lag", Level: Invalid}}}}),
		},
	}
	return r
}

// usages returns a stand-in for ReadUsage that returns each of all in turn.
func usages(all ...Usage) func() Usage {
	return func() Usage {
		next := all[0]
		all = all[1:]
		return next
	}
}

// broadcastResult is a run that was a broadcast.
func broadcastResult() *Result {
	s := NewShard(1)
	c := NewCollector([]*Shard{s}, []string{"64"}, nil)
	c.CountDeliveries()
	s.Opened, s.Closed = 3, 3
	for i := range 100 {
		s.Sizes[0].Sent++
		s.Sizes[0].Expected += 2
		s.Sizes[0].Received += 2
		s.RecordDelivery(true, 0, time.Duration(i)*time.Microsecond)
		s.RecordDelivery(true, 0, time.Duration(2*i)*time.Microsecond)
		s.Record(Skew, time.Duration(i)*time.Microsecond)
	}
	s.RecordDelivery(false, 0, time.Second)
	s.Sizes[0].Sent, s.Sizes[0].Expected, s.Sizes[0].Lost = 101, 202, 2
	s.FailN(ErrLost, 2, "")
	s.Incomplete, s.Other = 1, 4
	c.Tick(time.Second, time.Second, "measure")
	r := &Result{
		Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), WindowS: 1,
		Load: Load{Rate: 101, Arrival: "constant", Workers: 1}, Connections: Connections{Requested: 3},
	}
	c.Fill(r)
	r.Broadcast.Publishers, r.Broadcast.Subscribers = 1, 2
	r.Verdict = Judge(r)
	return r
}

// emptyResult is a run in which no connection was ever opened.
func emptyResult() *Result {
	r := &Result{Connections: Connections{Requested: 5}, URL: "ws://[::1]:9/"}
	NewCollector([]*Shard{NewShard(1)}, []string{"0"}, nil).Fill(r)
	r.Verdict = Judge(r)
	return r
}

// interruptedResult is a closed loop that was stopped before its window began.
func interruptedResult() *Result {
	s := NewShard(1)
	c := NewCollector([]*Shard{s}, []string{"20"}, nil)
	s.Opened, s.Closed = 3, 3
	s.Record(Open, time.Millisecond)
	s.RecordReply(false, 0, time.Millisecond, time.Millisecond)
	c.used, c.read = Usage{}, usages(Usage{User: time.Second})
	c.Tick(-9*time.Second, time.Second, "warmup")
	r := &Result{
		Load:        Load{InFlight: 1, Messages: 1000, Workers: 1},
		Interrupted: true,
		Connections: Connections{Requested: 10},
		Search:      &Search{Objective: "rtt.p99<2ms", Vary: VaryConnections, Interrupted: true},
	}
	c.Fill(r)
	r.Verdict = Judge(r)
	return r
}
