package loadgen

import (
	"bytes"
	"math/rand/v2"
	"sync/atomic"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

// replyFaults are servers that keep to the protocol and answer wrongly, which
// the usual benchmark clients report as success.
func replyFaults() []hostileCase {
	// alters is a server that answers every second message with p changed.
	alters := func(name string, change func(p []byte) []byte) hostileCase {
		return hostileCase{
			name: name, as: isClosed, also: []stats.Class{stats.ErrMismatched}, want: stats.Messages{Mismatched: 1},
			do: func(c *wildConn) {
				n := 0
				c.talk(func(op wsclient.Opcode, p []byte) {
					if n++; n%2 == 0 {
						c.s.wrong.Add(1)
						p = change(p)
					}
					c.answer(op, p)
				})
			},
		}
	}
	var flips atomic.Int64
	return []hostileCase{
		alters("the first byte flipped", func(p []byte) []byte { p[0] ^= 1; return p }),
		alters("the last byte flipped", func(p []byte) []byte { p[len(p)-1] ^= 0x80; return p }),
		alters("the sequence number flipped", func(p []byte) []byte { p[7] ^= 1; return p }),
		alters("cut short", func(p []byte) []byte { return p[:len(p)-1] }),
		alters("empty", func(p []byte) []byte { return nil }),
		alters("a byte too many", func(p []byte) []byte { return append(p, 0) }),
		alters("64 KiB too many", func(p []byte) []byte { return append(p, make([]byte, 1<<16)...) }),
		{
			name: "one byte in a thousand messages flipped", as: isClosed,
			also: []stats.Class{stats.ErrMismatched}, want: stats.Messages{Mismatched: 1},
			plan: func(p *Plan) {
				p.Rate, p.Duration = 0, 0
				p.InFlight, p.Messages = 8, 20_000
				p.Sizes = []SizeClass{{Min: 64, Max: 4096}}
			},
			do: func(c *wildConn) {
				c.talk(func(op wsclient.Opcode, p []byte) {
					if n := flips.Add(1); n%1000 == 0 {
						p[rand.IntN(len(p))] ^= 1 << rand.IntN(8)
						c.s.wrong.Add(1)
					}
					c.answer(op, p)
				})
			},
		},
		{
			// Where more messages are on their way, it would be taken for the
			// answer to the oldest of them: it carries no number.
			name: "replies nobody asked for", as: isClosed,
			also: []stats.Class{stats.ErrUnexpected, stats.ErrLate}, want: stats.Messages{Unexpected: 1},
			plan: func(p *Plan) { p.Rate, p.InFlight, p.Duration, p.Messages = 0, 1, 0, 1000 },
			do: func(c *wildConn) {
				c.talk(func(op wsclient.Opcode, p []byte) {
					c.s.answered.Add(1)
					c.s.wrong.Add(1)
					c.send(append(binaryFrame(p), binaryFrame([]byte("and by the way ..."))...))
				})
			},
		},
		{
			name: "each reply twice", as: isClosed,
			also: []stats.Class{stats.ErrDuplicated, stats.ErrLate}, want: stats.Messages{Duplicated: 1},
			do: func(c *wildConn) {
				c.talk(func(op wsclient.Opcode, p []byte) {
					c.answer(op, p)
					c.s.wrong.Add(1)
					c.send(binaryFrame(p))
				})
			},
		},
		{
			name: "each reply a thousand times", as: isClosed,
			also: []stats.Class{stats.ErrDuplicated, stats.ErrLate}, want: stats.Messages{Duplicated: 1},
			do: func(c *wildConn) {
				c.talk(func(op wsclient.Opcode, p []byte) {
					c.answer(op, p)
					c.s.wrong.Add(999)
					c.send(bytes.Repeat(binaryFrame(p), 999))
				})
			},
		},
		{
			name: "replies out of order", as: isClosed,
			also: []stats.Class{stats.ErrReordered}, want: stats.Messages{Reordered: 1},
			plan: func(p *Plan) { p.Rate = 1600 }, // four messages a connection
			do: func(c *wildConn) {
				var held []byte
				c.talk(func(op wsclient.Opcode, p []byte) {
					if held == nil {
						held = p
						return
					}
					c.s.wrong.Add(1)
					c.answer(op, p)
					c.answer(op, held)
					held = nil
				})
			},
		},
		{
			name: "replies of another connection", as: isClosed, waits: toDrain,
			also: []stats.Class{stats.ErrUnexpected, stats.ErrLate}, want: stats.Messages{Unexpected: 1},
			do: func(c *wildConn) {
				c.talk(func(op wsclient.Opcode, p []byte) {
					// The stamp of another message of the run, which the test
					// has to get from somewhere: every run has the same seed.
					c.s.wrong.Add(1)
					c.send(binaryFrame(foreign(p)))
				})
			},
		},
		{
			name: "every second reply missing", as: isClosed, waits: toDrain,
			do: func(c *wildConn) {
				n := 0
				c.talk(func(op wsclient.Opcode, p []byte) {
					if n++; n%2 == 0 {
						c.answer(op, p)
					}
				})
			},
		},
		{
			name: "no reply but broadcasts", as: isClosed, also: []stats.Class{stats.ErrMismatched}, want: stats.Messages{Mismatched: 1},
			do: func(c *wildConn) {
				c.talk(func(op wsclient.Opcode, p []byte) {
					c.s.wrong.Add(1)
					c.answer(op, []byte("the price of tea is 12.30"))
				})
			},
		},
		{
			name: "replies late, after the drain", as: isClosed, waits: toDrain, also: []stats.Class{stats.ErrLate},
			do: func(c *wildConn) {
				var held [][]byte
				payload, ok := c.talkUntilClose(func(op wsclient.Opcode, p []byte) { held = append(held, p) })
				if !ok {
					return
				}
				for _, p := range held {
					c.send(binaryFrame(p))
				}
				c.send(appendFrame(nil, firstClose, payload))
			},
		},
		{
			name: "replies a byte at a time", as: isClosed,
			do: func(c *wildConn) {
				c.SetNoDelay(true)
				c.talk(func(op wsclient.Opcode, p []byte) {
					c.s.answered.Add(1)
					for p := range chunks(binaryFrame(p), 1) {
						c.send(p)
					}
				})
			},
		},
		{
			name: "replies in fragments with everything in between", as: isClosed,
			do: func(c *wildConn) {
				c.talk(func(op wsclient.Opcode, p []byte) {
					c.s.answered.Add(1)
					frames := appendFrame(nil, byte(op), nil)
					for p := range chunks(p, 3) {
						frames = appendFrame(frames, 0, p)
						frames = appendFrame(frames, firstPing, []byte("hello"))
						frames = appendFrame(frames, fin|byte(wsclient.OpPong), []byte("world"))
						frames = appendFrame(frames, 0, nil)
					}
					c.send(appendFrame(frames, fin, nil))
				})
			},
		},
		{
			name: "a greeting", as: isClosed,
			do: func(c *wildConn) {
				response, _ := c.request()
				c.send(append([]byte(response), binaryFrame([]byte("welcome"))...))
				c.converse(c.answer)
			},
		},
		{
			// It may well last until messages are on their way.
			name: "a greeting of 400 kB", as: isClosed,
			also: []stats.Class{stats.ErrUnexpected, stats.ErrMismatched, stats.ErrDuplicated}, any: true,
			do: func(c *wildConn) {
				response, _ := c.request()
				c.send(append([]byte(response), binaryFrame(make([]byte, 400_000))...))
				c.converse(c.answer)
			},
		},
	}
}

// foreign returns a message of the same run that connection 1000, which does not
// exist, would have sent.
func foreign(p []byte) []byte {
	var other payloads
	other.seed = 1
	other.stamp = stampBytes
	var buf [stampText]byte
	return append(other.stampOf(1000, 0, len(p), &buf), p[stampBytes:]...)
}
