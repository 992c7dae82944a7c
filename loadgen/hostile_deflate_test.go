package loadgen

import (
	"bytes"
	"compress/flate"
	"io"
	"strings"
	"sync"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

// deflateFaults are servers that agree to permessage-deflate and abuse it.
func deflateFaults() []hostileCase {
	violation := func(name string, frames ...[]byte) hostileCase {
		return hostileCase{
			name: name, as: isDropped, class: []stats.Class{stats.ErrProtocol}, plan: offersDeflate(0),
			do: func(c *wildConn) {
				c.upgradeDeflate()
				c.message()
				c.send(frames...)
				c.awaitClose()
			},
		}
	}
	return []hostileCase{
		violation("compressed garbage", appendFrame(nil, wholeBinary|rsv1, []byte{0xFF, 0xFF, 0xFF, 0xFF})),
		violation("a compressed message that refers to what was never sent", appendFrame(nil, wholeBinary|rsv1, []byte{0x02, 0x08, 0x20, 0x00})),
		violation("RSV1 on a continuation", appendFrame(nil, firstBinary|rsv1, nil), appendFrame(nil, fin|rsv1, nil)),
		violation("RSV1 on a Ping", appendFrame(nil, firstPing|rsv1, nil)),
		violation("compressed text that is not UTF-8", appendFrame(nil, wholeText|rsv1, deflated([]byte("\xFF\xFE")))),
		violation("compressed text whose UTF-8 is split across frames",
			appendFrame(nil, firstText|rsv1, deflated([]byte("gr\xC3(n"))[:3]), appendFrame(nil, fin, deflated([]byte("gr\xC3(n"))[3:])),
		{
			name: "compressed replies that are too long", as: isClosed, plan: offersDeflate(1 << 20),
			also: []stats.Class{stats.ErrMismatched}, want: stats.Messages{Mismatched: 1},
			do: func(c *wildConn) {
				reply := appendFrame(nil, wholeBinary|rsv1, deflated(make([]byte, 1<<18)))
				c.upgradeDeflate()
				c.converse(func(op wsclient.Opcode, p []byte) {
					c.s.answered.Add(1)
					c.s.wrong.Add(1)
					c.send(reply)
				})
			},
		},
		{
			// What the healthy ones do not do either: this shows that the
			// others fail for what they say they do.
			name: "compressed replies, as they should be", as: isClosed, plan: offersDeflate(0),
			do: func(c *wildConn) {
				c.upgradeDeflate()
				c.converse(func(op wsclient.Opcode, p []byte) {
					c.s.answered.Add(1)
					c.send(appendFrame(nil, wholeBinary|rsv1, deflated(p)))
				})
			},
		},
	}
}

// deflateBombs are what would cost memory if it were kept.
func deflateBombs() []hostileCase {
	bomb := func(name string, limit int64, send func(c *wildConn)) hostileCase {
		return hostileCase{
			name: name, as: isDropped, class: []stats.Class{stats.ErrTooBig}, plan: offersDeflate(limit),
			do: func(c *wildConn) {
				c.upgradeDeflate()
				c.message()
				send(c)
				c.awaitClose()
			},
		}
	}
	// 256 MiB of zeros in 256 KiB: a piece that ends with a flush can be repeated.
	zeros := sync.OnceValue(func() []byte { return bytes.Repeat(flushed(make([]byte, 1<<20)), 256) })
	return []hostileCase{
		bomb("a compressed bomb", 1<<20, func(c *wildConn) { c.send(appendFrame(nil, wholeBinary|rsv1, zeros())) }),
		bomb("a compressed bomb in fragments", 1<<20, func(c *wildConn) {
			first := firstBinary | byte(rsv1)
			for p := range chunks(zeros(), 1000) {
				c.send(appendFrame(nil, first, p))
				first = 0
			}
			c.send([]byte{fin, 0})
		}),
		bomb("a compressed message without end", 1<<20, func(c *wildConn) {
			c.send(appendFrame(nil, firstBinary|rsv1, nil))
			c.flood(repeated(appendFrame(nil, 0, make([]byte, 100)), 1<<16))
		}),
		bomb("a compressed message without end, and the usual limit", 0, func(c *wildConn) {
			c.send(appendFrame(nil, firstBinary|rsv1, nil))
			c.flood(appendFrame(nil, 0, make([]byte, 1<<20)))
		}),
	}
}

// offersDeflate is a plan that does, with a limit on messages; 0 is the default.
func offersDeflate(limit int64) func(p *Plan) {
	return func(p *Plan) {
		p.Request.Deflate = &wsclient.DeflateParams{}
		p.MaxMessage = limit
	}
}

// upgradeDeflate does the opening handshake and agrees to permessage-deflate,
// each message for itself.
func (c *wildConn) upgradeDeflate() {
	response, _ := c.request()
	c.send([]byte(strings.Replace(response, "\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n\r\n", 1)))
}

// deflated returns p as a message that is compressed. RFC 7692, Section 7.2.1.
func deflated(p []byte) []byte {
	return bytes.TrimSuffix(flushed(p), []byte{0, 0, 0xFF, 0xFF})
}

// inflated returns the content of a compressed message.
func inflated(p []byte) ([]byte, error) {
	plain, err := io.ReadAll(flate.NewReader(bytes.NewReader(append(p, 0, 0, 0xFF, 0xFF))))
	if err == io.ErrUnexpectedEOF { // there is no last block
		err = nil
	}
	return plain, err
}

// flushed returns p compressed up to a flush.
func flushed(p []byte) []byte {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err == nil {
		_, err = w.Write(p)
	}
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		panic(err) // of a bytes.Buffer: impossible
	}
	return b.Bytes()
}
