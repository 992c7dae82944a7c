package echoserver

import (
	"bytes"
	"compress/flate"
	"io"
	"sync"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsflate"
)

// A (de)compressor is some hundred kilobytes, and without context takeover
// none of it belongs to a connection: the pools hold as many as work at once.
var (
	deflaters = sync.Pool{New: func() any {
		return wsflate.NewWriter(nil, func(w io.Writer) wsflate.Compressor {
			// An error is possible for an invalid level only.
			fw, _ := flate.NewWriter(w, flate.BestSpeed)
			return fw
		})
	}}
	inflaters = sync.Pool{New: func() any {
		return wsflate.NewReader(nil, func(r io.Reader) wsflate.Decompressor {
			return &inflater{flate.NewReader(r)}
		})
	}}
)

// inflater gives flate's reader the Reset that wsflate looks for.
type inflater struct{ io.ReadCloser }

// Reset makes the inflater read from r, with an empty window.
func (i *inflater) Reset(r io.Reader) { i.ReadCloser.(flate.Resetter).Reset(r, nil) }

// deflate returns m compressed; m stays the caller's.
func deflate(m *message) (*message, error) {
	packed := newMessage(m.op, true)
	w := deflaters.Get().(*wsflate.Writer)
	defer deflaters.Put(w)
	w.Reset(packed)
	_, err := w.Write(m.payload())
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		packed.free()
		return nil, err
	}
	return packed, nil
}

// inflate returns m decompressed, or a violation where that is not DEFLATE
// data or passes limit bytes; m stays the caller's.
func inflate(m *message, limit int) (*message, error) {
	plain := newMessage(m.op, false)
	r := inflaters.Get().(*wsflate.Reader)
	defer inflaters.Put(r)
	r.Reset(bytes.NewReader(m.payload()))
	n, err := io.Copy(plain, io.LimitReader(r, int64(limit)+1))
	switch {
	case err != nil:
		plain.free()
		return nil, &violation{ws.StatusInvalidFramePayloadData, "payload is not DEFLATE data"}
	case n > int64(limit):
		plain.free()
		return nil, &violation{ws.StatusMessageTooBig, "message too large"}
	}
	return plain, nil
}
