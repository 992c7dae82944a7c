package loadgen

import (
	"math"
	"testing"
	"time"

	"wsstorm/stats"
)

func TestCrowdHasThePlannedNumber(t *testing.T) {
	s := time.Second
	for name, c := range map[string]crowd{
		"rise, hold, fall": {{10 * s, 0, 100}, {5 * s, 100, 100}, {10 * s, 100, 0}},
		"steps":            {{s, 10, 10}, {s, 50, 50}, {s, 20, 20}},
		"one ramp":         {{3 * s, 5, 80}},
		"held":             {{3 * s, 7, 7}},
		"a step, then up":  {{s, 10, 10}, {2 * s, 20, 60}, {s, 60, 30}},
	} {
		if why := c.check(); why != "" {
			t.Fatalf("%s: %s", name, why)
		}
		begin := time.Duration(0)
		for _, stage := range c {
			for _, part := range []float64{0.1, 0.5, 0.9} {
				at := begin + time.Duration(part*float64(stage.Length))
				want := stage.From + (stage.To-stage.From)*part
				got := 0
				for k := range c.most() {
					if opened, closed := c.stay(uint32(k)); opened <= at && at < closed {
						got++
					}
				}
				if math.Abs(float64(got)-want) > 1 {
					t.Errorf("%s: got %d connections at %v, want %v", name, got, at, want)
				}
			}
			begin += stage.Length
		}
	}
}

func TestCrowdThatRisesAgainIsRefused(t *testing.T) {
	s := time.Second
	for _, c := range []crowd{
		{{s, 10, 5}, {s, 5, 10}},
		{{s, 10, 10}, {s, 5, 5}, {s, 6, 6}},
		{{0, 1, 1}},
		{{s, -1, 1}},
		{{s, math.NaN(), 1}},
	} {
		if c.check() == "" {
			t.Errorf("%v was taken", c)
		}
	}
}

// TestConnectStages: connections come and go as planned while messages flow, and
// none is lost when one goes.
func TestConnectStages(t *testing.T) {
	server := new(echoServer).start(t, withGorilla)
	eachDriver(t, func(t *testing.T, p Plan) {
		p = aimed(t, p, server.URL())
		const part = 250 * slowness * time.Millisecond
		p.Connections, p.InFlight = 0, 2
		p.ConnectStages = []Stage{{part, 0, 20}, {part, 30, 30}, {part, 30, 0}}
		res := load(t, t.Context(), p)
		if c := res.Connections; c.Requested != 30 || c.Opened != 30 || c.Closed != 30 {
			t.Errorf("got %+v, want 30 opened and closed", c)
		}
		if m := res.Messages; m.Sent == 0 || m.Lost > 0 || m.Sent != m.Received {
			t.Errorf("got %+v, want all answered", m)
		}
		if len(res.Stages) != 3 || res.Stages[0].Messages.Received == 0 || res.Stages[2].Messages.Received == 0 {
			t.Errorf("got stages %+v, want three with messages", res.Stages)
		}
		// The last of them leave during the last stage, not at its end.
		if last := res.Intervals[len(res.Intervals)-1]; last.Connections != 0 {
			t.Errorf("got %d connections at the end", last.Connections)
		}
	})
}

// TestIdleConnectStages: connections come and go in steps without messages, too.
func TestIdleConnectStages(t *testing.T) {
	server := new(echoServer).start(t, withGorilla)
	eachDriver(t, func(t *testing.T, p Plan) {
		p = aimed(t, p, server.URL())
		const part = 250 * slowness * time.Millisecond
		p.Connections = 0
		p.ConnectStages = []Stage{{part, 0, 20}, {part, 30, 30}, {part, 30, 0}}
		r := load(t, t.Context(), p)
		wantErrors(t, r)
		wantConnections(t, r, stats.Connections{Requested: 30, Opened: 30, Closed: 30})
		if r.Connections.AllOpenS != 0 || r.Latency["open_after"] != nil {
			t.Errorf("got all open after %v s, where connections come and go", r.Connections.AllOpenS)
		}
	})
}
