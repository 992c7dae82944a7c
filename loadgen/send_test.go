package loadgen

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"testing"
	"time"
	"unicode/utf8"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

// TestFragments: a split message has at least two frames, none longer than
// wanted, and they add up to the payload.
func TestFragments(t *testing.T) {
	for _, text := range []bool{false, true} {
		for _, fragment := range []int{1, 7, 100, 5000, FragmentRandom} {
			for _, size := range []int{0, 1, 2, 13, 125, 126, 1000, 70000} {
				if fragment == 1 && size > 1000 {
					continue
				}
				t.Run(fmt.Sprintf("text %v, %d by %d", text, size, fragment), func(t *testing.T) {
					st := newStory(t, Plan{InFlight: 3, Text: text, Fragment: fragment, Seed: 5, Sizes: []SizeClass{{Min: size, Max: size}}})
					frames := st.sends()
					checkFragments(t, frames, text, fragment)
					sent := st.assemble(frames)
					if len(sent) != 3 {
						t.Fatalf("got %d messages, want 3", len(sent))
					}
					for i, m := range sent {
						if want := st.payloads.whole(0, uint32(i), size); !bytes.Equal(m, want) {
							t.Errorf("message %d is not what it should be", i)
						}
						if text && !utf8.Valid(m) {
							t.Errorf("message %d is text, but not UTF-8", i)
						}
					}
					st.echoes(sent...)
					st.counts(stats.Messages{Sent: 3, Received: 3})
				})
			}
		}
	}
}

func checkFragments(t *testing.T, frames []clientFrame, text bool, fragment int) {
	t.Helper()
	first := wsclient.OpBinary
	if text {
		first = wsclient.OpText
	}
	pieces := 0
	for _, f := range frames {
		if f.op.IsControl() {
			if fragment != FragmentRandom || f.op != wsclient.OpPing || pieces == 0 {
				t.Errorf("%v frame after %d pieces", f.op, pieces)
			}
			continue
		}
		want := wsclient.OpContinuation
		if pieces == 0 {
			want = first
		}
		if f.op != want {
			t.Errorf("piece %d is a %v frame, want %v", pieces, f.op, want)
		}
		if fragment > 0 && len(f.payload) > fragment {
			t.Errorf("piece %d has %d bytes, want at most %d", pieces, len(f.payload), fragment)
		}
		if pieces++; f.fin {
			if pieces < 2 {
				t.Error("a message went out in one frame")
			}
			pieces = 0
		}
	}
}

// TestRandomFragmentsVary: pieces differ in length, and Pings stand between some.
func TestRandomFragmentsVary(t *testing.T) {
	st := newStory(t, Plan{InFlight: 50, Fragment: FragmentRandom, Sizes: []SizeClass{{Min: 1000, Max: 1000}}})
	lengths, pings := map[int]int{}, 0
	for _, f := range st.sends() {
		lengths[len(f.payload)]++
		if f.op == wsclient.OpPing {
			pings++
			// Only the last Ping is answered here, so that there may be more.
			st.hears(appendFrame(nil, fin|byte(wsclient.OpPong), f.payload))
		}
	}
	if len(lengths) < 50 {
		t.Errorf("pieces have only %d lengths", len(lengths))
	}
	if pings != 1 {
		t.Errorf("got %d Pings, want 1 as long as it is not answered", pings)
	}
	st.s.tx.open = false
	if st.s.pingSent != 0 {
		t.Error("the Ping between fragments was answered, but is still waited for")
	}
}

// TestFragmentPart: the share of split messages is what was asked for.
func TestFragmentPart(t *testing.T) {
	const n = 10_000
	for _, part := range []float64{0.01, 0.3, 0.9, 1} {
		st := newStory(t, Plan{InFlight: n, Fragment: 5, FragmentPart: part})
		split := 0
		for _, f := range st.sends() {
			if f.op == wsclient.OpBinary && !f.fin {
				split++
			}
		}
		sigma := math.Sqrt(n * part * (1 - part))
		if math.Abs(float64(split)-n*part) > 4*sigma {
			t.Errorf("part %v: %d of %d messages were split", part, split, n)
		}
	}
}

// TestLongMessageResumes: a message of 1 MiB takes many fills; whatever comes
// meanwhile waits for the end of the frame, not of the message.
func TestLongMessageResumes(t *testing.T) {
	const size = 1 << 20
	for _, fragment := range []int{0, 100_000, FragmentRandom} {
		t.Run(fmt.Sprint(fragment), func(t *testing.T) {
			st := newStory(t, Plan{InFlight: 2, Fragment: fragment, Seed: 2, Sizes: []SizeClass{{Min: size, Max: size}}})
			st.s.pingSent = 1 // none of our own, which random fragments would add
			var frames []clientFrame
			fills := 0
			for ; fills < 3; fills++ {
				frames = append(frames, st.fill()...)
			}
			whole := len(frames)
			st.hears(appendFrame(nil, fin|byte(wsclient.OpPing), []byte("are you there")))
			frames = append(frames, st.fill()...)
			st.ends()
			for before := -1; before != len(st.raw)+len(frames); fills++ {
				before = len(st.raw) + len(frames)
				frames = append(frames, st.fill()...)
			}
			if fills < size/fillLimit {
				t.Errorf("1 MiB took %d fills", fills)
			}
			if len(st.raw) > 0 {
				t.Fatalf("%d bytes of an incomplete frame at the end", len(st.raw))
			}
			// The frame that was open when the Ping came, then the Pong, then
			// the rest of the message; no second message; Close last.
			var pong int
			for i, f := range frames {
				if f.op == wsclient.OpPong {
					pong = i
					if string(f.payload) != "are you there" {
						t.Errorf("Pong %q", f.payload)
					}
				}
			}
			if pong != whole+1 {
				t.Errorf("the Pong is frame %d, want %d, right behind the frame that it came into", pong, whole+1)
			}
			if last := frames[len(frames)-1]; last.op != wsclient.OpClose {
				t.Errorf("the last frame is %v, want close", last.op)
			}
			sent := st.assemble(frames)
			if len(sent) != 1 || !bytes.Equal(sent[0], st.payloads.whole(0, 0, size)) {
				t.Errorf("got %d messages, want the one that was begun, unharmed", len(sent))
			}
			st.counts(stats.Messages{Sent: 1, Lost: 1})
		})
	}
}

// TestFillAppends: a driver may have other output in its buffer.
func TestFillAppends(t *testing.T) {
	st := newStory(t, Plan{InFlight: 1})
	got := st.s.fill(st.worker, 0, []byte("other"))
	if !bytes.HasPrefix(got, []byte("other")) || len(got) != len("other")+6+DefaultSize {
		t.Errorf("got %q", got)
	}
	if want := int64(6 + DefaultSize); st.shard.BytesSent != want {
		t.Errorf("bytes sent: got %d, want %d", st.shard.BytesSent, want)
	}
}

// TestMaskingKeysDiffer: a fresh key for every frame. RFC 6455, Section 5.3.
func TestMaskingKeysDiffer(t *testing.T) {
	st := newStory(t, Plan{InFlight: 1000, Fragment: 10, Payload: PayloadZero})
	out := st.s.fill(st.worker, 0, nil)
	keys := map[uint32]int{}
	for len(out) > 0 {
		n := 6 + int(out[1]&0x7F)
		keys[binary.BigEndian.Uint32(out[2:])]++
		out = out[n:]
	}
	if len(keys) < 1990 {
		t.Errorf("2000 frames have %d different keys", len(keys))
	}
}

func TestPingAndPong(t *testing.T) {
	const every = 1000
	pong := func(payload []byte) []byte { return appendFrame(nil, fin|byte(wsclient.OpPong), payload) }
	st := newStory(t, Plan{PingInterval: every, Duration: time.Hour})
	first := st.s.next(st.worker)
	if first < 0 || first > every {
		t.Fatalf("the first Ping is due at %v, want it within the interval", first)
	}
	if got := st.sends(); first > 0 && len(got) > 0 {
		t.Fatalf("got %v before it was due", got)
	}
	ping := st.at(first).sends()
	if len(ping) != 1 || ping[0].op != wsclient.OpPing {
		t.Fatalf("got %v, want a Ping", ping)
	}
	if at := st.s.next(st.worker); at != never {
		t.Errorf("with a Ping unanswered the session waits for %v", at)
	}
	// None of these is the answer. RFC 6455, Section 5.5.3.
	st.at(first+100).hears(pong(nil), pong([]byte("1234")), pong(append(ping[0].payload, 0)))
	if got := st.result().Latency["ping"]; got != nil {
		t.Errorf("foreign Pongs were taken for the answer: %+v", got)
	}
	st.at(first + 300).hears(pong(ping[0].payload))
	st.hears(pong(ping[0].payload))
	if got := st.result().Latency["ping"]; got == nil || got.Count != 1 || got.MinNS != 300 {
		t.Errorf("ping latency: got %+v, want 300 once", got)
	}
	if at := st.s.next(st.worker); at != first+every {
		t.Errorf("the next Ping is due at %v, want %v", at, first+every)
	}
	// A late driver does not catch up: one Ping, not five.
	again := st.at(first + 5*every).sends()
	if len(again) != 1 || bytes.Equal(again[0].payload, ping[0].payload) {
		t.Errorf("got %v, want one Ping with another payload", again)
	}
	st.fails(nil)
}

func TestPingsOfTheServer(t *testing.T) {
	ping := func(payload string) []byte { return appendFrame(nil, fin|byte(wsclient.OpPing), []byte(payload)) }
	st := newStory(t, Plan{Duration: time.Hour})
	for _, payload := range []string{"", "x", string(make([]byte, 125)), "y"} {
		st.hears(ping(payload))
		got := st.sends()
		if len(got) != 1 || got[0].op != wsclient.OpPong || string(got[0].payload) != payload {
			t.Errorf("Ping %q: got %v, want its Pong", payload, got)
		}
	}
	// Of several the last one counts: RFC 6455, Section 5.5.3.
	st.hears(bytes.Repeat(ping("many"), 1000), ping("last"))
	if got := st.sends(); len(got) != 1 || string(got[0].payload) != "last" {
		t.Errorf("got %d frames, want one Pong for the last Ping", len(got))
	}
}
