package loadgen

import (
	"bytes"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

const (
	firstText   = byte(wsclient.OpText)
	firstBinary = byte(wsclient.OpBinary)
	wholeText   = fin | firstText
	wholeBinary = fin | firstBinary
	firstPing   = fin | byte(wsclient.OpPing)
	firstClose  = fin | byte(wsclient.OpClose)
)

// frameFaults are violations of the protocol on an open connection, each sent in
// answer to the first message, and Close frames at the wrong time.
func frameFaults() []hostileCase {
	violation := func(name string, frames ...[]byte) hostileCase {
		return says(name, isDropped, stats.ErrProtocol, frames...)
	}
	fill := func(n int) []byte { return make([]byte, n) }
	return []hostileCase{
		violation("a masked frame", []byte{wholeBinary, 0x80 | 1, 1, 2, 3, 4, 5}),
		violation("16-bit length that is not minimal", []byte{wholeBinary, 126, 0, 125}, fill(125)),
		violation("64-bit length that is not minimal", []byte{wholeBinary, 127, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, fill(65535)),
		violation("a length of 2^63", []byte{wholeBinary, 127, 0x80, 0, 0, 0, 0, 0, 0, 0}),
		violation("a length of 2^64-1", []byte{wholeBinary, 127, 255, 255, 255, 255, 255, 255, 255, 255}),
		violation("RSV1", []byte{wholeBinary | 0x40, 0}),
		violation("RSV2", []byte{wholeBinary | 0x20, 0}),
		violation("RSV3", []byte{wholeBinary | 0x10, 0}),
		violation("reserved data opcode", []byte{fin | 3, 0}),
		violation("reserved control opcode", []byte{fin | 0xB, 0}),
		violation("fragmented Ping", []byte{byte(wsclient.OpPing), 0}),
		violation("Ping of 126 bytes", appendFrame(nil, firstPing, fill(126))),
		violation("continuation of nothing", []byte{fin, 0}),
		violation("a message inside of a message", []byte{firstBinary, 0, wholeBinary, 0}),
		violation("invalid UTF-8", appendFrame(nil, wholeText, []byte("a\xFF"))),
		violation("invalid UTF-8 split across frames", appendFrame(nil, firstText, []byte("gr\xC3")), appendFrame(nil, fin, []byte("(n"))),
		violation("UTF-8 that ends inside of a character", appendFrame(nil, firstText, []byte("gr")), appendFrame(nil, fin, []byte("\xC3"))),
		violation("a surrogate split across frames", appendFrame(nil, firstText, []byte("\xED")), appendFrame(nil, 0, []byte("\xA0")), appendFrame(nil, fin, []byte("\x80"))),
		violation("Close with one byte", appendFrame(nil, firstClose, []byte{3})),
		violation("Close with code 1005", closeFrame(wsclient.StatusNoStatus, "")),
		violation("Close with code 999", closeFrame(999, "")),
		violation("Close with a reason that is not UTF-8", closeFrame(1000, "\xFF")),
		violation("Close of 126 bytes", closeFrame(1000, string(bytes.Repeat([]byte("x"), 124)))),
		violation("a second HTTP response", []byte("HTTP/1.1 200 OK\r\n\r\n")),
		violation("0xFF without end", bytes.Repeat([]byte{0xFF}, 1<<20)),
		says("a message above the limit", isDropped, stats.ErrTooBig, appendFrameHeader(nil, wholeBinary, wsclient.DefaultMaxMessage*4+1)),
		{
			name: "a violation, and nothing is read", as: isDropped, class: []stats.Class{stats.ErrProtocol},
			do: func(c *wildConn) {
				c.upgrade()
				c.send([]byte{wholeBinary | 0x70, 0})
				c.deaf()
			},
		},
		says("Close", isPeerClosed, stats.ErrPeerClosed, closeFrame(1001, "going away")),
		says("Close without a code", isPeerClosed, stats.ErrPeerClosed, closeFrame(0, "")),
		says("a Close flood", isPeerClosed, stats.ErrPeerClosed, repeated(closeFrame(1000, "again"), 1<<20)),
		says("data behind Close", isPeerClosed, stats.ErrPeerClosed, closeFrame(1000, ""), binaryFrame(fill(1000)), []byte{0xFF, 0xFF}),
		{
			name: "data without end behind Close", as: isPeerClosed, waits: toClose, check: leftOpen, class: []stats.Class{stats.ErrPeerClosed},
			do: func(c *wildConn) {
				c.upgrade()
				c.send(closeFrame(1000, ""))
				c.flood(repeated(binaryFrame(fill(100)), 1<<16))
			},
		},
		{
			name: "Close behind the handshake, in one packet", as: isPeerClosed, class: []stats.Class{stats.ErrPeerClosed},
			do: func(c *wildConn) {
				response, _ := c.request()
				c.send(append([]byte(response), closeFrame(1013, "try again later")...))
				c.awaitClose()
			},
		},
		{
			name: "a violation behind the handshake, in one packet", as: isDropped, class: []stats.Class{stats.ErrProtocol},
			do: func(c *wildConn) {
				response, _ := c.request()
				c.send(append([]byte(response), 0xFF, 0xFF))
				c.idle()
			},
		},
		{
			name: "a violation in answer to Close", as: isDropped, class: []stats.Class{stats.ErrProtocol},
			do: func(c *wildConn) {
				if _, ok := c.talkUntilClose(c.answer); ok {
					c.send([]byte{0xFF, 0xFF})
					c.idle()
				}
			},
		},
		{
			name: "two Close frames in answer to Close", as: isClosed,
			do: func(c *wildConn) {
				if p, ok := c.talkUntilClose(c.answer); ok {
					c.send(appendFrame(nil, firstClose, p), closeFrame(1011, "and another one"))
				}
			},
		},
		{
			name: "a Close flood in answer to Close", as: isClosed,
			do: func(c *wildConn) {
				if _, ok := c.talkUntilClose(c.answer); ok {
					c.send(repeated(closeFrame(1000, "again"), 1<<20))
				}
			},
		},
		{
			name: "Close before and in answer to Close", as: isPeerClosed, class: []stats.Class{stats.ErrPeerClosed},
			do: func(c *wildConn) {
				c.upgrade()
				c.message()
				c.send(closeFrame(1001, ""))
				c.awaitClose()
				c.send(closeFrame(1001, ""))
			},
		},
		{
			name: "data in answer to Close", as: isClosed, also: []stats.Class{stats.ErrLate},
			do: func(c *wildConn) {
				if p, ok := c.talkUntilClose(c.answer); ok {
					c.send(binaryFrame([]byte("one more thing")), appendFrame(nil, firstClose, p), binaryFrame(nil))
				}
			},
		},
	}
}

// says is a server that answers the first message with the given bytes, and then
// only reads, until a Close frame comes.
func says(name string, as outcome, class stats.Class, frames ...[]byte) hostileCase {
	return hostileCase{name: name, as: as, class: []stats.Class{class}, do: func(c *wildConn) {
		c.upgrade()
		c.message()
		c.send(frames...)
		c.awaitClose()
	}}
}
