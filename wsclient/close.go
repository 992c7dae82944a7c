package wsclient

import (
	"encoding/binary"
	"strconv"
	"unicode/utf8"
)

// AppendClose appends a client's Close frame to dst. With code 0 or
// StatusNoStatus the frame is empty, without code and reason. A reason longer
// than 123 bytes is cut at a character's edge: a control frame has no room for
// more. RFC 6455, Section 5.5.1.
func AppendClose(dst []byte, code StatusCode, reason string, key MaskKey) []byte {
	var payload [maxControl]byte
	n := 0
	if code != 0 && code != StatusNoStatus {
		binary.BigEndian.PutUint16(payload[:], uint16(code))
		n = 2 + copy(payload[2:], cutReason(reason))
	}
	return AppendFrame(dst, FrameHeader{Fin: true, Opcode: OpClose}, key, payload[:n])
}

// cutReason returns the longest prefix of reason that fits into a Close frame
// and does not end inside a character.
func cutReason(reason string) string {
	if len(reason) <= maxReason {
		return reason
	}
	n := maxReason
	for n > maxReason-utf8.UTFMax && !utf8.RuneStart(reason[n]) {
		n--
	}
	return reason[:n]
}

// ParseClose takes a Close frame's payload apart. An empty payload (and one of a
// single byte, which the Decoder never hands out) is StatusNoStatus.
// RFC 6455, Sections 5.5.1 and 7.1.5.
func ParseClose(payload []byte) (StatusCode, string) {
	if len(payload) < 2 {
		return StatusNoStatus, ""
	}
	return StatusCode(binary.BigEndian.Uint16(payload)), string(payload[2:])
}

// closeFault returns what is wrong with a Close frame's payload, of which p has
// arrived; whole says whether that is all of it. Called with ever longer
// prefixes it finds the same fault as when called once, only sooner.
func closeFault(p []byte, whole bool) *ProtocolError {
	if len(p) < 2 {
		return nil
	}
	if code := StatusCode(binary.BigEndian.Uint16(p)); !code.Valid() {
		return &ProtocolError{StatusProtocolError, "RFC 6455, Section 7.4",
			"close frame with the invalid status code " + strconv.Itoa(int(code))}
	}
	var text utf8Check
	if !text.accept(p[2:]) || whole && !text.complete() {
		return &ProtocolError{StatusInvalidPayload, "RFC 6455, Section 5.5.1",
			"close frame with a reason that is not UTF-8"}
	}
	return nil
}
