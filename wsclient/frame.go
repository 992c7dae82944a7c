package wsclient

import "encoding/binary"

// FrameHeader is what a frame says ahead of its payload. RFC 6455, Section 5.2.
type FrameHeader struct {
	Fin    bool // last frame of its message
	RSV1   bool // the message is compressed: RFC 7692, Section 6
	Opcode Opcode
	Length int64 // of the payload, in bytes; 0 to 2^63-1
}

// MaxHeader is the longest header that AppendHeader appends, in bytes.
const MaxHeader = 14

const (
	finBit    = 0x80
	rsv1Bit   = 0x40
	rsv2Bit   = 0x20
	rsv3Bit   = 0x10
	maskedBit = 0x80

	length16 = 126 // in the 7-bit length: the length is in the next 2 bytes
	length64 = 127 // in the 7-bit length: the length is in the next 8 bytes

	maxControl = 125 // payload of a control frame, in bytes: RFC 6455, Section 5.5
	maxReason  = maxControl - 2
)

// AppendHeader appends the header of a client's frame, masked with key and with
// its length in the shortest form, to dst: 6, 8 or 14 bytes. The payload has to
// follow by AppendMasked with the same key. It does not judge h: a caller may
// build frames that are wrong. RFC 6455, Section 5.2.
func AppendHeader(dst []byte, h FrameHeader, key MaskKey) []byte {
	first := byte(h.Opcode & 0xF)
	if h.Fin {
		first |= finBit
	}
	if h.RSV1 {
		first |= rsv1Bit
	}
	switch {
	case h.Length < length16:
		dst = append(dst, first, maskedBit|byte(h.Length))
	case h.Length <= 0xFFFF:
		dst = append(dst, first, maskedBit|length16, byte(h.Length>>8), byte(h.Length))
	default:
		dst = append(dst, first, maskedBit|length64)
		dst = binary.BigEndian.AppendUint64(dst, uint64(h.Length))
	}
	return binary.LittleEndian.AppendUint32(dst, uint32(key))
}

// AppendFrame appends a client's whole frame to dst: header and masked payload.
// h.Length is ignored, len(payload) counts. dst and payload must not overlap. It
// allocates only where dst has no room.
func AppendFrame(dst []byte, h FrameHeader, key MaskKey, payload []byte) []byte {
	h.Length = int64(len(payload))
	dst = AppendHeader(dst, h, key)
	return AppendMasked(dst, payload, key, 0)
}
