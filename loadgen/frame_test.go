package loadgen

import (
	"bytes"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"io"

	"wsstorm/wsclient"
)

// The server's side of RFC 6455, Section 5, for tests: written here and not taken
// from wsclient, so that the two ends do not share their mistakes, and able to
// break every rule.

// A clientFrame is a frame that the engine sent, unmasked.
type clientFrame struct {
	fin     bool
	rsv1    bool
	op      wsclient.Opcode
	payload []byte
}

// readClientFrame reads one frame. The error is io.EOF where r ends before it,
// io.ErrUnexpectedEOF where r ends inside of it, and something else where the
// frame is none that a client may send.
func readClientFrame(r io.Reader) (clientFrame, error) {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:2]); err != nil {
		return clientFrame{}, err
	}
	f := clientFrame{fin: head[0]&fin != 0, rsv1: head[0]&rsv1 != 0, op: wsclient.Opcode(head[0] & 0xF)}
	if head[0]&0x30 != 0 || head[1]&0x80 == 0 || f.rsv1 && (f.op.IsControl() || f.op == wsclient.OpContinuation) {
		return f, fmt.Errorf("a frame that begins with %x is not a client's", head[:2])
	}
	n := uint64(head[1] & 0x7F)
	if long := map[uint64]int{126: 2, 127: 8}[n]; long > 0 {
		clear(head[:])
		if _, err := io.ReadFull(r, head[8-long:]); err != nil {
			return f, inside(err)
		}
		n = binary.BigEndian.Uint64(head[:])
		if long == 2 && n < 126 || long == 8 && n < 1<<16 {
			return f, fmt.Errorf("length %d in %d bytes is not minimal", n, long)
		}
	}
	if f.op.IsControl() && (!f.fin || n > 125) || n > 1<<31 {
		return f, fmt.Errorf("%v frame, fin %v, of %d bytes", f.op, f.fin, n)
	}
	var key [4]byte
	if _, err := io.ReadFull(r, key[:]); err != nil {
		return f, inside(err)
	}
	f.payload = make([]byte, n)
	if _, err := io.ReadFull(r, f.payload); err != nil {
		return f, inside(err)
	}
	block := bytes.Repeat(key[:], min(len(f.payload)/4+1, 1024))
	for p := f.payload; len(p) > 0; p = p[min(len(p), len(block)):] {
		subtle.XORBytes(p, p[:min(len(p), len(block))], block)
	}
	return f, nil
}

func inside(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Bits of a frame's first byte. RSV1 on the first frame of a message says that it
// is compressed: RFC 7692, Section 6.
const (
	fin  = 0x80
	rsv1 = 0x40
)

// appendFrame appends a server's frame with the given first byte.
func appendFrame(dst []byte, first byte, payload []byte) []byte {
	return append(appendFrameHeader(dst, first, uint64(len(payload))), payload...)
}

// appendFrameHeader appends the header of a server's frame, which announces n
// bytes in the shortest form.
func appendFrameHeader(dst []byte, first byte, n uint64) []byte {
	switch {
	case n < 126:
		return append(dst, first, byte(n))
	case n < 1<<16:
		return append(dst, first, 126, byte(n>>8), byte(n))
	}
	return binary.BigEndian.AppendUint64(append(dst, first, 127), n)
}

// binaryFrame is a whole binary message.
func binaryFrame(payload []byte) []byte {
	return appendFrame(nil, fin|byte(wsclient.OpBinary), payload)
}

// closeFrame is a Close frame; code 0 leaves it empty.
func closeFrame(code wsclient.StatusCode, reason string) []byte {
	var payload []byte
	if code != 0 {
		payload = append(binary.BigEndian.AppendUint16(nil, uint16(code)), reason...)
	}
	return appendFrame(nil, fin|byte(wsclient.OpClose), payload)
}
