package wsclient

import "strconv"

// EventKind says what an Event is.
type EventKind uint8

const (
	EventNone    EventKind = iota // more bytes are needed
	EventData                     // a piece of a text or binary message
	EventControl                  // a whole control frame
)

// String returns "none", "data" or "control".
func (k EventKind) String() string {
	switch k {
	case EventNone:
		return "none"
	case EventData:
		return "data"
	case EventControl:
		return "control"
	}
	return "event kind " + strconv.Itoa(int(k))
}

// Event is what a Decoder found in its input.
type Event struct {
	Kind   EventKind
	Opcode Opcode // the message's (text or binary, in continuations too), or the control frame's
	First  bool   // first piece of its message; a control frame is both first and last
	Fin    bool   // last piece of its message
	RSV1   bool   // the message that this piece belongs to is compressed
	// Payload is the piece, or the whole of a control frame. It aliases the
	// input, or, of a control frame that straddled two inputs, the Decoder's own
	// buffer until the next call of Next. Empty frames give empty pieces.
	Payload []byte
}
