package loadgen

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"wsstorm/wsclient"
)

// An echoLoop is one session and a server that echoes it, both in memory.
type echoLoop struct {
	*story
	out, in []byte
}

func newEchoLoop(tb testing.TB, p Plan) *echoLoop {
	return &echoLoop{story: newStory(tb, p), out: make([]byte, 0, 2*fillLimit)}
}

// turn has the session send what it has to and answers it, without a byte of
// garbage of its own: a server's frame is a client's without its key.
func (l *echoLoop) turn() {
	l.now += time.Microsecond
	l.out = l.s.fill(l.worker, l.now, l.out[:0])
	l.in = l.in[:0]
	for p := l.out; len(p) > 0; {
		head, n := 2, int(p[1]&0x7F)
		switch n {
		case 126:
			head, n = 4, int(p[2])<<8|int(p[3])
		case 127:
			panic("a frame for which this server is too simple")
		}
		l.in = append(l.in, p[0], p[1]&0x7F)
		l.in = append(l.in, p[2:head]...)
		key := wsclient.MaskKey(binary.LittleEndian.Uint32(p[head:]))
		l.in = wsclient.AppendMasked(l.in, p[head+4:head+4+n], key, 0)
		p = p[head+4+n:]
	}
	l.s.receive(l.worker, l.now, l.in)
}

// TestSteadyStateAllocatesNothing: what a connection does a million times costs
// the garbage collector nothing.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	for _, c := range []struct {
		name string
		plan Plan
	}{
		{"20 bytes", Plan{InFlight: 1}},
		{"sixteen in flight", Plan{InFlight: 16}},
		{"text of many sizes", Plan{InFlight: 1, Text: true, Sizes: []SizeClass{{Min: 0, Max: 4096}, {Min: 7, Max: 7}}}},
		{"fragments", Plan{InFlight: 1, Fragment: 7}},
		{"open loop", Plan{Rate: 1e6}},
		{"open loop, poisson", Plan{Rate: 1e6, Arrival: Poisson}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newEchoLoop(t, c.plan)
			for range 100 {
				l.turn()
			}
			before := l.shard.AllReceived
			if got := testing.AllocsPerRun(1000, l.turn); got != 0 {
				t.Errorf("got %v allocations a turn, want 0", got)
			}
			if n := l.shard.AllReceived - before; n < 900 {
				t.Errorf("only %d messages were answered meanwhile", n)
			}
			l.fails(nil)
		})
	}
}

func BenchmarkSession(b *testing.B) {
	for _, size := range []int{20, 125, 1024, 16 << 10} {
		b.Run(fmt.Sprintf("echo of %d bytes", size), func(b *testing.B) {
			l := newEchoLoop(b, Plan{InFlight: 1, Sizes: []SizeClass{{Min: size, Max: size}}})
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				l.turn()
			}
		})
	}
}

// BenchmarkFill and BenchmarkReceive are the two halves of an echo, without the
// server's.
func BenchmarkFill(b *testing.B) {
	st := newStory(b, Plan{InFlight: 1, Reply: ReplyNone, Messages: 1 << 62})
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		st.tickets = 1
		dst = st.s.fill(st.worker, 1, dst[:0])
	}
}

func BenchmarkReceive(b *testing.B) {
	const batch = 256
	st := newStory(b, Plan{InFlight: batch})
	var replies, dst []byte
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		if n%batch == 0 {
			b.StopTimer()
			dst = st.s.fill(st.worker, 1, dst[:0])
			replies = replies[:0]
			for seq := st.s.q.head; seq != st.s.q.next(); seq++ {
				replies = append(replies, binaryFrame(st.payloads.whole(0, seq, DefaultSize))...)
			}
			b.StartTimer()
		}
		one := len(replies) / batch
		at := n % batch * one
		st.s.receive(st.worker, 2, replies[at:at+one])
	}
}
