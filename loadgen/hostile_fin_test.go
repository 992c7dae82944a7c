package loadgen

import (
	"wsstorm/stats"
	"wsstorm/wsclient"
)

// finFaults are servers that misbehave towards a client that ends TCP without a
// Close frame, as one does that has crashed.
func finFaults() []hostileCase {
	// behind is a server that is fine until our FIN, and then does what it likes.
	behind := func(c hostileCase, do func(*wildConn)) hostileCase {
		c.plan = func(p *Plan) { p.Exits = []ExitShare{{ExitFIN, 1}} }
		c.do = func(c *wildConn) {
			c.talk(c.answer) // there is no Close frame: it ends with the stream
			do(c)
		}
		return c
	}
	closed := func(name string, do func(*wildConn)) hostileCase {
		return behind(hostileCase{name: name, as: isClosed}, do)
	}
	stays := func(name string, do func(*wildConn)) hostileCase {
		return behind(hostileCase{name: name, as: isStillOpen, waits: toClose, class: []stats.Class{stats.ErrCloseTimeout}}, do)
	}
	stream := func(c hostileCase) hostileCase {
		c.heavy = true
		return c
	}
	ping := appendFrame(nil, firstPing, make([]byte, 125))
	return []hostileCase{
		closed("RST in answer to FIN", (*wildConn).reset),
		closed("a Close frame in answer to FIN", func(c *wildConn) { c.send(closeFrame(1000, "")) }),
		closed("two Close frames in answer to FIN", func(c *wildConn) { c.send(closeFrame(1000, ""), closeFrame(1001, "")) }),
		closed("a Ping flood of 1 MiB behind FIN", func(c *wildConn) { c.send(repeated(ping, 1<<20)) }),
		closed("half a frame behind FIN", func(c *wildConn) { c.send(binaryFrame(make([]byte, 100))[:50]) }),
		behind(hostileCase{name: "data behind FIN", as: isClosed, also: []stats.Class{stats.ErrLate}}, func(c *wildConn) {
			c.send(repeated(binaryFrame([]byte("are you still there?")), 1<<20))
		}),
		behind(hostileCase{name: "a violation behind FIN", as: isDropped, class: []stats.Class{stats.ErrProtocol}}, func(c *wildConn) {
			c.send(repeated(ping, 1<<16), []byte{0xFF, 0xFF}) // the Pongs have nowhere to go
			c.deaf()
		}),
		behind(hostileCase{name: "a message above the limit behind FIN", as: isDropped, class: []stats.Class{stats.ErrTooBig}}, func(c *wildConn) {
			c.send(appendFrameHeader(nil, wholeBinary, wsclient.DefaultMaxMessage*4+1))
			c.deaf()
		}),
		stays("silence behind FIN", (*wildConn).deaf),
		stream(stays("Pings without end behind FIN", func(c *wildConn) { c.flood(repeated(ping, 1<<16)) })),
		stream(stays("fragments without end behind FIN", func(c *wildConn) {
			c.send([]byte{firstBinary, 0})
			c.flood(repeated([]byte{0, 0}, 1<<16))
		})),
	}
}
