package stats

import (
	"testing"
	"time"
)

// TestNegativeControls judges what the books of an open loop hold after a client
// was paused, after one was starved, and after a server was slow: the first two
// are invalid, the last is not.
func TestNegativeControls(t *testing.T) {
	const (
		length = 5 * time.Second
		us, ms = time.Microsecond, time.Millisecond
	)
	// prompt is a client that sends 10 µs late.
	prompt := func(due time.Duration) time.Duration { return 10 * us }
	fast := func(due time.Duration) time.Duration { return 300 * us }
	paused := func(from, to time.Duration) func(time.Duration) time.Duration {
		return func(due time.Duration) time.Duration {
			if due < from || due >= to {
				return 10 * us
			}
			return to - due
		}
	}
	// starved is a client that runs for part of each period.
	starved := func(part, period time.Duration) func(time.Duration) time.Duration {
		return func(due time.Duration) time.Duration {
			if at := due % period; at >= part {
				return period - at
			}
			return 10 * us
		}
	}
	stalled := func(from, to time.Duration) func(time.Duration) time.Duration {
		pause := paused(from, to)
		return func(sent time.Duration) time.Duration { return 300*us + pause(sent) }
	}
	for _, c := range []struct {
		name         string
		rate         float64
		lag, service func(due time.Duration) time.Duration
		lost         func(due time.Duration) bool
		want         Level
	}{
		{"nobody is slow", 1000, prompt, fast, nil, Valid},
		{"client paused for 200 ms", 1000, paused(2*time.Second, 2200*ms), fast, nil, Invalid},
		{"client paused for 200 ms, few messages", 200, paused(2*time.Second, 2200*ms), fast, nil, Invalid},
		{"client paused for 200 ms, many messages", 20_000, paused(2*time.Second, 2200*ms), fast, nil, Invalid},
		{"client with a tenth of a core", 1000, starved(10*ms, 100*ms), fast, nil, Invalid},
		{"client with a tenth of a core, short periods", 1000, starved(1*ms, 10*ms), fast, nil, Invalid},
		{"client with a tenth of a core, server stalled too", 1000, starved(10*ms, 100*ms), stalled(time.Second, 3*time.Second), nil, Invalid},
		{"server with 50 ms a message", 1000, prompt, func(time.Duration) time.Duration { return 50 * ms }, nil, Valid},
		{"server that stalls for a second", 1000, prompt, stalled(time.Second, 2*time.Second), nil, Valid},
		{"server that falls ever further behind", 1000, prompt, func(due time.Duration) time.Duration { return due / 2 }, nil, Valid},
		{"server that answers no more", 1000, prompt, fast, func(due time.Duration) bool { return due > 3*time.Second }, Suspect},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := NewShard(1)
			collector := NewCollector([]*Shard{s}, []string{"20"}, nil)
			collector.read = func() Usage { return Usage{} }
			s.Opened, s.Closed = 10, 10
			n := int(c.rate * length.Seconds())
			sentBy := make([]int64, 100) // by second, of the run
			for i := range n {
				due := time.Duration(float64(i) / c.rate * float64(time.Second))
				lag := c.lag(due)
				sentBy[(due+lag)/time.Second]++
				s.Record(Lag, lag)
				s.Sizes[0].Sent++
				if c.lost != nil && c.lost(due) {
					s.Sizes[0].Lost++
					continue
				}
				service := c.service(due + lag)
				s.RecordReply(true, 0, lag+service, service)
				s.Sizes[0].Received++
			}
			for second := range int(length / time.Second) {
				s.AllSent += sentBy[second]
				collector.Tick(time.Duration(second+1)*time.Second, time.Second, "measure")
			}
			r := &Result{
				WindowS: length.Seconds(), Driver: "epoll", Connections: Connections{Requested: 10},
				Load: Load{Rate: c.rate, Arrival: "constant", Workers: 1},
			}
			collector.Fill(r)
			if v := Judge(r); v.Status != c.want {
				t.Errorf("got %s, want %s; findings: %+v", v.Status, c.want, v.Findings)
			}
		})
	}
}
