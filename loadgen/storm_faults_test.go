package loadgen

import (
	"testing"
	"time"

	"wsstorm/internal/echoserver"
	"wsstorm/stats"
)

// faultyStorm is a close storm at a server that does wrong with a share of the
// connections, which it draws by their numbers: how many these are is known.
type faultyStorm struct {
	faults echoserver.Faults
	share  float64 // of the connections that the storm takes; the others close at the end
	struck func(echoserver.Counts) int64
	within [2]int64 // least and most that a share like that strikes
	class  []stats.Class
	told   func(struck int64) stats.Connections // but for those requested and opened
	codes  func(struck int64) []stats.CloseCount
}

const faultyConns = 200

// TestStormAtAServerWithFaults: what the result says of a storm is what the server
// knows to have done, connection by connection.
func TestStormAtAServerWithFaults(t *testing.T) {
	t.Parallel() // it mostly waits
	noCode := func(struck int64) []stats.CloseCount {
		return []stats.CloseCount{{Sent: 1000, Received: 1000, Count: faultyConns - struck}, {Sent: 1000, Received: 0, Count: struck}}
	}
	resets := faultyStorm{
		faults: echoserver.Faults{Seed: 1, ResetOnClose: 0.1}, share: 1,
		struck: func(c echoserver.Counts) int64 { return c.ResetOnClose },
		within: [2]int64{14, 26},
		class:  []stats.Class{stats.ErrReset},
		told:   func(n int64) stats.Connections { return stats.Connections{Closed: faultyConns - n, Dropped: n} },
		codes:  noCode,
	}
	resetsOfAThird := resets
	resetsOfAThird.share = 0.3
	atOnce(t, 4, map[string]faultyStorm{
		"resets a tenth":                 resets,
		"resets a tenth, a third leaves": resetsOfAThird,
		"answers all with 1011": {
			faults: echoserver.Faults{CloseAnswer: echoserver.Answer{Code: 1011}}, share: 1,
			struck: func(c echoserver.Counts) int64 { return c.CloseAnswer },
			within: [2]int64{faultyConns, faultyConns},
			told:   func(n int64) stats.Connections { return stats.Connections{Closed: n} },
			codes: func(n int64) []stats.CloseCount {
				return []stats.CloseCount{{Sent: 1000, Received: 1011, Count: n}}
			},
		},
		"answers half with 4000": {
			faults: echoserver.Faults{Seed: 2, CloseAnswer: echoserver.Answer{Code: 4000, Share: 0.5}}, share: 1,
			struck: func(c echoserver.Counts) int64 { return c.CloseAnswer },
			within: [2]int64{80, 120},
			told:   func(int64) stats.Connections { return stats.Connections{Closed: faultyConns} },
			codes: func(n int64) []stats.CloseCount {
				return []stats.CloseCount{{Sent: 1000, Received: 1000, Count: faultyConns - n}, {Sent: 1000, Received: 4000, Count: n}}
			},
		},
		"leaves a fifth unanswered": {
			faults: echoserver.Faults{Seed: 3, NoClose: 0.2}, share: 1,
			struck: func(c echoserver.Counts) int64 { return c.NoClose },
			within: [2]int64{30, 50},
			class:  []stats.Class{stats.ErrCloseTimeout},
			told:   func(n int64) stats.Connections { return stats.Connections{Closed: faultyConns - n, StillOpen: n} },
			codes:  noCode,
		},
	}, func(t *testing.T, p Plan, c faultyStorm) { c.run(t, p) })
}

func (c faultyStorm) run(t *testing.T, p Plan) {
	server := withFaults(t, c.faults)
	p = aimed(t, p, server.URL())
	p.Connections, p.InFlight, p.Duration = faultyConns, 1, 300*time.Millisecond
	p.CloseShare, p.CloseAt, p.CloseTimeout = c.share, 50*time.Millisecond, time.Minute
	if c.faults.NoClose > 0 {
		p.CloseTimeout = patience // waited for; the healthy ones need it on a busy machine
	}
	r := load(t, t.Context(), p)
	n := c.struck(server.Counts())
	if n < c.within[0] || n > c.within[1] {
		t.Errorf("the fault struck %d of %d connections, want %d", n, faultyConns, c.within)
	}
	want := c.told(n)
	want.Requested, want.Opened = faultyConns, faultyConns
	wantConnections(t, r, want)
	wantErrors(t, r, c.class...)
	for _, class := range c.class {
		if got := r.Errors[class.String()].Count; got != n {
			t.Errorf("%d errors of class %v, want %d", got, class, n)
		}
	}
	told := make(map[stats.CloseCount]bool)
	for _, code := range r.Closes {
		told[code] = true
	}
	for _, code := range c.codes(n) {
		if !told[code] || len(r.Closes) != len(c.codes(n)) {
			t.Errorf("close codes: got %+v, want %+v", r.Closes, c.codes(n))
			break
		}
	}
	closing, took := r.Closing, int64(c.share*faultyConns)
	if closing == nil || closing.Connections != took || c.share == 1 && closing.NeverClosed != want.StillOpen || closing.LastGoneS <= 0 {
		t.Errorf("closing: got %+v, want %d connections, %d of them never closed", closing, took, want.StillOpen)
	}
	// A reset in answer to our Close took nothing from the load.
	if r.Connections.Lost > 0 {
		t.Errorf("%d connections lost, want none: we had closed them", r.Connections.Lost)
	}
	for _, f := range r.Verdict.Findings {
		if f.Check == "connections" {
			t.Errorf("finding: %+v", f)
		}
	}
}
