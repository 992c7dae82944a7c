package report

import (
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"wsstorm/stats"
)

// results are the runs that the formats are tested on, by name. Nobody changes
// them.
var results = sync.OnceValue(func() map[string]*stats.Result {
	return map[string]*stats.Result{
		"closed":      closedLoop(),
		"suspect":     openLoop(),
		"invalid":     invalid(),
		"errors":      errorsAndSizes(),
		"missed":      missed(),
		"stages":      stages(),
		"crowd":       crowd(),
		"readers":     readers(),
		"broadcast":   broadcastOf(),
		"storm":       storm(),
		"churn":       churning(),
		"huge":        huge(),
		"idle":        idle(),
		"nothing":     nothing(),
		"interrupted": interrupted(),
		"unopened":    unopened(),
		"zero":        {},
	}
})

// around draws latencies whose median is about median, with a long tail.
func around(rng *rand.Rand, median time.Duration) time.Duration {
	d := float64(median) * math.Exp(0.25*rng.NormFloat64())
	if rng.IntN(200) == 0 {
		d *= 4
	}
	return time.Duration(d)
}

// base is what every run has in common.
func base() *stats.Result {
	return &stats.Result{
		Tool:    stats.Tool{Version: "v0.1.0", Go: "go1.26", OS: "linux", Arch: "amd64"},
		Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Flags:   []string{"--connections", "1000", "ws://127.0.0.1:9001/"},
		URL:     "ws://127.0.0.1:9001/",
		Driver:  "epoll",
		WindowS: 10,
		Client: stats.Client{
			CPUUserS: 3.1, CPUSystemS: 6.2, CPUPerMessageNS: 5270, Cores: 2, MaxRSSBytes: 31 << 20,
			GC:           stats.GC{Cycles: 4, PauseP999NS: 61_440, PauseMaxNS: 61_440},
			SchedLatency: &stats.Quantiled{Count: 240_310, P50NS: 512, P99NS: 14_336, P999NS: 49_152, MaxNS: 212_992},
		},
	}
}

// finish fills r from the shard and judges it.
func finish(s *stats.Shard, sizes []string, r *stats.Result, stages ...stats.StageInfo) *stats.Result {
	c := stats.NewCollector([]*stats.Shard{s}, sizes, stages)
	c.Fill(r)
	r.FillOpening()
	r.Verdict = stats.Judge(r)
	return r
}

// openings records the opening of n connections, and their closing.
func openings(s *stats.Shard, rng *rand.Rand, n int) {
	for range n {
		s.Opened++
		s.Closed++
		connect, upgrade := around(rng, 90*time.Microsecond), around(rng, 210*time.Microsecond)
		s.Record(stats.Connect, connect)
		s.Record(stats.Upgrade, upgrade)
		s.Record(stats.Open, connect+upgrade)
		s.Record(stats.Close, around(rng, 300*time.Microsecond))
		s.CloseCodes(1000, 1000)
	}
}

// closedLoop is a healthy run.
func closedLoop() *stats.Result {
	rng := rand.New(rand.NewPCG(1, 1))
	s := stats.NewShard(1)
	openings(s, rng, 1000)
	for range 120_000 {
		d := around(rng, 5600*time.Microsecond)
		s.RecordReply(true, 0, d, d)
		s.Sizes[0].Sent++
		s.Sizes[0].Received++
	}
	s.BytesSent, s.BytesReceived = 120_000*26, 120_000*22
	r := base()
	r.Load = stats.Load{InFlight: 1, Workers: 2}
	r.Connections.Requested = 1000
	r.Fairness = &stats.Fairness{Min: 118, P50: 120, Max: 123}
	return finish(s, []string{"20"}, r)
}

// broadcastOf is a run of two publishers whose server lost a few copies.
func broadcastOf() *stats.Result {
	rng := rand.New(rand.NewPCG(12, 12))
	s := stats.NewShard(2)
	openings(s, rng, 102)
	for i := range 1000 {
		s.Sizes[i%2].Sent++
		s.Sizes[i%2].Expected += 100
		s.Record(stats.Lag, around(rng, 10*time.Microsecond))
		for range 100 {
			s.Sizes[i%2].Received++
			s.RecordDelivery(true, i%2, around(rng, 2*time.Millisecond))
		}
		s.Record(stats.Skew, around(rng, time.Millisecond))
	}
	s.Sizes[1].Sent += 4
	s.Sizes[1].Expected += 400
	s.Sizes[1].Received += 391
	for range 391 {
		s.RecordDelivery(true, 1, around(rng, 3*time.Millisecond))
	}
	s.Sizes[1].Lost += 9
	s.Sizes[1].Duplicated, s.Sizes[1].Reordered, s.Sizes[0].Mismatched = 3, 2, 1
	s.FailN(stats.ErrLost, 9, "not delivered to a subscriber by the end of the drain")
	s.Incomplete, s.Other = 4, 100
	s.BytesSent, s.BytesReceived = 1004*72, 100_391*68
	r := base()
	r.Load = stats.Load{Rate: 100.4, Arrival: "constant", Workers: 2}
	r.Connections.Requested = 102
	c := stats.NewCollector([]*stats.Shard{s}, []string{"64", "1024"}, nil)
	c.CountDeliveries()
	c.Fill(r)
	r.Broadcast.Publishers, r.Broadcast.Subscribers = 2, 100
	r.Client.CPUPerMessageNS = 9300
	r.Verdict = stats.Judge(r)
	return r
}

// openLoop is a run whose client was a little late.
func openLoop() *stats.Result {
	rng := rand.New(rand.NewPCG(2, 2))
	s := stats.NewShard(1)
	openings(s, rng, 500)
	for range 98_700 {
		lag, service := around(rng, 80*time.Microsecond), around(rng, 2*time.Millisecond)
		s.Record(stats.Lag, lag)
		s.RecordReply(true, 0, lag+service, service)
		s.Sizes[0].Sent++
		s.Sizes[0].Received++
	}
	s.Sizes[0].Sent += 3
	s.Sizes[0].Lost += 3
	for range 3 {
		s.Fail(stats.ErrLost, "no reply within 5 s")
	}
	s.BytesSent, s.BytesReceived = 98_700*132, 98_700*128
	r := base()
	r.Load = stats.Load{Rate: 10_000, Arrival: "constant", Workers: 2}
	r.Connections.Requested = 500
	r.Client.CPUUserS, r.Client.CPUSystemS = 6.1, 10.3
	r.Client.BusiestThreadS, r.Client.Steal = 8.31, 0.0042
	r.Fairness = &stats.Fairness{Min: 12, P50: 200, Max: 203, Starved: 3}
	return finish(s, []string{"126"}, r)
}

// invalid is a run whose client could not keep up.
func invalid() *stats.Result {
	rng := rand.New(rand.NewPCG(3, 3))
	s := stats.NewShard(1)
	openings(s, rng, 50)
	for range 4000 {
		lag, service := around(rng, 30*time.Millisecond), around(rng, 200*time.Microsecond)
		s.Record(stats.Lag, lag)
		s.RecordReply(true, 0, lag+service, service)
		s.Sizes[0].Sent++
		s.Sizes[0].Received++
	}
	s.Sizes[0].Unsent = 900
	r := base()
	r.Load = stats.Load{Rate: 490, Arrival: "constant", Workers: 2}
	r.Connections.Requested = 51
	r.Client.CPUUserS, r.Client.CPUSystemS = 9.1, 10.7
	r.Client.BusiestThreadS, r.Client.Steal, r.Client.ThrottledS = 9.92, 0.061, 0.25
	return finish(s, []string{"20"}, r)
}

// errorsAndSizes is a run against a server that did much wrong.
func errorsAndSizes() *stats.Result {
	rng := rand.New(rand.NewPCG(4, 4))
	sizes := []string{"0", "125", "126", "65535", "65536", "64-4096"}
	s := stats.NewShard(len(sizes))
	openings(s, rng, 280)
	s.Opened, s.Failed, s.Closed, s.PeerClosed, s.Dropped, s.StillOpen = 290, 10, 270, 9, 8, 3
	for range 60_000 {
		size := rng.IntN(len(sizes) - 1)
		d := around(rng, time.Duration(1+size)*300*time.Microsecond)
		s.RecordReply(true, size, d, d)
		s.Sizes[size].Sent++
		s.Sizes[size].Received++
	}
	s.Sizes[3].Sent, s.Sizes[3].Lost = s.Sizes[3].Sent+21, 21
	s.Sizes[4].Mismatched, s.Sizes[4].Duplicated, s.Sizes[4].Reordered = 7, 2, 1
	s.Sizes[4].Unexpected, s.Sizes[0].Unsent, s.Sizes[1].Blocked = 5, 1234, 17
	s.BytesSent, s.BytesReceived = 60_000*30_000, 60_000*30_000
	s.Deflate = stats.Compression{SentRaw: 1_800_000_000, SentWire: 420_000_000, ReceivedRaw: 1_800_000_000, ReceivedWire: 1_795_000_000}
	for class, f := range map[stats.Class]struct {
		n       int
		example string
	}{
		stats.ErrRefused:        {4, "dial tcp 127.0.0.1:9001: connect: connection refused"},
		stats.ErrUpgradeTimeout: {3, "no response to the upgrade request within 10 s"},
		stats.ErrUpgradeStatus:  {3, "response status 503 Service Unavailable"},
		stats.ErrReset:          {8, "read tcp 127.0.0.1:45678->127.0.0.1:9001: read: connection reset by peer"},
		stats.ErrLost:           {21, ""},
		stats.ErrMismatched:     {7, "message of 65536 bytes differs from byte 4096 on:\n\x1b[31m\x00 und Grüße, 世界 " + strings.Repeat("x", 100)},
		stats.ErrCloseTimeout:   {3, "Close not answered within 5 s"},
	} {
		for range f.n {
			s.Fail(class, f.example)
		}
	}
	s.CloseCodes(1000, 0)
	s.CloseCodes(0, 0)
	s.CloseCodes(1002, 1005)
	for code := range uint16(8) {
		s.CloseCodes(1000, 4000+code)
	}
	r := base()
	r.URL = "wss://load.example.com:8443/a/path/that/goes/on/and/on/for/longer/than/a/terminal/is/wide?room=" + strings.Repeat("lobby", 10)
	r.Driver = "portable"
	r.Load = stats.Load{InFlight: 2, Messages: 60_000, Workers: 2}
	r.Connections.Requested = 300
	finish(s, sizes, r)
	r.Connections.Lost = 4
	r.Verdict = stats.Judge(r)
	return r
}

// stages is a ramp up to a load that the server does not hold.
func stages() *stats.Result {
	rng := rand.New(rand.NewPCG(7, 7))
	s := stats.NewShard(3)
	openings(s, rng, 200)
	for stage, load := range []struct {
		messages int
		rtt      time.Duration
	}{
		{10_000, time.Millisecond}, {30_000, 2 * time.Millisecond}, {50_000, 90 * time.Millisecond},
	} {
		for range load.messages {
			lag := around(rng, 2*time.Microsecond)
			service := around(rng, load.rtt)
			s.Record(stats.Lag, lag)
			s.RecordReply(true, stage, lag+service, service)
			s.Sizes[stage].Sent++
			s.Sizes[stage].Received++
		}
	}
	s.Sizes[2].Received -= 40
	s.Sizes[2].Lost += 40
	for range 40 {
		s.Fail(stats.ErrLost, "no reply within 5 s")
	}
	r := base()
	r.Load = stats.Load{Rate: 3000, Arrival: "poisson", Workers: 2}
	r.WindowS = 30
	r.Connections.Requested = 200
	return finish(s, []string{"20"}, r,
		stats.StageInfo{Length: 10 * time.Second, RateFrom: 1000, RateTo: 1000},
		stats.StageInfo{Length: 10 * time.Second, RateFrom: 1000, RateTo: 5000},
		stats.StageInfo{Length: 10 * time.Second, RateFrom: 5000, RateTo: 5000})
}

// crowd is a closed loop whose connections came and went.
func crowd() *stats.Result {
	rng := rand.New(rand.NewPCG(8, 8))
	s := stats.NewShard(3)
	openings(s, rng, 1000)
	for stage, messages := range []int{20_000, 40_000, 20_000} {
		for range messages {
			d := around(rng, time.Duration(1+stage%2)*time.Millisecond)
			s.RecordReply(true, stage, d, d)
			s.Sizes[stage].Sent++
			s.Sizes[stage].Received++
		}
	}
	r := base()
	r.Load = stats.Load{InFlight: 1, Workers: 2}
	r.WindowS = 20
	r.Connections.Requested = 1000
	return finish(s, []string{"20"}, r,
		stats.StageInfo{Length: 5 * time.Second, ConnectionsFrom: 10, ConnectionsTo: 1000},
		stats.StageInfo{Length: 10 * time.Second, ConnectionsFrom: 1000, ConnectionsTo: 1000},
		stats.StageInfo{Length: 5 * time.Second, ConnectionsFrom: 1000, ConnectionsTo: 0})
}

// readers is a run in which some connections read slowly.
func readers() *stats.Result {
	rng := rand.New(rand.NewPCG(9, 9))
	s := stats.NewShard(3)
	openings(s, rng, 100)
	for range 40_000 {
		d := around(rng, time.Millisecond)
		s.RecordReply(true, 0, d, d)
		s.Sizes[0].Sent++
		s.Sizes[0].Received++
	}
	for range 300 {
		s.RecordAside(1, around(rng, 3*time.Second))
	}
	s.Sizes[1] = stats.MessageCounters{Sent: 900, Received: 300, Lost: 600, Unsent: 4000}
	s.Sizes[2] = stats.MessageCounters{Sent: 20_000, Received: 20_000}
	for range 20_000 {
		d := around(rng, 2*time.Millisecond)
		s.RecordReply(true, 2, d, d)
	}
	r := base()
	r.Load = stats.Load{InFlight: 1, Workers: 2}
	r.Connections.Requested = 100
	stats.NewGroupCollector([]*stats.Shard{s}, []string{"20"}, []stats.Group{
		{Name: "others", Connections: 60}, {Name: "slow readers", Connections: 10, Aside: true, BytesReceived: 100 << 10, Cut: 3, CutAfterS: 7.25}, {Name: "after", FromS: 5.5, ToS: 10},
	}).Fill(r)
	r.Verdict = stats.Judge(r)
	return r
}

// huge has the greatest numbers that there are.
func huge() *stats.Result {
	const most = math.MaxInt64
	l := &stats.Latency{Count: most, MaxNS: most, Percentiles: make(map[string]int64)}
	for q := range stats.NumQuantiles {
		l.Percentiles[q.String()] = most
	}
	m := stats.Messages{
		Sent: most, Received: most, Lost: most, Mismatched: most, Duplicated: most,
		Reordered: most, Unexpected: most, Unsent: most, Blocked: most, Rate: 1e300,
	}
	r := base()
	r.Driver = strings.Repeat("d", 100)
	r.Load = stats.Load{Rate: 1e300, Arrival: "constant", Messages: most, Workers: 1 << 30}
	r.WindowS = 1e9
	r.Connections = stats.Connections{
		Requested: most, Opened: most - 1, Failed: most, Closed: most, PeerClosed: most, Dropped: most, StillOpen: most,
	}
	r.Connections.AllOpenS, r.Connections.Open50S = 1e300, 1e300
	r.SYNs = []stats.SYNRetransmission{{Retransmissions: most, Connections: most, ConnectMeanS: 1e300}, {Connections: most, ConnectMeanS: 1}}
	r.Messages = m
	r.Bytes = stats.Bytes{Sent: most, Received: most}
	r.Compression = &stats.Compression{SentRaw: 1, SentWire: most, ReceivedRaw: most, ReceivedWire: most}
	r.Latency = make(map[string]*stats.Latency)
	for metric := range stats.NumMetrics {
		r.Latency[metric.String()] = l
	}
	weak := *l
	weak.Count = 20
	r.Latency[stats.Lag.String()] = &weak
	r.Sizes = []stats.Size{{Bytes: "1048576000-1048576000", Messages: m, RTT: l}, {Bytes: "0", Messages: m}}
	r.Stages = []stats.Stage{
		{ToS: 5e8, RateFrom: 0.001, RateTo: 1e300, Messages: m, RTT: l},
		{FromS: 5e8, ToS: 1e9, RateFrom: 1e300, RateTo: 1e300, Messages: m},
	}
	r.Groups = []stats.Group{
		{Name: strings.Repeat("世界", 60), Connections: most, FromS: 1e300, ToS: 1e301, Messages: m, RTT: l,
			BytesReceived: most, Cut: most, CutAfterS: 1e300},
		{Aside: true},
	}
	r.Fairness = &stats.Fairness{Min: 0, P50: most, Max: most, Starved: most}
	r.Errors = make(map[string]stats.Errors)
	for class := range stats.NumClasses {
		r.Errors[class.String()] = stats.Errors{Count: most, Example: strings.Repeat("世界", 60)}
	}
	r.Closes = []stats.CloseCount{{Sent: 65535, Received: 65535, Count: most}, {Count: most}}
	r.Client = stats.Client{
		CPUUserS: 1e12, CPUSystemS: 1e12, CPUPerMessageNS: 1e18, Cores: 1e6, MaxRSSBytes: most,
		BusiestThreadS: 1e300, Steal: 1e300, ThrottledS: 1e300,
		GC:           stats.GC{Cycles: most, PauseP999NS: most, PauseMaxNS: most},
		SchedLatency: &stats.Quantiled{Count: most, P50NS: most, P99NS: most, P999NS: most, MaxNS: most},
	}
	r.Objectives = []stats.Objective{
		{Objective: strings.Repeat("errors", 20) + ">1", Value: pointer(most), Limit: 1, Unit: "count", Missed: true, Text: strings.Repeat("世界 ", 60), EndedRun: true},
		{Objective: "rate<1e300", Value: pointer(1e300), Limit: 1e-300, Unit: "per_s"},
		{Objective: "rtt.max<1ns", Value: pointer(most), Limit: -1, Unit: "ns"},
		{Objective: "bytes.sent<1", Value: pointer(most), Unit: "bytes"},
		{Objective: "client.steal<1%", Value: pointer(1e300), Unit: "ratio"},
	}
	r.Verdict = stats.Judge(r)
	r.Verdict.Findings = append(r.Verdict.Findings, stats.Finding{
		Check: "of_a_later_version", Level: stats.Suspect, Value: 1e300, Limit: 1e300, Unit: "ratio", Text: strings.Repeat("word ", 50) + "end.",
	})
	return r
}

// idle holds connections open and sends nothing.
func idle() *stats.Result {
	s := stats.NewShard(1)
	openings(s, rand.New(rand.NewPCG(5, 5)), 10_000)
	for range 10_000 {
		s.Record(stats.Ping, 80*time.Microsecond)
	}
	r := base()
	r.Load = stats.Load{Workers: 2}
	r.Connections.Requested = 10_000
	for i := range 10_000 {
		s.Record(stats.OpenAfter, time.Duration(i+1)*100*time.Microsecond)
	}
	s.Retransmitted(1, 1004*time.Millisecond)
	s.Retransmitted(1, 1020*time.Millisecond)
	s.Retransmitted(2, 3010*time.Millisecond)
	return finish(s, []string{"20"}, r)
}

// nothing is a run in which no connection came about.
func nothing() *stats.Result {
	s := stats.NewShard(1)
	s.Failed = 50
	for range 50 {
		s.Fail(stats.ErrRefused, "dial tcp 127.0.0.1:9: connect: connection refused")
	}
	r := &stats.Result{URL: "ws://127.0.0.1:9/", Driver: "epoll", Load: stats.Load{InFlight: 1, Workers: 2}}
	r.Connections.Requested = 50
	return finish(s, []string{"20"}, r)
}

// unopened is a run that was ended by the user while it opened connections.
func unopened() *stats.Result {
	r := &stats.Result{URL: "ws://127.0.0.1:9/", Driver: "epoll", Interrupted: true, Load: stats.Load{InFlight: 1, Workers: 2}}
	r.Connections.Requested = 5
	r.Client.Cores = 2
	return finish(stats.NewShard(1), []string{"20"}, r)
}

// interrupted is a short run that was ended by the user.
func interrupted() *stats.Result {
	rng := rand.New(rand.NewPCG(6, 6))
	s := stats.NewShard(1)
	openings(s, rng, 10)
	for range 800 {
		d := around(rng, 250*time.Microsecond)
		s.RecordReply(true, 0, d, d)
		s.Sizes[0].Sent++
		s.Sizes[0].Received++
	}
	r := base()
	r.Interrupted = true
	r.WindowS = 0.31
	r.Load = stats.Load{InFlight: 4, Workers: 1}
	r.Connections.Requested = 10
	r.Client = stats.Client{}
	return finish(s, []string{"20"}, r)
}
