package loadgen

import (
	"runtime"
	"testing"
	"time"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

// memoryFaults are what would cost memory if it were kept.
func memoryFaults() []hostileCase {
	const (
		much  = 32 << 20 // bytes, sent by each of the hostile connections
		chunk = 1 << 16
	)
	sends := func(c *wildConn, p []byte, much int) {
		for n := 0; n < much && c.send(p); n += len(p) {
		}
	}
	// floods is a server that floods, echoes beside it, and closes properly.
	floods := func(name string, p []byte) hostileCase {
		return hostileCase{name: name, as: isClosed, wrote: hostileOnes * much, do: func(c *wildConn) {
			c.upgrade()
			sends(c, p, much)
			c.converse(c.answer)
		}}
	}
	// hangs is a server that never comes to an end.
	hangs := func(name string, wrote int64, do func(*wildConn)) hostileCase {
		return hostileCase{
			name: name, as: isStillOpen, class: []stats.Class{stats.ErrCloseTimeout}, wrote: hostileOnes * wrote,
			do: func(c *wildConn) {
				c.upgrade()
				c.message()
				do(c)
				c.idle()
			},
			plan: func(p *Plan) {
				p.Drain, p.CloseTimeout, p.MaxMessage = slowness*300*time.Millisecond, slowness*500*time.Millisecond, 1<<30
			},
		}
	}
	toobig := func(name string, limit int64, do func(*wildConn)) hostileCase {
		return hostileCase{
			name: name, as: isDropped, class: []stats.Class{stats.ErrTooBig}, wrote: limit,
			do: func(c *wildConn) {
				c.upgrade()
				c.message()
				do(c)
			},
			plan: func(p *Plan) { p.MaxMessage = limit },
		}
	}
	return append(append(endlessAnswers(), deflateBombs()...),
		floods("a ping flood", repeated(appendFrame(nil, firstPing, make([]byte, 125)), chunk)),
		floods("a pong flood", repeated(appendFrame(nil, fin|byte(wsclient.OpPong), make([]byte, 125)), chunk)),
		hangs("empty fragments without end", 1<<20, func(c *wildConn) {
			c.send([]byte{firstBinary, 0})
			sends(c, repeated([]byte{0, 0}, chunk), 1<<20)
		}),
		hangs("1 GiB announced, allowed, and begun", much, func(c *wildConn) {
			c.send(appendFrameHeader(nil, wholeBinary, 1<<30))
			sends(c, make([]byte, chunk), much)
		}),
		toobig("fragments without end", 16<<20, func(c *wildConn) {
			c.send([]byte{firstBinary, 0})
			c.flood(repeated(appendFrame(nil, 0, make([]byte, 100)), chunk))
		}),
		toobig("1 GiB announced", 64<<10, func(c *wildConn) {
			c.send(appendFrameHeader(nil, wholeBinary, 1<<30))
			c.flood(make([]byte, chunk))
		}),
		hostileCase{
			name: "a reply of 32 MiB", as: isClosed, wrote: hostileOnes * much,
			also: []stats.Class{stats.ErrMismatched}, want: stats.Messages{Mismatched: 1},
			do: func(c *wildConn) {
				first := true
				c.talk(func(op wsclient.Opcode, p []byte) {
					if !first {
						c.answer(op, p)
						return
					}
					first = false
					c.s.answered.Add(1)
					c.s.wrong.Add(1)
					c.send(appendFrameHeader(nil, wholeBinary, much))
					sends(c, make([]byte, chunk), much)
				})
			},
		},
	)
}

// TestHostileMemory: what a server announces, or sends without end, is not kept.
// One after the other, since what is measured belongs to the whole process.
func TestHostileMemory(t *testing.T) {
	// What a run of this size allocates without anything hostile in it is some
	// 20 MiB: histograms, and both ends' buffers.
	const bound = 64 << 20
	if slowness > 1 {
		t.Skip("the race detector's own memory would be measured, and nothing here is about races")
	}
	for driver, p := range driverPlans() {
		for _, c := range memoryFaults() {
			t.Run(driver+", "+c.name, func(t *testing.T) {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				c.run(t, p)
				runtime.ReadMemStats(&after)
				n := after.TotalAlloc - before.TotalAlloc
				t.Logf("%d MiB allocated", n>>20)
				if n > bound {
					t.Errorf("%d MiB were allocated, want at most %d", n>>20, bound>>20)
				}
			})
		}
	}
}
