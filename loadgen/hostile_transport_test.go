package loadgen

import (
	"slices"
	"testing"
	"time"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

// transportFaults are connections that break, stall, or do not end.
func transportFaults() []hostileCase {
	broken := func(name string, class stats.Class, do func(*wildConn)) hostileCase {
		return hostileCase{name: name, as: isDropped, class: []stats.Class{class}, do: do}
	}
	silent := func(name string, do func(*wildConn)) hostileCase {
		return hostileCase{name: name, as: isStillOpen, class: []stats.Class{stats.ErrCloseTimeout}, do: do, waits: toDrain | toClose}
	}
	partial := binaryFrame(make([]byte, 100))[:50]
	return []hostileCase{
		broken("FIN behind the handshake", stats.ErrEOF, func(c *wildConn) {
			c.upgrade()
			c.halfClose()
		}),
		broken("RST behind the handshake", stats.ErrReset, func(c *wildConn) {
			c.upgrade()
			c.message() // the client knows that it is open
			c.reset()
		}),
		broken("FIN in the middle of a frame", stats.ErrEOF, func(c *wildConn) {
			c.upgrade()
			c.send(partial)
			c.halfClose()
		}),
		broken("FIN in the middle of a header", stats.ErrEOF, func(c *wildConn) {
			c.upgrade()
			c.send(partial[:1])
			c.halfClose()
		}),
		broken("FIN between fragments", stats.ErrEOF, func(c *wildConn) {
			c.upgrade()
			c.send(appendFrame(nil, byte(wsclient.OpBinary), []byte("half a mes")))
			c.halfClose()
		}),
		broken("RST in the middle of a frame", stats.ErrReset, func(c *wildConn) {
			c.upgrade()
			c.message()
			c.send(partial)
			c.reset()
		}),
		broken("RST behind a reply", stats.ErrReset, func(c *wildConn) {
			c.upgrade()
			if op, p, ok := c.message(); ok {
				c.answer(op, p)
			}
			c.message() // so the answer has arrived
			c.reset()
		}),
		broken("RST in answer to Close", stats.ErrReset, func(c *wildConn) {
			c.talkUntilClose(c.answer)
			c.reset()
		}),
		broken("FIN in answer to Close", stats.ErrEOF, func(c *wildConn) { c.talkUntilClose(c.answer) }),
		{name: "RST behind its Close frame", as: isClosed, do: func(c *wildConn) {
			payload, ok := c.talkUntilClose(c.answer)
			if ok {
				c.send(appendFrame(nil, fin|byte(wsclient.OpClose), payload))
				c.reset()
			}
		}},
		{name: "Close without the end of TCP", as: isClosed, waits: toClose, check: leftOpen, do: func(c *wildConn) {
			payload, ok := c.talkUntilClose(c.answer)
			if ok {
				c.send(appendFrame(nil, firstClose, payload))
				c.idle()
			}
		}},
		{name: "Close, and then a flood in place of the end of TCP", as: isClosed, waits: toClose, check: leftOpen, do: func(c *wildConn) {
			payload, ok := c.talkUntilClose(c.answer)
			if ok {
				c.send(appendFrame(nil, firstClose, payload))
				c.flood(repeated(appendFrame(nil, firstPing, make([]byte, 125)), 1<<16))
			}
		}},
		silent("half-open silence", func(c *wildConn) {
			c.upgrade()
			c.idle()
		}),
		silent("half-open silence behind half a frame", func(c *wildConn) {
			c.upgrade()
			c.send(partial)
			c.idle()
		}),
		silent("nothing is read", func(c *wildConn) {
			c.upgrade()
			c.deaf()
		}),
		{name: "Close is not answered", as: isStillOpen, waits: toClose, class: []stats.Class{stats.ErrCloseTimeout}, do: func(c *wildConn) {
			c.talkUntilClose(c.answer)
			c.idle()
		}},
		{
			name: "a full receive window", heavy: true, as: isStillOpen, waits: toDrain | toClose, class: []stats.Class{stats.ErrCloseTimeout}, plan: fillsWindows, check: neverSentClose,
			do: func(c *wildConn) {
				c.SetReadBuffer(4096)
				c.upgrade()
				c.deaf()
			},
		},
		{
			// The same where the client is made to answer, too: its Pongs find
			// no room.
			name: "a full receive window and a ping flood", heavy: true, as: isStillOpen, waits: toDrain | toClose, class: []stats.Class{stats.ErrCloseTimeout}, plan: fillsWindows, check: neverSentClose,
			do: func(c *wildConn) {
				c.SetReadBuffer(4096)
				c.upgrade()
				c.flood(repeated(appendFrame(nil, fin|byte(wsclient.OpPing), make([]byte, 125)), 1<<16))
			},
		},
	}
}

// leftOpen: the peers that did not end TCP behind their Close frame are counted.
func leftOpen(t *testing.T, r *stats.Result) {
	if got := r.Connections.LeftOpen; got != hostileOnes {
		t.Errorf("%d connections left open, want %d", got, hostileOnes)
	}
}

// talkUntilClose answers messages after the handshake, until a Close frame comes,
// whose payload it returns.
func (c *wildConn) talkUntilClose(reply func(op wsclient.Opcode, p []byte)) (payload []byte, ok bool) {
	for open := c.upgrade(); open; {
		var op wsclient.Opcode
		if op, payload, open = c.message(); open && op == wsclient.OpClose {
			return payload, true
		} else if open {
			reply(op, payload)
		}
	}
	return nil, false
}

// fillsWindows is a load of few messages, each more than a connection's buffers
// take unless somebody reads.
func fillsWindows(p *Plan) {
	p.Connections = wildEvery
	p.Rate, p.Duration = 50, 100*time.Millisecond // one each
	p.Sizes = []SizeClass{{Min: 6 << 20, Max: 6 << 20}}
	p.Drain = 2 * patience // for the healthy ones, whose messages are as large
}

// neverSentClose: our Close frame did not get through either.
func neverSentClose(t *testing.T, r *stats.Result) {
	if !slices.Contains(r.Closes, stats.CloseCount{Count: 1}) {
		t.Errorf("closes: %+v, want one with neither frame: the window was not full", r.Closes)
	}
}
