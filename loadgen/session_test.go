package loadgen

import (
	"testing"
	"time"
	"unsafe"

	"wsstorm/stats"
)

func TestClosedLoopKeepsItsMessagesInFlight(t *testing.T) {
	for _, n := range []int{1, 5, 100} {
		st := newStory(t, Plan{InFlight: n})
		sent := st.messages()
		if len(sent) != n {
			t.Fatalf("%d in flight: got %d messages at first", n, len(sent))
		}
		for i, m := range sent {
			if len(m) != DefaultSize {
				t.Errorf("message %d has %d bytes, want %d", i, len(m), DefaultSize)
			}
		}
		if more := st.messages(); len(more) != 0 {
			t.Errorf("%d in flight: %d more without a reply", n, len(more))
		}
		st.at(1500).echoes(sent[0])
		if more := st.messages(); len(more) != 1 {
			t.Errorf("%d in flight: %d more after one reply, want 1", n, len(more))
		}
		st.at(1700).echoes(sent[1:]...)
		rtt, service := st.result().Latency["rtt"], st.result().Latency["service"]
		if rtt.Count != int64(n) || rtt.MinNS != 1500 || n > 1 && rtt.MaxNS != 1700 {
			t.Errorf("rtt: got %d from %d to %d, want %d from 1500 to 1700", rtt.Count, rtt.MinNS, rtt.MaxNS, n)
		}
		if service.Count != rtt.Count || service.MinNS != rtt.MinNS || service.MaxNS != rtt.MaxNS {
			t.Errorf("service differs from rtt in a closed loop: %+v, %+v", service, rtt)
		}
		st.counts(stats.Messages{Sent: int64(n) + 1, Received: int64(n)})
		st.fails(nil)
	}
}

func TestClosedLoopSendsExactlyItsMessages(t *testing.T) {
	st := newStory(t, Plan{InFlight: 3, Messages: 10})
	n := 0
	for sent := st.messages(); len(sent) > 0; sent = st.messages() {
		n += len(sent)
		if st.spent() {
			t.Errorf("spent with %d messages on their way", len(sent))
		}
		st.echoes(sent...)
	}
	if n != 10 || !st.spent() {
		t.Errorf("got %d messages, spent %v; want 10, true", n, st.spent())
	}
	st.counts(stats.Messages{Sent: 10, Received: 10})
}

// TestOnlyTheWindowCounts: a message belongs to the window by when it was due.
func TestOnlyTheWindowCounts(t *testing.T) {
	st := newStory(t, Plan{InFlight: 1, Warmup: 1000, Duration: 1000})
	for _, at := range []time.Duration{0, 400, 999, 1000, 1500, 1999, 2000} {
		sent := st.at(at).messages()
		if want := at < 2000; (len(sent) == 1) != want {
			t.Fatalf("at %d: got %d messages", at, len(sent))
		}
		st.at(at + 1).echoes(sent...)
	}
	st.counts(stats.Messages{Sent: 3, Received: 3})
	if got := st.result().Latency["rtt"].Count; got != 3 {
		t.Errorf("rtt: got %d values, want 3", got)
	}
	if st.shard.AllSent != 6 || st.shard.AllReceived != 6 {
		t.Errorf("in all: got %d sent and %d received, want 6", st.shard.AllSent, st.shard.AllReceived)
	}
}

func TestOpenLoopSendsWhenDue(t *testing.T) {
	// Below 2 µs a histogram keeps every nanosecond.
	st := newStory(t, Plan{Rate: 1e6, Duration: 10 * time.Microsecond})
	if n := len(st.messages()); n != 1 {
		t.Fatalf("at 0: got %d messages, want 1", n)
	}
	if got := st.s.next(st.worker); got != time.Microsecond {
		t.Errorf("next: got %v, want 1µs", got)
	}
	// The driver is late; the replies do not matter.
	sent := st.at(3000).messages()
	if len(sent) != 3 {
		t.Fatalf("at 3 µs: got %d messages, want 3", len(sent))
	}
	res := st.result()
	if lag := res.Latency["lag"]; lag.Count != 4 || lag.MinNS != 0 || lag.MaxNS != 2000 {
		t.Errorf("lag: got %d values from %d to %d, want 4 from 0 to 2000", lag.Count, lag.MinNS, lag.MaxNS)
	}
	st.at(3040).echoes(sent[0]) // due at 1000, sent at 3000
	res = st.result()
	if rtt, service := res.Latency["rtt"].MaxNS, res.Latency["service"].MaxNS; rtt != 2040 || service != 40 {
		t.Errorf("got rtt %d, service %d; want 2040, 40", rtt, service)
	}
	// Nothing is due from the end of the window on.
	if n := len(st.at(20000).messages()); n != 6 {
		t.Errorf("at 20 µs: got %d messages, want the 6 that were due before 10 µs", n)
	}
	if got := st.s.next(st.worker); got != never {
		t.Errorf("next after the end: got %v, want never", got)
	}
}

// TestBlockedIsNotLag: what fell due while the peer did not read is the peer's
// doing; while the client itself was busy, the client's.
func TestBlockedIsNotLag(t *testing.T) {
	for _, stalled := range []bool{true, false} {
		st := newStory(t, Plan{Rate: 1e6, Duration: 10 * time.Microsecond})
		st.messages()
		st.s.block()
		if got := st.s.next(st.worker); got != never {
			t.Errorf("next while blocked: got %v, want never", got)
		}
		st.at(4500).s.resume(4500, stalled)
		if n := len(st.at(5000).messages()); n != 5 {
			t.Fatalf("got %d messages after the block, want 5", n)
		}
		got := st.result()
		blocked, lags := got.Messages.Blocked, got.Latency["lag"].Count
		if stalled && (blocked != 4 || lags != 2) || !stalled && (blocked != 0 || lags != 6) {
			t.Errorf("stalled by the peer %v: got %d blocked and %d lags of 6 messages", stalled, blocked, lags)
		}
	}
}

// TestSpanIsBounded: one reply that never comes does not keep everything sent
// since in memory.
func TestSpanIsBounded(t *testing.T) {
	t.Parallel() // it mostly waits
	st := newStory(t, Plan{InFlight: 2})
	m := st.messages()[1:]
	for range maxSpan + 10 {
		st.echoes(m...)
		m = st.messages()
	}
	if n := len(st.s.q.ring); n > 2*maxSpan {
		t.Errorf("the ring has %d places, want at most %d", n, 2*maxSpan)
	}
	st.fails(one(stats.ErrLost))
	// The loop goes on with the place that became free.
	if got := st.s.q.waiting; got != 2 {
		t.Errorf("%d messages in flight, want 2", got)
	}
	st.echoes(m...)
	st.ends()
	if got := st.result().Messages; got.Sent != got.Received+got.Lost {
		t.Errorf("it does not add up: %+v", got)
	}
}

// TestManyInFlightAreNotLost: a server that is merely slow loses nothing,
// however much is on its way.
func TestManyInFlightAreNotLost(t *testing.T) {
	t.Parallel() // it mostly waits
	for name, p := range map[string]Plan{
		"closed loop": {InFlight: maxSpan + 1000},
		"open loop":   {Rate: 1e9, Messages: maxSpan + 1000},
	} {
		p.Sizes = []SizeClass{{Min: 12, Max: 12}}
		st := newStory(t, p)
		sent := st.at(time.Second).messages()
		if len(sent) != maxSpan+1000 {
			t.Fatalf("%s: got %d messages, want %d", name, len(sent), maxSpan+1000)
		}
		// Nor is it lost where a later one comes first.
		st.at(2 * time.Second).echoes(sent[1])
		sent = append(sent[:1], sent[2:]...)
		more := st.messages()
		st.fails(nil)
		st.ctl.stop.set(st.now)
		st.echoes(append(sent, more...)...)
		st.fails(one(stats.ErrReordered))
		all := int64(maxSpan + 1000 + len(more))
		st.counts(stats.Messages{Sent: all, Received: all, Reordered: 1})
	}
}

// TestASessionStaysSmall: an engine has 100,000 sessions in slabs, and at idle they
// are most of its memory. What only some plans, or some connections, need lies
// beside them: see life, badReader, subscriber.
func TestASessionStaysSmall(t *testing.T) {
	if got, most := unsafe.Sizeof(session{}), uintptr(312); got > most {
		t.Errorf("a session has %d bytes, want at most %d", got, most)
	}
}
