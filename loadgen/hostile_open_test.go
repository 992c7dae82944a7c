package loadgen

import (
	"fmt"
	"strings"
	"time"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

// openingFaults are servers that never get as far as an open connection.
func openingFaults() []hostileCase {
	return []hostileCase{
		// What answers, but not with 101.
		answers("status 200", stats.ErrUpgradeStatus, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
		answers("status 302", stats.ErrUpgradeStatus, "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n\r\n"),
		answers("status 401", stats.ErrUpgradeStatus, "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n\r\n"),
		answers("status 403", stats.ErrUpgradeStatus, "HTTP/1.1 403 Forbidden\r\n\r\n"),
		answers("status 404", stats.ErrUpgradeStatus, "HTTP/1.1 404 Not Found\r\n\r\n"),
		answers("status 426", stats.ErrUpgradeStatus, "HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 8\r\n\r\n"),
		answers("status 503", stats.ErrUpgradeStatus, "HTTP/1.1 503 Service Unavailable\r\n\r\n"),
		answers("Socket.IO", stats.ErrUpgradeStatus, "HTTP/1.1 400 Bad Request\r\n\r\n"+`{"code":0,"message":"Transport unknown"}`),
		answers("plain HTTP port of HTTPS", stats.ErrUpgradeStatus, "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n"),
		// What answers with 101, wrongly.
		rewrites("no Upgrade", "Upgrade: websocket\r\n", ""),
		rewrites("another Upgrade", "websocket", "h2c"),
		rewrites("two Upgrades", "Upgrade: websocket\r\n", "Upgrade: websocket\r\nUpgrade: websocket\r\n"),
		rewrites("no Connection", "Connection: Upgrade\r\n", ""),
		rewrites("Connection: keep-alive", "Connection: Upgrade", "Connection: keep-alive"),
		rewrites("no Sec-WebSocket-Accept", "Sec-WebSocket-Accept", "Sec-WebSocket-Except"),
		rewrites("wrong Sec-WebSocket-Accept", "Accept: ", "Accept: A"),
		rewrites("unasked subprotocol", "\r\n\r\n", "\r\nSec-WebSocket-Protocol: chat\r\n\r\n"),
		rewrites("unasked extension", "\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"),
		rewrites("HTTP/1.0", "HTTP/1.1", "HTTP/1.0"),
		rewrites("malformed status line", "101 Switching", "1O1 Switching"),
		rewrites("malformed header line", "\r\nUpgrade", "\r\nno colon here\r\nUpgrade"),
		rewrites("one long header", "\r\n\r\n", "\r\nX: "+strings.Repeat("x", wsclient.DefaultMaxResponseHeader)+"\r\n\r\n"),
		rewrites("many headers", "\r\n\r\n", strings.Repeat("\r\nX-Y: z", wsclient.DefaultMaxResponseHeader/8)+"\r\n\r\n"),
		// What is no HTTP.
		answers("SSH", stats.ErrUpgrade, "SSH-2.0-OpenSSH_9.6\r\n"),
		answers("TLS alert", stats.ErrUpgrade, "\x15\x03\x01\x00\x02\x02\x46"),
		answers("HTTP/2", stats.ErrUpgrade, "\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80"),
		answers("zeros", stats.ErrUpgrade, string(make([]byte, 100))),
		answers("WebSocket without a handshake", stats.ErrUpgrade, string(binaryFrame([]byte("hello")))),
		// What ends.
		answers("FIN instead of an answer", stats.ErrUpgradeClosed, ""),
		answers("FIN in the middle of the answer", stats.ErrUpgradeClosed, "HTTP/1.1 101 Switching Protocols\r\nUpgra"),
		answers("FIN behind 100 Continue", stats.ErrUpgradeClosed, "HTTP/1.1 100 Continue\r\n\r\n"),
		{name: "RST at once", as: isFailed, class: []stats.Class{stats.ErrUpgradeClosed, stats.ErrConnect}, do: (*wildConn).reset},
		{name: "RST in answer to the request", as: isFailed, class: []stats.Class{stats.ErrUpgradeClosed}, do: func(c *wildConn) {
			c.request()
			c.reset()
		}},
		{name: "RST in the middle of the answer", as: isFailed, class: []stats.Class{stats.ErrUpgradeClosed}, do: func(c *wildConn) {
			c.request()
			c.send([]byte("HTTP/1.1 101 Switching"))
			c.reset()
		}},
		// What does not end.
		hangs("silence", func(c *wildConn) { c.idle() }),
		hangs("silence, the request unread", func(c *wildConn) { c.deaf() }),
		hangs("silence in the middle of the answer", func(c *wildConn) {
			c.request()
			c.send([]byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: webs"))
			c.idle()
		}),
		hangs("a byte at a time, and then a rest", func(c *wildConn) { drip(c, patience/50) }),
	}
}

// endlessAnswers are those that would cost memory if they were kept.
func endlessAnswers() []hostileCase {
	return []hostileCase{
		{name: "a header without end", as: isFailed, class: []stats.Class{stats.ErrUpgrade}, do: func(c *wildConn) {
			c.request()
			c.send([]byte("HTTP/1.1 101 Switching Protocols\r\n"))
			c.flood(repeated([]byte("X-Filler: and so on\r\n"), 1<<16))
		}},
		{name: "a header line without end", as: isFailed, class: []stats.Class{stats.ErrUpgrade}, do: func(c *wildConn) {
			c.request()
			c.send([]byte("HTTP/1.1 101 Switching Protocols\r\nX-Filler: "))
			c.flood(repeated([]byte("x"), 1<<16))
		}},
		{name: "a status line without end", as: isFailed, class: []stats.Class{stats.ErrUpgrade}, do: func(c *wildConn) {
			c.request()
			c.send([]byte("HTTP/1.1 101 "))
			c.flood(repeated([]byte("x"), 1<<16))
		}},
		{name: "100 Continue without end", as: isFailed, class: []stats.Class{stats.ErrUpgrade}, do: func(c *wildConn) {
			c.request()
			c.flood(repeated([]byte("HTTP/1.1 100 Continue\r\n\r\n"), 1<<16))
		}},
		{name: "a page without end", as: isFailed, class: []stats.Class{stats.ErrUpgradeStatus}, do: func(c *wildConn) {
			c.request()
			c.send([]byte("HTTP/1.1 200 OK\r\n\r\n"))
			c.flood(repeated([]byte("<p>"), 1<<16))
		}},
		{name: "garbage without end", as: isFailed, class: []stats.Class{stats.ErrUpgrade}, do: func(c *wildConn) {
			c.request()
			c.flood(repeated([]byte{0xDE, 0xAD}, 1<<16))
		}},
	}
}

// answers is a server that answers the request with the given bytes and closes.
func answers(name string, class stats.Class, response string) hostileCase {
	return hostileCase{name: name, as: isFailed, class: []stats.Class{class}, do: func(c *wildConn) {
		c.request()
		c.send([]byte(response))
	}}
}

// rewrites is a server that answers as it should, but for one thing.
func rewrites(name, what, with string) hostileCase {
	return hostileCase{name: "101 with " + name, as: isFailed, class: []stats.Class{stats.ErrUpgrade}, do: func(c *wildConn) {
		response, _ := c.request()
		changed := strings.Replace(response, what, with, 1)
		if changed == response {
			panic(fmt.Sprintf("%s: nothing to replace in %q", name, response))
		}
		c.send([]byte(changed))
		c.idle()
	}}
}

// hangs is a server that does not get on with the handshake.
func hangs(name string, do func(*wildConn)) hostileCase {
	return hostileCase{name: name, as: isFailed, class: []stats.Class{stats.ErrUpgradeTimeout}, do: do, waits: toOpen}
}

// drip sends the right answer, so slowly that it comes too late.
func drip(c *wildConn, every time.Duration) {
	response, _ := c.request()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for _, b := range []byte(response) {
		<-tick.C
		if !c.send([]byte{b}) {
			return
		}
	}
}
