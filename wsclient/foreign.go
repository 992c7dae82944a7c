package wsclient

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// refusal is what an answer other than 101 says about itself. It exists to be
// described; nothing depends on it.
type refusal struct {
	status      int
	reason      string
	location    string
	contentType string
	challenge   string
	upgrade     string
	version     string
}

// What of a foreign answer is repeated, in bytes.
const (
	maxQuote   = 80
	maxHexDump = 16
	maxBody    = 512
)

// header takes one header field of the refusal.
func (r *refusal) header(name, value []byte) {
	for _, f := range []struct {
		name string
		to   *string
	}{
		{"location", &r.location},
		{"content-type", &r.contentType},
		{"www-authenticate", &r.challenge},
		{"upgrade", &r.upgrade},
		{"sec-websocket-version", &r.version},
	} {
		if equalFold(name, f.name) {
			*f.to = printable(value)
		}
	}
}

// describe returns what came instead of a WebSocket, in one line; body is the
// beginning of the body, as far as it is there.
func (r *refusal) describe(body []byte) string {
	line := strconv.Itoa(r.status)
	if r.reason != "" {
		line += " " + r.reason
	}
	body = body[:min(len(body), maxBody)]
	if isEngineIO(body) {
		return "a Socket.IO (Engine.IO) server answered " + line + ": its WebSocket endpoint is " +
			"/socket.io/?EIO=4&transport=websocket, and it speaks a protocol of its own there"
	}
	var b strings.Builder
	if r.status >= 200 && r.status <= 299 {
		b.WriteString("plain HTTP " + line)
		if r.contentType != "" {
			b.WriteString(", " + r.contentType)
		}
		b.WriteString(": no WebSocket at this path")
	} else {
		b.WriteString("server answered " + line)
	}
	var notes []string
	for _, n := range []struct{ name, value string }{
		{"Location", r.location},
		{"WWW-Authenticate", r.challenge},
		{"Upgrade", r.upgrade},
		{"Sec-WebSocket-Version", r.version},
	} {
		if n.value != "" {
			notes = append(notes, n.name+": "+n.value)
		}
	}
	if len(notes) > 0 {
		b.WriteString(" (" + strings.Join(notes, ", ") + ")")
	}
	if r.status == 400 && bytes.Contains(body, []byte("HTTPS")) {
		b.WriteString(": it wants TLS, did you mean wss://?")
	} else if text := excerpt(body); text != "" {
		b.WriteString(": " + text)
	}
	return b.String()
}

// isEngineIO reports whether body is what an Engine.IO server says to a request
// that it does not like, or the packet that opens its HTTP long-polling.
func isEngineIO(body []byte) bool {
	if bytes.Contains(body, []byte(`"sid":"`)) && bytes.Contains(body, []byte(`"upgrades":[`)) {
		return true
	}
	if !bytes.HasPrefix(body, []byte(`{"code":`)) {
		return false
	}
	for _, message := range []string{"Transport unknown", "Session ID unknown", "Bad handshake method",
		"Bad request", "Forbidden", "Unsupported protocol version"} {
		if bytes.Contains(body, []byte(`"message":"`+message+`"`)) {
			return true
		}
	}
	return false
}

// excerpt returns the first line of body with something in it, quoted, or "".
func excerpt(body []byte) string {
	for line := range bytes.Lines(body) {
		if line = bytes.TrimSpace(line); len(line) > 0 {
			return quoteBytes(line)
		}
	}
	return ""
}

// describeForeign returns what came where HTTP should have been, in one line.
func describeForeign(p []byte) string {
	p = p[:min(len(p), maxBody)]
	switch {
	case len(p) >= 3 && (p[0] == 0x15 || p[0] == 0x16) && p[1] == 3 && p[2] <= 4:
		return "no HTTP but TLS: did you mean wss://? " + hexDump(p)
	case len(p) >= 9 && p[0] == 0 && p[3] == 4 && bytes.Equal(p[5:9], []byte{0, 0, 0, 0}):
		return "no HTTP/1.1 but HTTP/2: " + hexDump(p)
	}
	return "no HTTP: " + hexDump(p)
}

// hexDump returns the beginning of p as hexadecimal bytes and as text.
func hexDump(p []byte) string {
	shown, more := p, ""
	if len(p) > maxHexDump {
		shown, more = p[:maxHexDump], " ..."
	}
	return fmt.Sprintf("% x%s %s", shown, more, quoteBytes(p))
}

// quoteBytes returns p in quotes, cut at maxQuote bytes, without control
// characters: a server must not be able to write to the user's terminal.
func quoteBytes(p []byte) string {
	if len(p) > maxQuote {
		return strconv.Quote(string(p[:maxQuote])) + "..."
	}
	return strconv.Quote(string(p))
}

// printable returns p as it is where that is harmless, otherwise quoted.
func printable(p []byte) string {
	if len(p) <= maxQuote && utf8.Valid(p) && strconv.Quote(string(p)) == `"`+string(p)+`"` {
		return string(p)
	}
	return quoteBytes(p)
}
