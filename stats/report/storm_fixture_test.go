package report

import (
	"math/rand/v2"
	"time"

	"wsstorm/stats"
)

// storm is a run in which 300 of 1,000 connections left at once, in each of the
// ways, and came back to a server that refused some of them at first.
func storm() *stats.Result {
	rng := rand.New(rand.NewPCG(13, 13))
	s := stats.NewShard(4)
	openings(s, rng, 1300)
	s.Closed, s.Dropped, s.StillOpen = 1268, 28, 4
	s.ClosedFIN, s.ClosedRST, s.Vanished = 60, 50, 10
	s.Leaving = 28
	s.Failed, s.Reattempts, s.Reopened = 45, 345, 300
	s.Recovery = stats.RecoveryCounters{Lost: 300, Recovered: 300, Failed: 45, MostAttempts: 3}
	for i := range 345 {
		s.Attempt(time.Duration(i) * 3 * time.Millisecond)
	}
	for i := range 300 {
		s.Record(stats.RecoveryTime, time.Duration(i+1)*4*time.Millisecond)
	}
	s.FailN(stats.ErrRefused, 45, "dial tcp 127.0.0.1:9001: connect: connection refused")
	s.FailN(stats.ErrReset, 28, "connection reset by peer")
	s.FailN(stats.ErrCloseTimeout, 4, "Close not answered within 5 s")
	for group, load := range []struct {
		messages int
		rtt      time.Duration
	}{
		{21_000, time.Millisecond}, {7000, 12 * time.Millisecond}, {35_000, time.Millisecond}, {24_000, time.Millisecond},
	} {
		for range load.messages {
			lag, service := around(rng, 5*time.Microsecond), around(rng, load.rtt)
			s.Record(stats.Lag, lag)
			s.RecordReply(true, group, lag+service, service)
			s.Sizes[group].Sent++
			s.Sizes[group].Received++
		}
	}
	s.Sizes[3].Sent += 41
	s.Sizes[3].Abandoned, s.Sizes[3].Withdrawn = 41, 2959
	r := base()
	r.Load = stats.Load{Rate: 9000, Arrival: "constant", Workers: 2}
	r.Connections.Requested = 1000
	stats.NewGroupCollector([]*stats.Shard{s}, []string{"20"}, []stats.Group{
		{Name: "before", Connections: 700, ToS: 3.333}, {Name: "during", Connections: 700, FromS: 3.333, ToS: 4.533},
		{Name: "after", Connections: 700, FromS: 4.533, ToS: 10}, {Name: "leaving", Connections: 300},
	}).Fill(r)
	r.Closing = stats.NewClosing(3333*time.Millisecond, 0, 812*time.Millisecond, 300, 4)
	r.Closes = []stats.CloseCount{{Sent: 1000, Received: 1000, Count: 1148}, {Count: 120}, {Sent: 1000, Count: 32}}
	r.Verdict = stats.Judge(r)
	return r
}

// churning is a run whose connections came and went all the time.
func churning() *stats.Result {
	rng := rand.New(rand.NewPCG(14, 14))
	s := stats.NewShard(1)
	openings(s, rng, 2087)
	s.Reattempts, s.Reopened, s.Departed = 1087, 1087, 1100
	for range 10_000 {
		lag, service := around(rng, 5*time.Microsecond), around(rng, time.Millisecond)
		s.Record(stats.Lag, lag)
		s.RecordReply(true, 0, lag+service, service)
		s.Sizes[0].Sent++
		s.Sizes[0].Received++
	}
	s.Sizes[0].Withdrawn = 21
	r := base()
	r.Load = stats.Load{Rate: 1000, Arrival: "constant", Workers: 2}
	r.Connections.Requested = 1000
	finish(s, []string{"20"}, r)
	r.Closing = stats.NewClosing(10*time.Second, 2*time.Second, 2050*time.Millisecond, 1000, 0)
	r.Intervals = []stats.Interval{
		{TimeS: -1, LengthS: 0.1, Phase: "open"}, {LengthS: 1, Phase: "warmup"},
		{TimeS: 5, LengthS: 5, Phase: "measure", Sent: 5000, Received: 5000}, {TimeS: 10, LengthS: 5, Phase: "measure", Sent: 5000, Received: 5000}, {TimeS: 12.1, LengthS: 2.1, Phase: "close"},
	}
	return r
}
