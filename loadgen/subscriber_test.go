package loadgen

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

// newAudience is a story of a broadcast's last subscriber. Connections before it
// publish, each of its messages due a microsecond after the one before.
func newAudience(t testing.TB, p Plan, publishers int) *story {
	t.Helper()
	p.Connections, p.Workers = publishers+1, 1
	p.Broadcast.Publishers = publishers
	p.Rate, p.Duration = 1e6*float64(publishers), time.Hour
	r := newRun(completed(t, p))
	st := &story{t: t, run: r, worker: r.workers[0]}
	for i := range st.sessions {
		st.s = &st.sessions[i]
		st.s.begun(st.worker, 0)
		st.s.opened(st.worker, 0, wsclient.Timings{Connect: 1, Upgrade: 2})
	}
	st.ctl.population.Store(int64(publishers))
	for i := range publishers {
		st.sessions[i].arrivals.begin(st.worker, 0, int64(i))
	}
	st.ctl.measure.set(r.plan.Warmup)
	st.ctl.start.set(0)
	return st
}

// publishes has publisher i send what is due by now and returns the messages.
func (st *story) publishes(i int) [][]byte {
	subscriber := st.s
	st.s = &st.sessions[i]
	defer func() { st.s = subscriber }()
	return st.messages()
}

func textFrame(payload []byte) []byte {
	return appendFrame(nil, fin|byte(wsclient.OpText), payload)
}

// TestDeliveriesAreToldApart: what servers make of a message on its way to a
// subscriber, by what comes of it. The messages are four of one publisher.
func TestDeliveriesAreToldApart(t *testing.T) {
	all := func(m [][]byte) []byte { return bytes.Join(m, []byte("\n")) }
	alter := func(m []byte, at int) []byte {
		m = bytes.Clone(m)
		m[at] ^= 1
		return m
	}
	list := func(m ...[]byte) [][]byte { return m }
	type counts struct {
		Received, Mismatched, Duplicated, Reordered, Other int64
	}
	for _, c := range []struct {
		name  string
		heard func(m [][]byte) [][]byte
		want  counts
	}{
		{"as they were sent", func(m [][]byte) [][]byte { return m }, counts{Received: 4}},
		{"wrapped", func(m [][]byte) [][]byte {
			for i := range m {
				m[i] = fmt.Appendf(nil, `{"event":"~news","n":%d,"data":%q}`, i, m[i])
			}
			return m
		}, counts{Received: 4}},
		{"in one message", func(m [][]byte) [][]byte { return list(all(m)) }, counts{Received: 4}},
		{"behind beginnings of a mark", func(m [][]byte) [][]byte {
			for i := range m {
				m[i] = append(append(bytes.Clone(m[i][:i+3]), '~', '~'), m[i]...)
			}
			return m
		}, counts{Received: 4}},
		{"one lost", func(m [][]byte) [][]byte { return list(m[0], m[2], m[3]) }, counts{Received: 3}},
		{"one twice", func(m [][]byte) [][]byte { return list(m[0], m[1], m[1], m[2], m[3]) }, counts{Received: 4, Duplicated: 1}},
		{"one twice, later", func(m [][]byte) [][]byte { return list(m[0], m[1], m[2], m[3], m[0]) }, counts{Received: 4, Duplicated: 1}},
		{"two swapped", func(m [][]byte) [][]byte { return list(m[1], m[0], m[2], m[3]) }, counts{Received: 4, Reordered: 1}},
		{"the last one first", func(m [][]byte) [][]byte { return list(m[3], m[0], m[1], m[2]) }, counts{Received: 4, Reordered: 3}},
		{"a byte of the payload altered", func(m [][]byte) [][]byte {
			return list(m[0], alter(m[1], MinBroadcastSize), alter(m[2], 99), m[3])
		}, counts{Received: 4, Mismatched: 2}},
		{"cut", func(m [][]byte) [][]byte { return list(m[0], m[1][:99], m[2][:MinBroadcastSize], m[3]) }, counts{Received: 4, Mismatched: 2}},
		{"cut inside of the stamp", func(m [][]byte) [][]byte {
			return list(m[0], m[1][:MinBroadcastSize-1], m[2][:markBytes], m[3])
		}, counts{Received: 2, Mismatched: 2}},
		{"a stamp altered", func(m [][]byte) [][]byte {
			for i := range m {
				m[i] = alter(m[i], markBytes+i*8)
			}
			return m[:3]
		}, counts{Mismatched: 3}},
		{"a mark altered", func(m [][]byte) [][]byte { return list(alter(m[0], 0), alter(m[1], 7), m[2], m[3]) }, counts{Received: 2, Other: 2}},
		{"others' words", func(m [][]byte) [][]byte { return append(m, []byte("hello"), nil, []byte("~")) }, counts{Received: 4, Other: 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := Plan{Text: true, Sizes: []SizeClass{{Min: 100, Max: 100}}, Seed: 3}
			sent := func(t *testing.T) (*story, [][]byte) {
				st := newAudience(t, p, 1)
				m := st.at(3000).publishes(0)
				if len(m) != 4 {
					t.Fatalf("got %d messages, want 4", len(m))
				}
				return st, c.heard(m)
			}
			check := func(how string, st *story) {
				t.Helper()
				r := st.result()
				m := r.Messages
				got := counts{m.Received, m.Mismatched, m.Duplicated, m.Reordered, r.Broadcast.Other}
				if got != c.want || r.Broadcast.Expected != 4 || r.Broadcast.Published != 4 {
					t.Errorf("%s: got %+v, want %+v of 4 that were expected: %+v", how, got, c.want, r.Broadcast)
				}
				if want := c.want.Received; want > 0 && (r.Latency["delivery"].Count != want || r.Latency["rtt"] != nil) {
					t.Errorf("%s: got %v, want %d deliveries and no rtt", how, r.Latency, want)
				}
			}
			st, m := sent(t)
			for _, message := range m {
				st.hears(textFrame(message))
			}
			check("whole", st)
			st, m = sent(t)
			for _, message := range m {
				for i := range textFrame(message) {
					st.hears(textFrame(message)[i : i+1])
				}
			}
			check("byte by byte", st)
			st, m = sent(t)
			for _, message := range m {
				cut := len(message) / 3
				st.hears(appendFrame(nil, byte(wsclient.OpText), message[:cut]),
					appendFrame(nil, 0, message[cut:2*cut]),
					appendFrame(nil, fin, message[2*cut:]))
			}
			check("in fragments", st)
		})
	}
}

// TestDeliveryCountsFromTheDueTime: the stamp leads to it, whoever receives.
func TestDeliveryCountsFromTheDueTime(t *testing.T) {
	st := newAudience(t, Plan{}, 2)
	// Due at 0, 1000 of the first and 500, 1500 of the second; both are late.
	first, second := st.at(1600).publishes(0), st.publishes(1)
	if len(first) != 2 || len(second) != 2 {
		t.Fatalf("got %d and %d messages, want 2 of each", len(first), len(second))
	}
	st.at(1700).hears(binaryFrame(second[1]), binaryFrame(second[0]), binaryFrame(first[0]), binaryFrame(first[1]))
	r := st.result()
	if d := r.Latency["delivery"]; d.Count != 4 || d.MinNS != 200 || d.MaxNS != 1700 || d.MeanNS != 950 {
		t.Errorf("delivery: got %d from %d to %d, mean %v; want 4 from 200 to 1700, mean 950", d.Count, d.MinNS, d.MaxNS, d.MeanNS)
	}
	// The two publishers are not in one order.
	if m := r.Messages; m.Reordered != 1 || m.Duplicated != 0 {
		t.Errorf("got %+v, want one reordered", m)
	}
	if lag := r.Latency["lag"]; lag.Count != 4 || lag.MaxNS != 1600 {
		t.Errorf("lag: got %+v", lag)
	}
}

// TestPublishersHearNothing: what a server sends back to a message's sender is no
// delivery.
func TestPublishersHearNothing(t *testing.T) {
	st := newAudience(t, Plan{}, 1)
	m := st.publishes(0)
	st.s = &st.sessions[0]
	st.hears(binaryFrame(m[0]), textFrame([]byte("welcome")))
	if r := st.result(); r.Messages.Received != 0 || r.Broadcast.Other != 0 || len(r.Errors) != 0 {
		t.Errorf("got %+v, %+v, %v", r.Messages, r.Broadcast, r.Errors)
	}
}

// TestOtherRunsAreOthers: the mark is the run's own, be the seed the same.
func TestOtherRunsAreOthers(t *testing.T) {
	st, other := newAudience(t, Plan{Seed: 5}, 1), newAudience(t, Plan{Seed: 5}, 1)
	st.hears(binaryFrame(other.publishes(0)[0]))
	if r := st.result(); r.Messages.Received != 0 || r.Broadcast.Other != 1 || len(r.Errors) != 0 {
		t.Errorf("got %+v, %+v, %v", r.Messages, r.Broadcast, r.Errors)
	}
}

// TestSubscribersIntroduceThemselves: each with all its messages, and a Ping
// behind them, whose answer says that the server has read them.
func TestSubscribersIntroduceThemselves(t *testing.T) {
	st := newAudience(t, Plan{Text: true, Broadcast: Broadcast{Subscribe: []string{"one", "two"}}}, 1)
	frames := st.sends()
	var got []string
	for _, f := range frames {
		got = append(got, fmt.Sprint(f.op, " ", string(f.payload)))
	}
	if want := "text one, text two, ping \x00\x00\x00\x00"; strings.ToLower(strings.Join(got, ", ")) != want {
		t.Fatalf("got %q, want %q", got, want)
	}
	if st.joining != 1 {
		t.Errorf("%d subscribers are on their way, want 1", st.joining)
	}
	st.hears(appendFrame(nil, fin|byte(wsclient.OpPong), frames[2].payload))
	if st.joining != 0 || len(st.sends()) != 0 {
		t.Errorf("%d subscribers are on their way after the Pong, want none", st.joining)
	}
	st.s = &st.sessions[0]
	for _, m := range st.messages() {
		if string(m) == "one" {
			t.Error("a publisher subscribed")
		}
	}
}

// TestTemplate: the payload stands in the user's own words, whole and in pieces.
func TestTemplate(t *testing.T) {
	for _, fragment := range []int{0, 1, 7, FragmentRandom} {
		p := Plan{
			Text: true, Fragment: fragment, Seed: 2, Sizes: []SizeClass{{Min: 32, Max: 200}},
			Broadcast: Broadcast{Publish: `{"ü":"{payload}"}`},
		}
		st := newAudience(t, p, 1)
		sent := st.at(99_000).publishes(0)
		if len(sent) != 100 {
			t.Fatalf("got %d messages, want 100", len(sent))
		}
		for seq, m := range sent {
			_, size := st.sizes.at(0, uint32(seq))
			if !bytes.HasPrefix(m, []byte(`{"ü":"~`)) || !bytes.HasSuffix(m, []byte(`"}`)) || len(m) != size+len(`{"ü":""}`) {
				t.Fatalf("message %d, around %d bytes: %q", seq, size, m)
			}
			st.hears(textFrame(m))
		}
		if m := st.result().Messages; m.Received != 100 || m.Mismatched != 0 {
			t.Errorf("got %+v, want 100 received", m)
		}
	}
}

func TestBroadcastAllocatesNothing(t *testing.T) {
	st := newAudience(t, Plan{Text: true, Broadcast: Broadcast{Publish: "<{payload}>"}}, 1)
	st.sends() // the subscriber's Ping
	st.publishes(0)
	var out, frame []byte
	publisher := &st.sessions[0]
	turn := func() {
		st.now += time.Microsecond
		out = publisher.fill(st.worker, st.now, out[:0])
		// Unmasked, as a server sends it: the header is 2 bytes and a key.
		frame = append(frame[:0], out[0], out[1]&0x7f)
		for i, b := range out[6:] {
			frame = append(frame, b^out[2+i%4])
		}
		st.s.receive(st.worker, st.now, frame)
		if len(st.receipts.all) == 1000 {
			st.receipts.reset()
		}
	}
	for range 3000 {
		turn()
	}
	before := st.shard.AllReceived
	if got := testing.AllocsPerRun(1000, turn); got != 0 {
		t.Errorf("a message and its delivery allocate %v times, want never", got)
	}
	if got := st.shard.AllReceived - before; got != 1001 {
		t.Errorf("got %d deliveries of 1001", got)
	}
	if errors := st.result().Errors; len(errors) > 0 {
		t.Errorf("got %v", errors)
	}
}

// TestLateDeliveriesAreNone: the drain is over.
func TestLateDeliveriesAreNone(t *testing.T) {
	st := newAudience(t, Plan{}, 1)
	m := st.publishes(0)
	st.at(10).ends().hears(binaryFrame(m[0]))
	st.fails(one(stats.ErrLate))
	if got := st.result().Messages.Received; got != 0 {
		t.Errorf("got %d received, want 0", got)
	}
}

func BenchmarkDelivery(b *testing.B) {
	st := newAudience(b, Plan{}, 1)
	var frames [][]byte
	for _, m := range st.at(999_000).publishes(0) {
		frames = append(frames, binaryFrame(m))
	}
	b.ReportAllocs()
	for i := range b.N {
		if i%len(frames) == 0 {
			clear(st.subscribers[1].tracks)
		}
		st.s.receive(st.worker, st.now, frames[i%len(frames)])
	}
}
