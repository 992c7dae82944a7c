package wsclient

import (
	"fmt"
	"strconv"
	"strings"
)

// answer is what of a response's header counts.
type answer struct {
	status      int
	oldHTTP     bool // HTTP/1.0, which knows no Upgrade
	upgrade     verdict
	connection  verdict
	accept      verdict
	protocols   verdict
	extensions  verdict
	subprotocol string
	deflate     *DeflateParams
}

// verdict is what is known of one header.
type verdict uint8

const (
	verdictMissing verdict = iota
	verdictGood
	verdictBad
	verdictTwice // a header that RFC 6455, Section 11.3 allows once only
)

// add returns the verdict on a header that may be there once.
func (v verdict) add(good bool) verdict {
	switch {
	case v != verdictMissing:
		return verdictTwice
	case good:
		return verdictGood
	}
	return verdictBad
}

// isInterim reports whether a final response is still to come. RFC 9110,
// Section 15.2.
func (a *answer) isInterim() bool { return a.status >= 100 && a.status <= 199 && a.status != 101 }

// statusLine takes the response's first line. RFC 9112, Section 4.
func (h *Handshake) statusLine(line []byte) (HandshakeKind, string) {
	const shortest = "HTTP/1.1 101"
	ok := len(line) >= len(shortest) && isDigit(line[5]) && line[6] == '.' && isDigit(line[7]) && line[8] == ' ' &&
		isDigit(line[9]) && line[9] != '0' && isDigit(line[10]) && isDigit(line[11]) && (len(line) == len(shortest) || line[12] == ' ')
	if !ok {
		return HandshakeMalformed, "malformed HTTP status line " + quoteBytes(line)
	}
	if line[5] != '1' {
		return HandshakeMalformed, "HTTP version " + string(line[5:8]) + " in answer to HTTP/1.1"
	}
	h.answer.oldHTTP = line[7] == '0'
	h.answer.status = int(line[9]-'0')*100 + int(line[10]-'0')*10 + int(line[11]-'0')
	if h.answer.status != 101 && !h.answer.isInterim() {
		h.refusal = &refusal{status: h.answer.status}
		if len(line) > len(shortest) {
			h.refusal.reason = printable(line[len(shortest)+1:])
		}
	}
	return 0, ""
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// headerLine takes one header field. RFC 9112, Section 5.
func (h *Handshake) headerLine(line []byte) (HandshakeKind, string) {
	colon := 0
	for colon < len(line) && isTokenByte(line[colon]) {
		colon++
	}
	if colon == 0 || colon == len(line) || line[colon] != ':' {
		return HandshakeMalformed, "malformed HTTP header line " + quoteBytes(line)
	}
	name, value := line[:colon], trimSpaceBytes(line[colon+1:])
	if h.refusal != nil {
		h.refusal.header(name, value)
		return 0, ""
	}
	if h.answer.status != 101 {
		return 0, ""
	}
	a := &h.answer
	switch {
	case equalFold(name, "upgrade"):
		a.upgrade = a.upgrade.add(equalFold(value, "websocket"))
	case equalFold(name, "connection"):
		// A list, perhaps over several headers, in which one element counts.
		if a.connection != verdictGood {
			a.connection = verdictBad
			if hasToken(value, "upgrade") {
				a.connection = verdictGood
			}
		}
	case equalFold(name, "sec-websocket-accept"):
		want := h.accept()
		a.accept = a.accept.add(string(value) == string(want[:]))
	case equalFold(name, "sec-websocket-protocol"):
		return h.protocolHeader(value)
	case equalFold(name, "sec-websocket-extensions"):
		return h.extensionsHeader(value)
	}
	return 0, ""
}

// protocolHeader takes the server's choice of subprotocol.
func (h *Handshake) protocolHeader(value []byte) (HandshakeKind, string) {
	a := &h.answer
	for _, p := range h.upgrade.subprotocols {
		if string(value) == p {
			a.subprotocol = p
		}
	}
	a.protocols = a.protocols.add(a.subprotocol != "")
	switch {
	case a.protocols == verdictTwice:
		return HandshakeSubprotocol, "two Sec-WebSocket-Protocol headers in the server's answer"
	case a.protocols == verdictBad && len(h.upgrade.subprotocols) == 0:
		return HandshakeSubprotocol, "the server chose the subprotocol " + quoteBytes(value) + ", but none was asked for"
	case a.protocols == verdictBad:
		return HandshakeSubprotocol, "the server chose the subprotocol " + quoteBytes(value) + ", but asked for was " +
			strings.Join(h.upgrade.subprotocols, ", ")
	}
	return 0, ""
}

// extensionsHeader takes the server's choice of extensions.
func (h *Handshake) extensionsHeader(value []byte) (HandshakeKind, string) {
	a := &h.answer
	agreed, err := acceptExtensions(string(value), h.upgrade.deflate)
	a.deflate = agreed
	a.extensions = a.extensions.add(err == nil)
	switch {
	case a.extensions == verdictTwice:
		return HandshakeExtension, "two Sec-WebSocket-Extensions headers in the server's answer"
	case err == errExtensionSyntax:
		return HandshakeExtension, "malformed Sec-WebSocket-Extensions " + quoteBytes(value) + " in the server's answer"
	case err != nil:
		return HandshakeExtension, "the server chose " + err.Error()
	}
	return 0, ""
}

// conclude judges a response whose header has ended; body is what came behind it.
func (h *Handshake) conclude(body []byte) (HandshakeKind, string) {
	a := &h.answer
	switch {
	case h.refusal != nil:
		return HandshakeStatus, h.refusal.describe(body)
	case a.oldHTTP:
		return HandshakeMalformed, "101 Switching Protocols in HTTP/1.0, which knows no Upgrade"
	case a.upgrade != verdictGood:
		return HandshakeUpgrade, a.upgrade.describe("Upgrade", "websocket")
	case a.connection != verdictGood:
		return HandshakeConnection, a.connection.describe("Connection", "Upgrade")
	case a.accept == verdictBad:
		return HandshakeAccept, "101 Switching Protocols with a Sec-WebSocket-Accept that does not belong to our key"
	case a.accept != verdictGood:
		return HandshakeAccept, a.accept.describe("Sec-WebSocket-Accept", "")
	}
	return 0, ""
}

// describe returns what is wrong with a header that should have been there once
// and with the value want.
func (v verdict) describe(name, want string) string {
	switch v {
	case verdictMissing:
		return "101 Switching Protocols without the header " + name
	case verdictTwice:
		return "101 Switching Protocols with two headers " + name
	}
	return fmt.Sprintf("101 Switching Protocols with a header %s that is not %s", name, strconv.Quote(want))
}

// hasToken reports whether a comma-separated list has the token want in it,
// ignoring case. want must be lower case.
func hasToken(list []byte, want string) bool {
	for len(list) > 0 {
		end := 0
		for end < len(list) && list[end] != ',' {
			end++
		}
		if equalFold(trimSpaceBytes(list[:end]), want) {
			return true
		}
		list = list[min(end+1, len(list)):]
	}
	return false
}

// equalFold reports whether b is want but for the case of ASCII letters. want
// must be lower case. bytes.EqualFold also folds what is not ASCII.
func equalFold(b []byte, want string) bool {
	if len(b) != len(want) {
		return false
	}
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != want[i] {
			return false
		}
	}
	return true
}

// trimSpaceBytes removes HTTP's optional white space from both ends.
func trimSpaceBytes(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}
