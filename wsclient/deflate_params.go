package wsclient

import (
	"fmt"
	"strconv"
	"strings"
)

// DeflateParams are the parameters of permessage-deflate: what a client offers,
// and what the two ends agreed on. RFC 7692, Section 7.1.
type DeflateParams struct {
	// ServerNoContextTakeover has the server begin each message with an empty
	// window, which saves us one.
	ServerNoContextTakeover bool
	// ClientNoContextTakeover has us do the same. In an offer it is a hint, to which
	// we keep.
	ClientNoContextTakeover bool
	// ServerMaxWindowBits limits the server's window to 2^n bytes, 8 to 15. In an
	// offer 0 asks for nothing; agreed on it is never 0.
	ServerMaxWindowBits int
	// ClientMaxWindowBits limits our window, 8 to 15. In an offer 0 forbids the
	// server to limit it, 15 allows any limit, less is a hint that we use no more, to which we keep;
	// agreed on it is never 0.
	ClientMaxWindowBits int
}

const (
	deflateName   = "permessage-deflate"
	minWindowBits = 8
	maxWindowBits = 15

	paramServerNoContext = "server_no_context_takeover"
	paramClientNoContext = "client_no_context_takeover"
	paramServerWindow    = "server_max_window_bits"
	paramClientWindow    = "client_max_window_bits"
)

// String returns the parameters as a Sec-WebSocket-Extensions header offers them.
func (d DeflateParams) String() string {
	var b strings.Builder
	b.WriteString(deflateName)
	if d.ServerNoContextTakeover {
		b.WriteString("; " + paramServerNoContext)
	}
	if d.ClientNoContextTakeover {
		b.WriteString("; " + paramClientNoContext)
	}
	if d.ServerMaxWindowBits != 0 {
		b.WriteString("; " + paramServerWindow + "=" + strconv.Itoa(d.ServerMaxWindowBits))
	}
	switch d.ClientMaxWindowBits {
	case 0:
	case maxWindowBits:
		b.WriteString("; " + paramClientWindow)
	default:
		b.WriteString("; " + paramClientWindow + "=" + strconv.Itoa(d.ClientMaxWindowBits))
	}
	return b.String()
}

// check judges an offer.
func (d DeflateParams) check() error {
	for _, w := range []struct {
		name string
		bits int
	}{{paramServerWindow, d.ServerMaxWindowBits}, {paramClientWindow, d.ClientMaxWindowBits}} {
		if w.bits != 0 && (w.bits < minWindowBits || w.bits > maxWindowBits) {
			return fmt.Errorf("%s %d: want 8 to 15", w.name, w.bits)
		}
	}
	return nil
}

// accept reads the parameters of a server's answer to the offer d, and returns
// what was agreed on. RFC 7692, Sections 7 and 7.1. What the client hints at about
// itself it keeps to, even if the answer does not say so: Sections 7.1.1.2 and 7.1.2.2.
func (d DeflateParams) accept(params []extensionParam) (DeflateParams, error) {
	agreed := DeflateParams{ServerMaxWindowBits: maxWindowBits, ClientMaxWindowBits: maxWindowBits}
	seen := make(map[string]bool, 4)
	for _, p := range params {
		if seen[p.name] {
			return agreed, fmt.Errorf("%s twice", p.name)
		}
		seen[p.name] = true
		var err error
		switch p.name {
		case paramServerNoContext:
			agreed.ServerNoContextTakeover = true
			err = p.wantNone()
		case paramClientNoContext:
			agreed.ClientNoContextTakeover = true
			err = p.wantNone()
		case paramServerWindow:
			agreed.ServerMaxWindowBits, err = p.windowBits()
		case paramClientWindow:
			if d.ClientMaxWindowBits == 0 {
				return agreed, fmt.Errorf("%s, which was not offered", p.name)
			}
			agreed.ClientMaxWindowBits, err = p.windowBits()
		default:
			err = fmt.Errorf("unknown parameter %s", strconv.Quote(p.name))
		}
		if err != nil {
			return agreed, err
		}
	}
	agreed.ClientNoContextTakeover = agreed.ClientNoContextTakeover || d.ClientNoContextTakeover
	if d.ClientMaxWindowBits != 0 {
		agreed.ClientMaxWindowBits = min(agreed.ClientMaxWindowBits, d.ClientMaxWindowBits)
	}
	if d.ServerNoContextTakeover && !agreed.ServerNoContextTakeover {
		return agreed, fmt.Errorf("no %s, which was asked for", paramServerNoContext)
	}
	if d.ServerMaxWindowBits != 0 && (agreed.ServerMaxWindowBits > d.ServerMaxWindowBits || !seen[paramServerWindow]) {
		return agreed, fmt.Errorf("%s %d, but %d was asked for", paramServerWindow, agreed.ServerMaxWindowBits, d.ServerMaxWindowBits)
	}
	return agreed, nil
}

// wantNone judges a parameter that must not have a value.
func (p extensionParam) wantNone() error {
	if p.hasValue {
		return fmt.Errorf("%s with a value", p.name)
	}
	return nil
}

// windowBits reads a parameter's value: 8 to 15 without leading zeros.
// RFC 7692, Section 7.1.2.
func (p extensionParam) windowBits() (int, error) {
	for bits := minWindowBits; bits <= maxWindowBits; bits++ {
		if p.value == strconv.Itoa(bits) {
			return bits, nil
		}
	}
	return 0, fmt.Errorf("%s with the value %s: want 8 to 15", p.name, strconv.Quote(p.value))
}
