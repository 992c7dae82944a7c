package loadgen

import (
	"bytes"
	"fmt"
	"testing"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

// one is what was counted where one failure was.
func one(c stats.Class) map[stats.Class]int64 { return map[stats.Class]int64{c: 1} }

// TestRepliesAreToldApart is what a sequence number in every message is for:
// loss, duplication, reordering and damage are four different things.
func TestRepliesAreToldApart(t *testing.T) {
	flip := func(m []byte, at int) []byte {
		m = bytes.Clone(m)
		m[at] ^= 0x10
		return m
	}
	type messages = stats.Messages
	for _, c := range []struct {
		name    string
		replies func(sent [][]byte) [][]byte // to four messages
		want    messages
		errors  map[stats.Class]int64
	}{
		{"all in order", func(m [][]byte) [][]byte { return m },
			messages{Sent: 4, Received: 4}, nil},
		{"one lost", func(m [][]byte) [][]byte { return [][]byte{m[0], m[2], m[3]} },
			messages{Sent: 4, Received: 3, Lost: 1}, one(stats.ErrLost)},
		{"all lost", func(m [][]byte) [][]byte { return nil },
			messages{Sent: 4, Lost: 4}, map[stats.Class]int64{stats.ErrLost: 4}},
		{"one twice, at once", func(m [][]byte) [][]byte { return [][]byte{m[0], m[0], m[1], m[2], m[3]} },
			messages{Sent: 4, Received: 4, Duplicated: 1}, one(stats.ErrDuplicated)},
		{"one twice, later", func(m [][]byte) [][]byte { return [][]byte{m[0], m[1], m[2], m[0], m[3]} },
			messages{Sent: 4, Received: 4, Duplicated: 1}, one(stats.ErrDuplicated)},
		{"two swapped", func(m [][]byte) [][]byte { return [][]byte{m[1], m[0], m[2], m[3]} },
			messages{Sent: 4, Received: 4, Reordered: 1}, one(stats.ErrReordered)},
		{"the first comes last", func(m [][]byte) [][]byte { return [][]byte{m[1], m[2], m[3], m[0]} },
			messages{Sent: 4, Received: 4, Reordered: 1}, one(stats.ErrReordered)},
		{"backwards", func(m [][]byte) [][]byte { return [][]byte{m[3], m[2], m[1], m[0]} },
			messages{Sent: 4, Received: 4, Reordered: 3}, map[stats.Class]int64{stats.ErrReordered: 3}},
		{"one of another for one's own", func(m [][]byte) [][]byte { return [][]byte{m[0], m[0], m[2], m[3]} },
			messages{Sent: 4, Received: 3, Lost: 1, Duplicated: 1}, map[stats.Class]int64{stats.ErrLost: 1, stats.ErrDuplicated: 1}},
		{"the last byte damaged", func(m [][]byte) [][]byte { return [][]byte{m[0], flip(m[1], 19), m[2], m[3]} },
			messages{Sent: 4, Received: 4, Mismatched: 1}, one(stats.ErrMismatched)},
		{"the first byte damaged", func(m [][]byte) [][]byte { return [][]byte{m[0], flip(m[1], 0), m[2], m[3]} },
			messages{Sent: 4, Received: 4, Mismatched: 1}, one(stats.ErrMismatched)},
		{"the stamp's last byte damaged", func(m [][]byte) [][]byte { return [][]byte{m[0], flip(m[1], 11), m[2], m[3]} },
			messages{Sent: 4, Received: 4, Mismatched: 1}, one(stats.ErrMismatched)},
		{"the first byte behind the stamp damaged", func(m [][]byte) [][]byte { return [][]byte{m[0], m[1], m[2], flip(m[3], 12)} },
			messages{Sent: 4, Received: 4, Mismatched: 1}, one(stats.ErrMismatched)},
		{"cut by a byte", func(m [][]byte) [][]byte { return [][]byte{m[0], m[1][:19], m[2], m[3]} },
			messages{Sent: 4, Received: 4, Mismatched: 1}, one(stats.ErrMismatched)},
		{"cut to its stamp", func(m [][]byte) [][]byte { return [][]byte{m[0], m[1][:12], m[2], m[3]} },
			messages{Sent: 4, Received: 4, Mismatched: 1}, one(stats.ErrMismatched)},
		{"cut inside of its stamp", func(m [][]byte) [][]byte { return [][]byte{m[0], m[1][:3], m[2], m[3]} },
			messages{Sent: 4, Received: 4, Mismatched: 1}, one(stats.ErrMismatched)},
		{"empty", func(m [][]byte) [][]byte { return [][]byte{m[0], {}, m[2], m[3]} },
			messages{Sent: 4, Received: 4, Mismatched: 1}, one(stats.ErrMismatched)},
		{"longer by a byte", func(m [][]byte) [][]byte { return [][]byte{m[0], m[1], append(bytes.Clone(m[2]), 0), m[3]} },
			messages{Sent: 4, Received: 4, Mismatched: 1}, one(stats.ErrMismatched)},
		{"much longer", func(m [][]byte) [][]byte {
			return [][]byte{m[0], m[1], append(bytes.Clone(m[2]), make([]byte, 100_000)...), m[3]}
		},
			messages{Sent: 4, Received: 4, Mismatched: 1}, one(stats.ErrMismatched)},
		{"late and damaged", func(m [][]byte) [][]byte { return [][]byte{m[1], flip(m[0], 15), m[2], m[3]} },
			messages{Sent: 4, Received: 4, Mismatched: 1, Reordered: 1}, map[stats.Class]int64{stats.ErrMismatched: 1, stats.ErrReordered: 1}},
		{"nobody asked", func(m [][]byte) [][]byte { return append(m, []byte("spontaneous message, 27 byt")) },
			messages{Sent: 4, Received: 4, Unexpected: 1}, one(stats.ErrUnexpected)},
		{"nobody asked, empty", func(m [][]byte) [][]byte { return append(m, nil) },
			messages{Sent: 4, Received: 4, Unexpected: 1}, one(stats.ErrUnexpected)},
	} {
		t.Run(c.name, func(t *testing.T) {
			st := newStory(t, Plan{InFlight: 4})
			st.at(100).echoes(c.replies(st.messages())...)
			st.at(200).ends()
			st.counts(c.want)
			st.fails(c.errors)
		})
	}
}

// TestRepliesOfAnotherConnection: a server that mixes up its connections is
// found out by the stamp.
func TestRepliesOfAnotherConnection(t *testing.T) {
	st := newStory(t, Plan{InFlight: 1})
	own := st.messages()[0]
	other := st.payloads.whole(99, 0, DefaultSize)
	future := st.payloads.whole(0, 5, DefaultSize)
	st.echoes(other, future, own)
	st.counts(stats.Messages{Sent: 1, Received: 1, Unexpected: 2})
	st.fails(map[stats.Class]int64{stats.ErrUnexpected: 2})
}

func TestMessagesTooShortForAStamp(t *testing.T) {
	for size := range stampBytes {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			plan := Plan{InFlight: 3, Sizes: []SizeClass{{Min: size, Max: size}}, Seed: 1}
			st := newStory(t, plan)
			sent := st.messages()
			for i, m := range sent {
				if len(m) != size {
					t.Fatalf("message %d has %d bytes, want %d", i, len(m), size)
				}
			}
			st.echoes(sent...)
			st.counts(stats.Messages{Sent: 3, Received: 3})
			st.echoes(sent[0])
			st.counts(stats.Messages{Sent: 3, Received: 3, Unexpected: 1})

			st = newStory(t, plan)
			sent = st.messages()
			want := stats.Messages{Sent: 3, Received: 1, Mismatched: 1}
			st.echoes(append(bytes.Clone(sent[0]), 'x'))
			st.counts(want)
			if size > 0 {
				sent[1][size-1] ^= 1
				st.echoes(sent[1], sent[2][:size-1])
				want.Received, want.Mismatched = 3, 3
				st.counts(want)
			}
			st.ends()
			want.Lost = 3 - want.Received
			st.counts(want)
		})
	}
}

// TestMixedSizes: each reply is held against the size of the message that it
// answers, stamped or not, and counted in its row.
func TestMixedSizes(t *testing.T) {
	st := newStory(t, Plan{InFlight: 5, Seed: 7, Sizes: []SizeClass{
		{Min: 0, Max: 0}, {Min: 5, Max: 5}, {Min: 12, Max: 12}, {Min: 125, Max: 130}, {Min: 70000, Max: 70000},
	}})
	for range 20 {
		st.echoes(st.messages()...)
	}
	st.counts(stats.Messages{Sent: 100, Received: 100})
	for _, s := range st.result().Sizes {
		if s.Messages.Sent != 20 || s.Messages.Received != 20 || s.RTT.Count != 20 {
			t.Errorf("size %s: got %d sent, %d received, %d timed; want 20", s.Bytes, s.Messages.Sent, s.Messages.Received, s.RTT.Count)
		}
	}
	// A reply of the wrong size belongs to the row of what was asked.
	sent := st.messages()
	for i, m := range sent {
		if len(m) == 12 {
			sent[i] = m[:11]
		}
	}
	st.echoes(sent...)
	for _, s := range st.result().Sizes {
		want := int64(0)
		if s.Bytes == "12" {
			want = 1
		}
		if s.Messages.Mismatched != want {
			t.Errorf("size %s: got %d mismatched, want %d", s.Bytes, s.Messages.Mismatched, want)
		}
	}
}

// TestRepliesInPieces: it does not matter how a server, or the network, cuts a
// reply up.
func TestRepliesInPieces(t *testing.T) {
	for _, size := range []int{0, 1, 11, 12, 13, 200, 70000} {
		plan := Plan{InFlight: 2, Sizes: []SizeClass{{Min: size, Max: size}}, Text: size == 200}
		for _, step := range []int{1, 2, 5, 4096} {
			st := newStory(t, plan)
			first := byte(wsclient.OpBinary)
			if plan.Text {
				first = byte(wsclient.OpText)
			}
			var server []byte
			for _, m := range st.messages() {
				// An empty first frame, pieces with a Ping and a Pong in
				// between, and an empty last frame.
				server = appendFrame(server, first, nil)
				for p := range chunks(m, max(1, size/3)) {
					server = appendFrame(server, byte(wsclient.OpContinuation), p)
					server = appendFrame(server, fin|byte(wsclient.OpPing), []byte("between"))
					server = appendFrame(server, fin|byte(wsclient.OpPong), nil)
				}
				server = appendFrame(server, fin|byte(wsclient.OpContinuation), nil)
			}
			for p := range chunks(server, step) {
				st.hears(p)
			}
			st.counts(stats.Messages{Sent: 2, Received: 2})
			st.fails(nil)
		}
	}
}

// chunks cuts p into pieces of n bytes; the last one may be shorter.
func chunks(p []byte, n int) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for len(p) > 0 {
			k := min(n, len(p))
			if !yield(p[:k:k]) {
				return
			}
			p = p[k:]
		}
	}
}

func TestReplyModes(t *testing.T) {
	t.Run("any", func(t *testing.T) {
		st := newStory(t, Plan{InFlight: 2, Reply: ReplyAny})
		st.hears(binaryFrame([]byte("before anything was asked")))
		st.messages()
		st.at(1500).hears(binaryFrame(nil))
		st.at(1600).hears(appendFrame(nil, byte(wsclient.OpText), []byte("Eu")), appendFrame(nil, fin, []byte("rope")))
		if n := len(st.messages()); n != 2 {
			t.Errorf("got %d further messages after two replies, want 2", n)
		}
		if got := st.result().Latency["rtt"]; got.MinNS != 1500 || got.MaxNS != 1600 {
			t.Errorf("rtt: got %d to %d, want 1500 to 1600", got.MinNS, got.MaxNS)
		}
		st.ends()
		st.counts(stats.Messages{Sent: 4, Received: 2, Lost: 2})
		st.fails(map[stats.Class]int64{stats.ErrLost: 2})
		if st.shard.AllReceived != 3 {
			t.Errorf("messages of any kind: got %d, want 3", st.shard.AllReceived)
		}
	})
	t.Run("none", func(t *testing.T) {
		st := newStory(t, Plan{InFlight: 1, Reply: ReplyNone, Messages: 100})
		sent := st.messages()
		if len(sent) != 100 || !st.spent() {
			t.Errorf("got %d messages, spent %v; want 100 at once", len(sent), st.spent())
		}
		st.hears(binaryFrame([]byte("a broadcast")), binaryFrame(sent[3]))
		st.ends()
		st.counts(stats.Messages{Sent: 100})
		st.fails(nil)
		if st.shard.AllReceived != 2 {
			t.Errorf("messages of any kind: got %d, want 2", st.shard.AllReceived)
		}
	})
}

// TestGreeting: what a server says before traffic begins is no failure.
func TestGreeting(t *testing.T) {
	st := newStory(t, Plan{InFlight: 1})
	st.ctl.start.set(1000)
	st.ctl.measure.set(1000)
	st.at(10).hears(binaryFrame([]byte("welcome")), binaryFrame(nil))
	if n := len(st.messages()); n != 0 {
		t.Errorf("%d messages before traffic begins", n)
	}
	st.at(1000).echoes(st.messages()...)
	st.fails(nil)
	st.counts(stats.Messages{Sent: 1, Received: 1})
}

// TestWarmupIsNotMeasured: nor is what its messages are answered with besides.
func TestWarmupIsNotMeasured(t *testing.T) {
	st := newStory(t, Plan{InFlight: 1, Warmup: 1000})
	first := st.messages()
	st.echoes(first...).echoes(first...).hears(binaryFrame(nil))
	st.at(500).echoes(st.messages()...)
	measured := st.at(1000).messages()
	st.echoes(measured...).echoes(measured...)
	st.counts(stats.Messages{Sent: 1, Received: 1, Duplicated: 1})
	st.fails(map[stats.Class]int64{stats.ErrDuplicated: 1})
	if st.shard.AllReceived != 3 {
		t.Errorf("%d replies, want 3: neither is a second one, nor one to nothing", st.shard.AllReceived)
	}
}

// TestSequenceNumbersWrap: the 2^32nd message of a connection is as good as the
// first.
func TestSequenceNumbersWrap(t *testing.T) {
	st := newStory(t, Plan{InFlight: 4})
	st.s.q.head = 1<<32 - 6
	st.s.expected = st.s.q.head
	for range 5 {
		m := st.messages()
		st.echoes(m[1], m[0], m[0], m[3], m[2])
	}
	st.counts(stats.Messages{Sent: 20, Received: 20, Duplicated: 5, Reordered: 10})
}
