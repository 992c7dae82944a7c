package wsclient

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"math"
	"sync"

	"github.com/klauspost/compress/flate"
)

// Inflater decompresses one connection's messages. It does no I/O: compressed
// pieces of messages go in as the Decoder's events, and events with decompressed
// pieces come out, so that whoever handles the former can handle the latter.
//
//	if ev.RSV1 {
//		err := inflater.Feed(ev)
//		for err == nil {
//			if ev, err = inflater.Next(); ev.Kind == EventNone {
//				break
//			}
//			...
//		}
//	}
//
// The compressed form of a message is kept until its end, once, because a
// decompressor cannot be stopped for want of input and go on later; MaxCompressed
// bounds it, and the Decoder's MaxMessage. The decompressed form is never kept: it
// comes out in pieces, MaxMessage bounds their sum, and whoever stops asking for
// them stops the work.
//
// Between messages an Inflater keeps as much as the server may refer back to: up
// to 32 KiB, less with a smaller window, nothing without context takeover. Within a
// message it is lenient: there a server may refer 32 KiB back though a smaller window
// was agreed on, which RFC 7692, Section 7.1.2.1 forbids the server.
//
// The zero value is ready for parameters without limits. It must not be copied after
// its first use and belongs to one goroutine at a time. RFC 7692, Section 7.2.2.
type Inflater struct {
	// MaxMessage is the most that a message may be when decompressed, in bytes;
	// 0 is no limit. A longer one fails with StatusTooBig once that much came out.
	MaxMessage int64
	// MaxCompressed is the most that a message may be as it was sent, in bytes, all
	// its frames together; 0 is what MaxMessage bytes need where they cannot be
	// compressed. A longer one fails with StatusTooBig, before the piece that makes it
	// so is kept. Leave room for a server that flushes its deflater behind each frame,
	// which costs it 5 bytes and the compression.
	MaxCompressed int64
	// NoContextTakeover says that the server begins every message with an empty
	// window.
	NoContextTakeover bool
	// WindowBits says that the server's window is 2^n bytes, 8 to 15; 0 is 15.
	WindowBits int

	context []byte // what was decompressed last, with context takeover
	pending []byte // compressed pieces of a message that has not ended
	message Event  // what the pieces of the message have in common
	size    int64  // of the message so far, decompressed
	text    utf8Check
	work    *inflation // while a message is decompressed, otherwise nil
	fault   *ProtocolError
}

// Inflater returns an Inflater for parameters that were agreed on.
func (p DeflateParams) Inflater(maxMessage int64) Inflater {
	return Inflater{MaxMessage: maxMessage, NoContextTakeover: p.ServerNoContextTakeover, WindowBits: p.ServerMaxWindowBits}
}

// inflation is what decompressing a message needs while it goes on, some 76 KiB.
type inflation struct {
	reader  io.ReadCloser
	input   input
	message []byte // whole, compressed; not used where the Inflater has a long one
	context []byte // what was decompressed last, without context takeover
	output  [8 << 10]byte
	blocks  int // last ones of the message so far
}

// inflations are shared by all connections: a message is mostly decompressed in
// one go, so about as many are in use as there are goroutines that do that.
var inflations = sync.Pool{New: func() any {
	w := new(inflation)
	w.input.long = bufio.NewReaderSize(nil, 16<<10)
	w.reader = flate.NewReader(&w.input.short)
	return w
}}

// Buffers for compressed messages that are larger are not kept for the next one,
// in bytes: keepPending is per connection.
const (
	keepPending = 4 << 10
	keepMessage = 64 << 10
)

// maxLastBlocks bounds what a message may cost beside its size: beginning again behind
// a last block takes as long as some hundred bytes do, and such a block may be empty.
const maxLastBlocks = 1 << 10

// messageEnd goes behind a message: what the sender left off, and an empty last
// block, so that the decompressor reports a regular end.
const messageEnd = deflateTail + "\x01\x00\x00\xff\xff"

// Feed takes a piece of a compressed message, all of whose earlier pieces were
// fed before. Behind the last piece, Next has to be called until it returns one
// with Fin, or an error. Feed keeps nothing of ev.Payload. The error is a
// *ProtocolError, of an earlier failure or because the message is too long.
func (i *Inflater) Feed(ev Event) error {
	if i.fault != nil {
		return i.fault
	}
	if ev.First {
		i.message = Event{Kind: EventData, Opcode: ev.Opcode, First: true, RSV1: true}
		i.size = 0
	}
	if limit := i.maxCompressed(); int64(len(i.pending)) > limit-int64(len(ev.Payload)) {
		i.pending = nil
		_, err := i.fail(StatusTooBig, "RFC 6455, Section 10.4", fmt.Sprintf("compressed message of more than %d bytes", limit))
		return err
	}
	if !ev.Fin {
		i.pending = append(i.pending, ev.Payload...)
		return nil
	}
	w := inflations.Get().(*inflation)
	if cap(i.pending) > keepMessage {
		// w would not keep a copy for the next message either.
		w.input.reset(append(append(i.pending, ev.Payload...), messageEnd...))
	} else {
		w.message = append(append(append(w.message[:0], i.pending...), ev.Payload...), messageEnd...)
		w.input.reset(w.message)
	}
	i.pending = i.pending[:0]
	if cap(i.pending) > keepPending {
		i.pending = nil
	}
	w.blocks = 0
	i.work = w
	i.restart()
	return nil
}

// Next returns the next decompressed piece of the message that Feed had the end
// of, with Fin set on the last one, which is empty. Behind it, and where no
// message has ended, it returns EventNone. A piece's payload is good until the
// next call. The error is a *ProtocolError; after one, every further call returns
// it again.
func (i *Inflater) Next() (Event, error) {
	w := i.work
	if w == nil {
		if i.fault != nil {
			return Event{}, i.fault
		}
		return Event{}, nil
	}
	ev := i.message
	i.message.First = false
	for {
		n, err := w.reader.Read(w.output[:])
		switch {
		case n > 0:
			// An error that came along comes again.
			w.input.source.idle = 0
			ev.Payload = w.output[:n:n]
			return i.piece(ev)
		case err == nil:
		case err == errIdle:
			return i.fail(StatusInvalidPayload, "RFC 7692, Section 7.2.2", fmt.Sprintf("compressed message with %d bytes that are nothing when decompressed", maxIdle))
		case err != io.EOF:
			return i.fail(StatusInvalidPayload, "RFC 7692, Section 7.2.2", "compressed message that cannot be decompressed")
		case w.input.len() > 0:
			// A block marked as the last one need not end the message: RFC 7692,
			// Section 7.2.3.4.
			if w.blocks++; w.blocks > maxLastBlocks {
				return i.fail(StatusInvalidPayload, "RFC 7692, Section 7.2.3.4", fmt.Sprintf("compressed message of more than %d last blocks", maxLastBlocks))
			}
			i.restart()
		default:
			ev.Fin = true
			ev.Payload = []byte{}
			i.release()
			return i.piece(ev)
		}
	}
}

// maxCompressed returns the most that a message may be before it is decompressed.
// What cannot be compressed grows by 5 bytes per 65,535 in stored blocks, but by
// some 14% with zlib at its lowest memLevel (its deflateBound), which servers of
// many connections use.
func (i *Inflater) maxCompressed() int64 {
	switch n := i.MaxMessage; {
	case i.MaxCompressed > 0:
		return i.MaxCompressed
	case n <= 0 || n > math.MaxInt64/2:
		return math.MaxInt64
	default:
		return n + n/8 + n/64 + 64
	}
}

// piece checks a piece that was decompressed and takes note of it.
func (i *Inflater) piece(ev Event) (Event, error) {
	limit := i.MaxMessage
	if limit <= 0 {
		limit = math.MaxInt64
	}
	i.size += int64(len(ev.Payload))
	switch {
	case i.size > limit:
		return i.fail(StatusTooBig, "RFC 6455, Section 10.4",
			fmt.Sprintf("message of more than %d bytes when decompressed", limit))
	case ev.Opcode == OpText && (!i.text.accept(ev.Payload) || ev.Fin && !i.text.complete()):
		return i.fail(StatusInvalidPayload, "RFC 6455, Section 8.1", "text message that is not UTF-8")
	case !ev.Fin:
		context := i.window()
		*context = slide(*context, ev.Payload, 1<<cmp.Or(i.WindowBits, maxWindowBits))
	}
	return ev, nil
}

// window returns where the window is kept.
func (i *Inflater) window() *[]byte {
	if i.NoContextTakeover {
		return &i.work.context
	}
	return &i.context
}

// restart has the decompressor expect a block, with what the server may refer
// back to.
func (i *Inflater) restart() {
	// It has no error to return but those of a reader of its own making.
	i.work.reader.(flate.Resetter).Reset(i.work.input.reader(), *i.window())
}

// release gives back what only decompressing needs.
func (i *Inflater) release() {
	w := i.work
	i.work = nil
	w.context = w.context[:0]
	if cap(w.message) > keepMessage {
		w.message = nil
	}
	w.input.reset(nil)
	inflations.Put(w)
}

// fail makes the fault the inflater's last word.
func (i *Inflater) fail(code StatusCode, section, text string) (Event, error) {
	if i.work != nil {
		i.release()
	}
	i.fault = &ProtocolError{code, section, text}
	return Event{}, i.fault
}
