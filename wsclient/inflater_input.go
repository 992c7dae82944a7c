package wsclient

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// maxIdle is how much of a message may decompress to nothing, in bytes. Whoever wants
// to stop can do so only where something comes out, and empty blocks take some half
// second a MiB. What fills the decompressor's window, so that something has to come
// out, is 37 KiB where it cannot be compressed.
const maxIdle = 256 << 10

var errIdle = errors.New("nothing comes out")

// input is a compressed message, read by what the decompressor has fast code for.
type input struct {
	short  bytes.Reader  // of up to maxIdle
	long   *bufio.Reader // of source
	source source
}

func (in *input) reset(message []byte) {
	short, long := message, []byte(nil)
	if len(message) > maxIdle {
		short, long = nil, message
	}
	in.short.Reset(short)
	in.source = source{left: long}
	in.long.Reset(&in.source)
}

// len returns how much was not read.
func (in *input) len() int { return in.short.Len() + in.long.Buffered() + len(in.source.left) }

func (in *input) reader() io.Reader {
	if in.long.Buffered()+len(in.source.left) > 0 {
		return in.long
	}
	return &in.short
}

// source reads a long message, and fails once maxIdle was read in vain.
type source struct {
	left []byte
	idle int // bytes read since something came out
}

func (s *source) Read(p []byte) (int, error) {
	switch {
	case len(s.left) == 0:
		return 0, io.EOF
	case s.idle >= maxIdle:
		return 0, errIdle
	}
	n := copy(p, s.left)
	s.left = s.left[n:]
	s.idle += n
	return n, nil
}
