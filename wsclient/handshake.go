package wsclient

import (
	"bytes"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// Handshake is one connection's opening handshake: request bytes out, response
// bytes in, verdict out. It does no I/O and waits for nothing. It must not be
// copied once Feed was called. RFC 6455, Section 4.1.
type Handshake struct {
	upgrade *Upgrade
	key     [24]byte // base64 of 16 random bytes: RFC 6455, Section 4.1, item 7
	size    int      // of the response's header so far, in bytes
	line    []byte   // a header line that has not ended yet
	phase   phase
	answer  answer
	refusal *refusal // what a non-101 answer says about itself
	err     error
}

// phase is what of the response comes next.
type phase uint8

const (
	phaseStatus phase = iota
	phaseHeaders
	phaseDone
	phaseFailed
)

// Start begins a handshake with a fresh key from the operating system's random
// source.
func (u *Upgrade) Start() Handshake {
	h := Handshake{upgrade: u}
	var nonce [16]byte
	rand.Read(nonce[:]) // never fails: crypto/rand ends the program instead
	base64.StdEncoding.Encode(h.key[:], nonce[:])
	return h
}

// AppendRequest appends the request to dst.
func (h *Handshake) AppendRequest(dst []byte) []byte {
	dst = append(dst, h.upgrade.head...)
	dst = append(dst, h.key[:]...)
	return append(dst, h.upgrade.tail...)
}

// Feed takes the next bytes of the response, in pieces of any size. Once the
// response is whole and right it returns done and what of p lies behind it: the
// first frames. The error is a *HandshakeError, and the answer of every further
// call too. Feed keeps nothing of p but a copy of an unfinished header line.
func (h *Handshake) Feed(p []byte) (rest []byte, done bool, err error) {
	if h.phase == phaseDone {
		return p, true, nil
	}
	for h.phase != phaseFailed {
		n := bytes.IndexByte(p, '\n') + 1
		if h.phase == phaseStatus && !h.looksLikeHTTP(p) {
			return h.fail(p, HandshakeNotHTTP, describeForeign(append(h.line, p...)))
		}
		if n == 0 {
			h.size += len(p)
			if h.size > h.upgrade.maxHeader {
				return h.tooLarge(p)
			}
			h.line = append(h.line, p...)
			return nil, false, nil
		}
		h.size += n
		if h.size > h.upgrade.maxHeader {
			return h.tooLarge(p)
		}
		line := p[:n]
		if len(h.line) > 0 {
			h.line = append(h.line, line...)
			line = h.line
		}
		p = p[n:]
		// A bare line feed ends a line too: RFC 9112, Section 2.2.
		line = bytes.TrimSuffix(line[:len(line)-1], []byte{'\r'})
		var kind HandshakeKind
		var text string
		switch {
		case h.phase == phaseStatus:
			kind, text = h.statusLine(line)
			h.phase = phaseHeaders
		case len(line) > 0:
			kind, text = h.headerLine(line)
		case h.answer.isInterim():
			h.phase = phaseStatus
			h.answer = answer{}
			h.refusal = nil
		default:
			h.phase = phaseDone
			kind, text = h.conclude(p)
		}
		h.line = h.line[:0]
		if kind != 0 {
			return h.fail(p, kind, text)
		}
		if h.phase == phaseDone {
			h.line = nil
			return p, true, nil
		}
	}
	return p, false, h.err
}

// Finish says how the handshake fares when no more bytes will come, because of
// cause: io.EOF, a time-out, a reset. It returns a *HandshakeError, or nil where
// the handshake was done.
func (h *Handshake) Finish(cause error) error {
	switch h.phase {
	case phaseDone:
		return nil
	case phaseFailed:
		return h.err
	}
	text := "no answer to the opening handshake"
	if h.size > 0 {
		text = fmt.Sprintf("incomplete answer to the opening handshake, %d bytes", h.size)
	}
	if errors.Is(cause, io.EOF) {
		cause = io.ErrUnexpectedEOF
	}
	return h.failed(&HandshakeError{Kind: HandshakeTruncated, Status: h.answer.status, Text: text, Err: cause})
}

// Subprotocol returns what the server chose of the Request's subprotocols, "" if
// none. It is valid once Feed returned done.
func (h *Handshake) Subprotocol() string { return h.answer.subprotocol }

// Deflate returns the parameters of permessage-deflate, and whether the server
// agreed to it at all. It is valid once Feed returned done.
func (h *Handshake) Deflate() (DeflateParams, bool) {
	if h.answer.deflate == nil {
		return DeflateParams{}, false
	}
	return *h.answer.deflate, true
}

func (h *Handshake) fail(p []byte, kind HandshakeKind, text string) ([]byte, bool, error) {
	return p, false, h.failed(&HandshakeError{Kind: kind, Status: h.answer.status, Text: text})
}

// failed makes err the handshake's last word.
func (h *Handshake) failed(err *HandshakeError) error {
	h.phase = phaseFailed
	h.line = nil
	h.err = err
	return err
}

func (h *Handshake) tooLarge(p []byte) ([]byte, bool, error) {
	return h.fail(p, HandshakeTooLarge, "the header of the server's answer does not end within "+
		strconv.Itoa(h.upgrade.maxHeader)+" bytes")
}

// looksLikeHTTP reports whether the status line may still turn out to be one
// when p continues it.
func (h *Handshake) looksLikeHTTP(p []byte) bool {
	const start = "HTTP/"
	for i := len(h.line); i < len(start) && len(p) > 0; i++ {
		if p[0] != start[i] {
			return false
		}
		p = p[1:]
	}
	return true
}

// acceptGUID is the server's proof that it speaks WebSocket. RFC 6455,
// Section 1.3.
const acceptGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// accept returns the Sec-WebSocket-Accept that belongs to the key.
func (h *Handshake) accept() [28]byte {
	var challenge [24 + len(acceptGUID)]byte
	copy(challenge[:], h.key[:])
	copy(challenge[24:], acceptGUID)
	sum := sha1.Sum(challenge[:])
	var accept [28]byte
	base64.StdEncoding.Encode(accept[:], sum[:])
	return accept
}
