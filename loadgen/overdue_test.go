package loadgen

import (
	"context"
	"testing"
	"time"

	"wsstorm/internal/echoserver"
	"wsstorm/stats"
	"wsstorm/wsclient"
)

// TestTimeoutsAreNotDropped: what was given up took longer than all that was measured,
// and counts with it.
func TestTimeoutsAreNotDropped(t *testing.T) {
	counts := func(what string, st *story, want map[stats.Metric]int64) {
		t.Helper()
		for m, n := range st.shard.Overdue {
			if n != want[stats.Metric(m)] {
				t.Errorf("%s: %d of %v overdue, want %d", what, n, stats.Metric(m), want[stats.Metric(m)])
			}
		}
	}
	silent := func(p Plan) *story {
		p.CloseTimeout = time.Second
		st := newStory(t, p)
		st.ends().sends()
		st.at(time.Second)
		return st
	}
	counts("a Close without an answer", silent(Plan{}), map[stats.Metric]int64{stats.Close: 1})
	st := newStory(t, Plan{CloseTimeout: time.Second, Exits: []ExitShare{{ExitFIN, 1}}})
	st.ends().s.finSent(0)
	st.at(time.Second)
	counts("a FIN without an answer", st, nil)

	st = newStory(t, Plan{PingInterval: 1000, PingTimeout: 300})
	st.at(1000).sends()
	counts("a Ping", st, nil)
	st.at(1300)
	counts("a Ping without an answer", st, map[stats.Metric]int64{stats.Ping: 1})
	st = newStory(t, Plan{PingInterval: 1000, CloseTimeout: time.Second})
	st.at(1000).sends()
	st.ends().sends()
	st.at(time.Second + 1000)
	counts("a Ping that waits to the end", st, map[stats.Metric]int64{stats.Ping: 1, stats.Close: 1})

	for _, c := range []struct {
		stage wsclient.Stage
		err   error
		want  map[stats.Metric]int64
	}{
		{wsclient.StageConnect, context.DeadlineExceeded, map[stats.Metric]int64{stats.Open: 1, stats.Connect: 1}},
		{wsclient.StageTLS, context.DeadlineExceeded, map[stats.Metric]int64{stats.Open: 1, stats.TLS: 1}},
		{wsclient.StageUpgrade, context.DeadlineExceeded, map[stats.Metric]int64{stats.Open: 1, stats.Upgrade: 1}},
		{wsclient.StageUpgrade, errUnsent, nil},
	} {
		st := newStory(t, Plan{})
		st.s.state = stateOpening
		err := &wsclient.OpenError{Stage: c.stage, Err: c.err}
		st.s.refused(st.worker, 0, classifyOpen(err), err)
		counts(c.stage.String()+": "+c.err.Error(), st, c.want)
	}
}

// TestOverdueIsInTheQuantiles: half of the closes were never answered.
func TestOverdueIsInTheQuantiles(t *testing.T) {
	st := newStory(t, Plan{})
	for range 100 {
		st.shard.Record(stats.Close, time.Millisecond)
	}
	st.shard.Overdue[stats.Close] = 100
	l := st.result().Latency["close"]
	if l == nil || l.Count != 100 || l.Censored != 100 || !l.Unknown(stats.P75) {
		t.Errorf("got %+v, want p75 unknown", l)
	}
}

// TestWhatThePeerPreventedTookLonger: messages that an open loop could not send, because
// the server did not read or had ended the connection, are its doing, and are no reason
// to call it fast.
func TestWhatThePeerPreventedTookLonger(t *testing.T) {
	for what, c := range map[string]struct {
		do   func(*story)
		want stats.Messages
	}{
		"does not read": {func(st *story) { st.s.block() }, stats.Messages{Sent: 1, Received: 1, Unsent: 9, Prevented: 9}},
		"ended the connection": {func(st *story) {
			st.s.ended(st.worker, st.now, stats.ErrReset, errUnsent)
		}, stats.Messages{Sent: 1, Received: 1, Unsent: 9, Prevented: 9}},
		"reads, and the client is late": {func(st *story) {}, stats.Messages{Sent: 1, Received: 1, Unsent: 9}},
	} {
		st := newStory(t, Plan{Rate: 10, Duration: time.Second})
		st.echoes(st.messages()...)
		c.do(st)
		st.now = time.Second
		st.s.arrivals.unsent(st.worker, st.s)
		st.counts(c.want)
		if l := st.result().Latency["rtt"]; l == nil || l.Censored != c.want.Prevented {
			t.Errorf("%s: got rtt %+v, want %d that took longer", what, l, c.want.Prevented)
		}
		if l := st.result().Latency["service"]; l == nil || l.Censored != 0 {
			t.Errorf("%s: got service %+v, want nothing that took longer: it was not sent", what, l)
		}
	}
}

// TestInOrderIsTold: without a stamp on each message a reply is taken for the oldest's.
func TestInOrderIsTold(t *testing.T) {
	for _, c := range []struct {
		plan Plan
		want bool
	}{
		{Plan{}, false},
		{Plan{Sizes: []SizeClass{{Min: 11, Max: 100}}}, true},
		{Plan{Reply: ReplyAny}, true},
		{Plan{Reply: ReplyNone, Rate: 1}, false},
		{Plan{Payload: PayloadFile, PayloadData: []byte("{}")}, true},
	} {
		c.plan.Connections, c.plan.Duration = 1, time.Second
		if got := newRun(completed(t, c.plan)).result("none").Load.InOrder; got != c.want {
			t.Errorf("%+v: got %v", c.plan, got)
		}
	}
}

// TestAWindowThatWaitedInVain: a run of so many messages, some of which are never
// answered, was not over with its last reply.
func TestAWindowThatWaitedInVain(t *testing.T) {
	server := withFaults(t, echoserver.Faults{Seed: 1, Drop: 0.2})
	eachDriver(t, func(t *testing.T, p Plan) {
		p = aimed(t, p, server.URL())
		p.Connections, p.InFlight, p.Messages, p.Drain = 2, 1, 50, 300*time.Millisecond
		if r := load(t, t.Context(), p); r.Messages.Lost == 0 || r.WindowS < 0.3 {
			t.Errorf("window of %v s, %+v: want the time that was waited in it", r.WindowS, r.Messages)
		}
	})
}
