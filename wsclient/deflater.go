package wsclient

import (
	"cmp"
	"io"

	"github.com/klauspost/compress/flate"
)

// deflateTail ends what a sync flush writes, and is left off at the end of a
// message. RFC 7692, Section 7.2.1.
const deflateTail = "\x00\x00\xff\xff"

// maxContext is how much of what was sent before a Deflater refers back to, in
// bytes. More makes messages slower and, measured with JSON-like messages of 50
// bytes to 4 KiB, hardly ever smaller.
const maxContext = 1 << 10

// Deflater compresses one connection's messages for permessage-deflate. It does
// no I/O. The zero value is ready for parameters without limits. It keeps at most
// 1 KiB between messages: a compressor with a window of its own would be a MiB,
// which a load generator does not have for each of its connections. It must not
// be copied after its first use and belongs to one goroutine at a time. RFC 7692,
// Section 7.2.1.
type Deflater struct {
	// NoContextTakeover has every message begin with an empty window.
	NoContextTakeover bool
	// WindowBits limits the window to 2^n bytes, 8 to 15; 0 is 15. A window
	// smaller than 12 bits compresses badly, but it is kept to.
	WindowBits int

	context []byte
	out     appender
}

// Deflater returns a Deflater for parameters that were agreed on.
func (p DeflateParams) Deflater() Deflater {
	return Deflater{NoContextTakeover: p.ClientNoContextTakeover, WindowBits: p.ClientMaxWindowBits}
}

// Append appends to dst what goes into the next frame of a message for the
// payload p; fin says that it is the message's last frame. The first frame of the
// message has to have RSV1 set. What was appended has to be sent, or the
// connection given up: the peer needs all of it to follow.
func (d *Deflater) Append(dst, p []byte, fin bool) []byte {
	d.out.b = dst
	window := 1 << cmp.Or(d.WindowBits, maxWindowBits)
	context := min(maxContext, window/2)
	for first := true; first || len(p) > 0; first = false {
		// A reference reaches back to the beginning of the context at most, so a
		// piece that ends a window's length behind it keeps to the window.
		piece := p
		if window < 1<<maxWindowBits {
			piece = p[:min(len(p), window-context)]
		}
		p = p[len(piece):]
		// It fails only where writing fails, and an appender does not.
		flate.StatelessDeflate(&d.out, piece, false, d.context)
		d.context = slide(d.context, piece, context)
	}
	dst = d.out.b
	d.out.b = nil
	if fin {
		dst = dst[:len(dst)-len(deflateTail)]
		if d.NoContextTakeover {
			d.context = d.context[:0]
		}
	}
	return dst
}

// slide appends p to window and drops what is then too much at its beginning.
func slide(window, p []byte, limit int) []byte {
	if len(p) >= limit {
		return append(window[:0], p[len(p)-limit:]...)
	}
	if over := len(window) + len(p) - limit; over > 0 {
		window = window[:copy(window, window[over:])]
	}
	return append(window, p...)
}

// appender is an io.Writer on a slice.
type appender struct{ b []byte }

var _ io.Writer = (*appender)(nil)

func (a *appender) Write(p []byte) (int, error) {
	a.b = append(a.b, p...)
	return len(p), nil
}
