package wsclient

import (
	"fmt"
	"math"
)

// Decoder takes a server's byte stream apart into frames and checks every rule
// of RFC 6455 on the way. It streams: pieces of payload are handed out as they
// come and nothing of a message is kept. The zero value is ready; a Decoder must
// not be copied after its first use, and belongs to one goroutine at a time. It
// is 48 bytes, because an engine may have 100,000 of them.
//
// Feed it like this:
//
//	for len(input) > 0 {
//		ev, rest, err := d.Next(input)
//		...
//		input = rest
//	}
type Decoder struct {
	// MaxMessage is the most payload that a message may have on the wire, in
	// bytes, all its frames together; 0 is no limit. A longer one fails with
	// StatusTooBig as soon as a header announces it.
	MaxMessage int64

	left    int64 // payload of this frame still to come, or its length as far as it is known
	message int64 // payload of the open message, as announced so far
	rare    *rare

	// Deflate allows RSV1 on the first frame of a message, which is what
	// negotiating permessage-deflate does. RFC 7692, Section 6.
	Deflate bool

	step       step
	more       uint8 // bytes of the extended length still to come
	fin        bool  // of this frame
	first      bool  // nothing of the open message was handed out yet
	compressed bool  // the open message had RSV1
	opcode     Opcode
	open       Opcode // text or binary while a message is open, otherwise 0
	text       utf8Check
}

// rare is what few connections ever need.
type rare struct {
	fault   *ProtocolError
	control [maxControl]byte // a control frame that straddles inputs
	have    int
}

// step is what the decoder expects next.
type step uint8

const (
	stepFirst    step = iota // a frame's first byte
	stepLength               // its second byte
	stepLength16             // a length of 2 bytes
	stepLength64             // a length of 8 bytes
	stepPayload
	stepClosed // nothing: a Close frame has come
	stepFailed
)

// Next decodes the beginning of p and returns one event and the rest of p. It
// consumes at least one byte, or returns EventNone or an error; EventNone means
// that p was used up and more bytes are needed. After the peer's Close frame all
// input is discarded, as RFC 6455, Section 1.4 wants it. The error is a
// *ProtocolError; after one, every further call returns it again.
func (d *Decoder) Next(p []byte) (ev Event, rest []byte, err error) {
	for {
		var fault *ProtocolError
		switch d.step {
		case stepPayload:
			// The event is filled in where it is returned: moving it about costs
			// more than all the rest of a short frame.
			if d.opcode.IsControl() {
				rest, fault = d.control(p, &ev)
			} else {
				rest, fault = d.data(p, &ev)
			}
			if fault != nil {
				d.fail(fault)
				return ev, rest, fault
			}
			return ev, rest, nil
		case stepClosed:
			return ev, nil, nil
		case stepFailed:
			return ev, p, d.rare.fault
		}
		if len(p) == 0 {
			return ev, nil, nil
		}
		switch d.step {
		case stepFirst:
			fault = d.begin(p[0])
		case stepLength:
			fault = d.length(p[0])
		default:
			fault = d.extended(p[0])
		}
		if fault != nil {
			d.fail(fault)
			return ev, p, fault
		}
		p = p[1:]
	}
}

// begin takes a frame's first byte. RFC 6455, Sections 5.2, 5.4 and 5.5.
func (d *Decoder) begin(b byte) *ProtocolError {
	d.fin = b&finBit != 0
	d.opcode = Opcode(b & 0xF)
	d.left = 0
	d.step = stepLength
	if b&(rsv1Bit|rsv2Bit|rsv3Bit) != 0 {
		if fault := d.reserved(b); fault != nil {
			return fault
		}
	}
	switch d.opcode {
	case OpText, OpBinary:
		if d.open != 0 {
			return &ProtocolError{StatusProtocolError, "RFC 6455, Section 5.4",
				d.opcode.String() + " frame in the middle of a fragmented message"}
		}
		d.open = d.opcode
		d.first = true
		d.compressed = b&rsv1Bit != 0
		d.message = 0
	case OpContinuation:
		if d.open == 0 {
			return &ProtocolError{StatusProtocolError, "RFC 6455, Section 5.4",
				"continuation frame without a message to continue"}
		}
	case OpClose, OpPing, OpPong:
		if !d.fin {
			return &ProtocolError{StatusProtocolError, "RFC 6455, Section 5.5",
				"fragmented " + d.opcode.String() + " frame"}
		}
	default:
		return &ProtocolError{StatusProtocolError, "RFC 6455, Section 5.2",
			"reserved " + d.opcode.String()}
	}
	return nil
}

// reserved judges a first byte with RSV bits in it.
func (d *Decoder) reserved(b byte) *ProtocolError {
	switch {
	case b&(rsv2Bit|rsv3Bit) != 0 || !d.Deflate:
		return &ProtocolError{StatusProtocolError, "RFC 6455, Section 5.2",
			fmt.Sprintf("reserved bits %03b without an extension that defines them", b>>4&7)}
	case d.opcode != OpText && d.opcode != OpBinary:
		return &ProtocolError{StatusProtocolError, "RFC 7692, Section 6.1",
			"RSV1 on a " + d.opcode.String() + " frame"}
	}
	return nil
}

// length takes a frame's second byte. RFC 6455, Sections 5.1 and 5.2.
func (d *Decoder) length(b byte) *ProtocolError {
	if b&maskedBit != 0 {
		return &ProtocolError{StatusProtocolError, "RFC 6455, Section 5.1", "masked frame from a server"}
	}
	if b > maxControl && d.opcode.IsControl() {
		return &ProtocolError{StatusProtocolError, "RFC 6455, Section 5.5",
			d.opcode.String() + " frame with more than 125 bytes"}
	}
	switch b {
	case length16:
		d.more = 2
		d.step = stepLength16
		return nil
	case length64:
		d.more = 8
		d.step = stepLength64
		return nil
	}
	d.left = int64(b)
	return d.announced()
}

// extended takes one byte of a length that does not fit into 7 bits.
// RFC 6455, Section 5.2: minimal, and the most significant bit is 0.
func (d *Decoder) extended(b byte) *ProtocolError {
	if d.step == stepLength64 && d.more == 8 && b > 0x7F {
		return &ProtocolError{StatusProtocolError, "RFC 6455, Section 5.2",
			"payload length of 2^63 bytes or more"}
	}
	d.left = d.left<<8 | int64(b)
	d.more--
	if d.more > 0 {
		return nil
	}
	width, least := 16, int64(length16)
	if d.step == stepLength64 {
		width, least = 64, 0x10000
	}
	if d.left < least {
		return &ProtocolError{StatusProtocolError, "RFC 6455, Section 5.2",
			fmt.Sprintf("payload length %d in %d bits, which is not the minimal form", d.left, width)}
	}
	return d.announced()
}

// announced takes note that a frame's length is known.
func (d *Decoder) announced() *ProtocolError {
	d.step = stepPayload
	if d.opcode.IsControl() {
		if d.opcode == OpClose && d.left == 1 {
			return &ProtocolError{StatusProtocolError, "RFC 6455, Section 5.5.1",
				"close frame with a payload of one byte"}
		}
		return nil
	}
	limit := d.MaxMessage
	if limit <= 0 {
		limit = math.MaxInt64
	}
	if d.left > limit-d.message {
		return &ProtocolError{StatusTooBig, "RFC 6455, Section 10.4",
			fmt.Sprintf("message of at least %d bytes, the limit is %d", uint64(d.message)+uint64(d.left), limit)}
	}
	d.message += d.left
	return nil
}

// data hands out what p has of a data frame.
func (d *Decoder) data(p []byte, ev *Event) (rest []byte, fault *ProtocolError) {
	n := len(p)
	if int64(n) > d.left {
		n = int(d.left)
	}
	if n == 0 && d.left > 0 {
		return nil, nil
	}
	d.left -= int64(n)
	fin := d.fin && d.left == 0
	if d.open == OpText && !d.compressed {
		if !d.text.accept(p[:n]) || fin && !d.text.complete() {
			return p, &ProtocolError{StatusInvalidPayload, "RFC 6455, Section 8.1", "text message that is not UTF-8"}
		}
	}
	ev.Kind = EventData
	ev.Opcode = d.open
	ev.First = d.first
	ev.Fin = fin
	ev.RSV1 = d.compressed
	ev.Payload = p[:n:n]
	d.first = false
	if d.left == 0 {
		d.step = stepFirst
	}
	if fin {
		d.open = 0
	}
	return p[n:], nil
}

// control hands out a control frame once all of it is there.
func (d *Decoder) control(p []byte, ev *Event) (rest []byte, fault *ProtocolError) {
	var payload []byte
	if n := int(d.left); len(p) >= n && (d.rare == nil || d.rare.have == 0) {
		payload, rest = p[:n:n], p[n:]
	} else {
		if d.rare == nil {
			d.rare = new(rare)
		}
		r := d.rare
		n = copy(r.control[r.have:][:n], p)
		r.have += n
		d.left -= int64(n)
		if d.left > 0 {
			if d.opcode == OpClose {
				fault = closeFault(r.control[:r.have], false)
			}
			return nil, fault
		}
		payload, rest = r.control[:r.have], p[n:]
		r.have = 0
	}
	d.step = stepFirst
	if d.opcode == OpClose {
		if fault = closeFault(payload, true); fault != nil {
			return rest, fault
		}
		d.step = stepClosed
	}
	ev.Kind = EventControl
	ev.Opcode = d.opcode
	ev.First = true
	ev.Fin = true
	ev.Payload = payload
	return rest, nil
}

// fail makes fault the decoder's last word.
func (d *Decoder) fail(fault *ProtocolError) {
	if d.rare == nil {
		d.rare = new(rare)
	}
	d.rare.fault = fault
	d.step = stepFailed
}
