package wsclient

// ProtocolError says what the peer did that RFC 6455 (or RFC 7692) forbids. The
// connection has failed: RFC 6455, Section 7.1.7.
type ProtocolError struct {
	Code    StatusCode // what our Close frame has to carry
	Section string     // the rule that was broken: "RFC 6455, Section 5.2"
	Text    string     // what the peer did: "reserved opcode 0x3"
}

// Error returns the text and the section.
func (e *ProtocolError) Error() string { return e.Text + " (" + e.Section + ")" }

// CloseError says that the peer closed the connection with a Close frame.
type CloseError struct {
	Code   StatusCode // StatusNoStatus where the frame was empty
	Reason string     // UTF-8, at most 123 bytes; the peer's own words
}

// Error returns the code, its name and the reason.
func (e *CloseError) Error() string {
	if e.Reason == "" {
		return "closed by the peer: " + e.Code.String()
	}
	return "closed by the peer: " + e.Code.String() + ": " + e.Reason
}
