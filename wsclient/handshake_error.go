package wsclient

import "strconv"

// HandshakeKind classes what was wrong with the answer to an opening handshake.
// The set is closed.
type HandshakeKind uint8

const (
	HandshakeStatus      HandshakeKind = iota + 1 // HTTP, but not 101: refused, redirected, not a WebSocket server
	HandshakeNotHTTP                              // no HTTP at all
	HandshakeMalformed                            // HTTP that breaks HTTP's rules
	HandshakeUpgrade                              // 101 without "Upgrade: websocket"
	HandshakeConnection                           // 101 without "Connection: Upgrade"
	HandshakeAccept                               // 101 with Sec-WebSocket-Accept missing or wrong
	HandshakeSubprotocol                          // 101 with a subprotocol that was not asked for
	HandshakeExtension                            // 101 with an extension or a parameter that was not asked for
	HandshakeTooLarge                             // the header does not end within the limit
	HandshakeTruncated                            // the answer ended, or the wait for it, before it was whole
)

// String returns a short name, in words.
func (k HandshakeKind) String() string {
	switch k {
	case HandshakeStatus:
		return "status"
	case HandshakeNotHTTP:
		return "not HTTP"
	case HandshakeMalformed:
		return "malformed HTTP"
	case HandshakeUpgrade:
		return "bad Upgrade"
	case HandshakeConnection:
		return "bad Connection"
	case HandshakeAccept:
		return "bad Sec-WebSocket-Accept"
	case HandshakeSubprotocol:
		return "bad subprotocol"
	case HandshakeExtension:
		return "bad extension"
	case HandshakeTooLarge:
		return "header too large"
	case HandshakeTruncated:
		return "truncated"
	}
	return "handshake kind " + strconv.Itoa(int(k))
}

// HandshakeError says why an answer to an opening handshake is none that RFC
// 6455, Section 4.1 lets a client accept, and what came instead.
type HandshakeError struct {
	Kind   HandshakeKind
	Status int    // HTTP status code, 0 where none was read
	Text   string // one line, printable: what the server sent is quoted where it has control characters
	Err    error  // HandshakeTruncated: why the answer ended; otherwise nil
}

// Error returns the text, and the cause where there is one.
func (e *HandshakeError) Error() string {
	if e.Err != nil {
		return e.Text + ": " + e.Err.Error()
	}
	return e.Text
}

// Unwrap returns what ended the answer: io.ErrUnexpectedEOF, a time-out, a reset.
func (e *HandshakeError) Unwrap() error { return e.Err }
