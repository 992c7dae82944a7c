package wsclient

import "strconv"

// Opcode is the type of a frame, 4 bits on the wire. RFC 6455, Section 11.8.
type Opcode uint8

// The opcodes that RFC 6455 defines; all others are reserved.
const (
	OpContinuation Opcode = 0x0
	OpText         Opcode = 0x1
	OpBinary       Opcode = 0x2
	OpClose        Opcode = 0x8
	OpPing         Opcode = 0x9
	OpPong         Opcode = 0xA
)

// IsControl reports whether o is a control opcode (close, ping, pong, or one
// reserved for further control frames). RFC 6455, Section 5.5.
func (o Opcode) IsControl() bool { return o&0x8 != 0 }

// isDefined reports whether RFC 6455 gives o a meaning.
func (o Opcode) isDefined() bool { return o <= OpBinary || o >= OpClose && o <= OpPong }

// String returns the name that RFC 6455 gives the opcode, or "opcode 0x3".
func (o Opcode) String() string {
	switch o {
	case OpContinuation:
		return "continuation"
	case OpText:
		return "text"
	case OpBinary:
		return "binary"
	case OpClose:
		return "close"
	case OpPing:
		return "ping"
	case OpPong:
		return "pong"
	}
	return "opcode 0x" + strconv.FormatUint(uint64(o), 16)
}
