package loadgen

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"math/rand/v2"

	"wsstorm/wsclient"
)

// payloads makes the bytes of every message, and knows them again. A message is
// a stamp, where it fits, and then a stretch of one body that all messages
// share; both follow from (connection, sequence number), so that a reply is
// compared while it streams in, with nothing kept of what was sent.
type payloads struct {
	body   []byte
	stamp  int  // bytes of a stamp: 0 where messages carry none
	text   bool // the stamp is base64, since a text message must be UTF-8
	spread int  // the bodies of messages begin at up to this many places
	seed   uint64
}

const (
	stampBytes = 12 // connection, sequence number and check: 4 bytes each
	stampText  = 16 // the same in base64
)

// spreadBytes is how far apart the bodies of messages may begin. Consecutive
// messages differ, so that a server's cache or compressor does not see the same
// bytes again and again.
const spreadBytes = 32 << 10

func newPayloads(kind PayloadKind, data []byte, text bool, size int, seed uint64) *payloads {
	p := &payloads{text: text, seed: seed}
	switch kind {
	case PayloadFile:
		// The user's own bytes, to the letter: no stamp.
		p.body = fit(data, size)
		return p
	case PayloadZero:
		p.body = make([]byte, size)
		if text {
			p.body = bytes.Repeat([]byte{'0'}, size)
		}
	default:
		p.spread = spreadBytes
		p.body = random(size+spreadBytes, text, seed)
	}
	p.stamp = stampBytes
	if text {
		p.stamp = stampText
	}
	return p
}

// fit repeats or cuts data to size bytes.
func fit(data []byte, size int) []byte {
	out := make([]byte, 0, size)
	for len(out) < size && len(data) > 0 {
		out = append(out, data[:min(len(data), size-len(out))]...)
	}
	return out
}

func random(n int, text bool, seed uint64) []byte {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	source := rand.NewChaCha8(key)
	b := make([]byte, n)
	source.Read(b) // never fails: documented so
	if text {
		for i, c := range b {
			b[i] = urlAlphabet[c&63]
		}
	}
	return b
}

// urlAlphabet is what text payloads are made of: that of base64 for URLs.
const urlAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// stampOf writes the stamp of a message into buf and returns it. It is empty
// where the message is too short to carry one.
func (p *payloads) stampOf(conn, seq uint32, size int, buf *[stampText]byte) []byte {
	if p.stamp == 0 || size < p.stamp {
		return nil
	}
	var raw [stampBytes]byte
	binary.BigEndian.PutUint32(raw[0:], conn)
	binary.BigEndian.PutUint32(raw[4:], seq)
	binary.BigEndian.PutUint32(raw[8:], p.check(conn, seq))
	if p.text {
		base64.RawURLEncoding.Encode(buf[:], raw[:])
	} else {
		copy(buf[:], raw[:])
	}
	return buf[:p.stamp]
}

// read takes a stamp apart; ok reports whether it is one of this run's.
func (p *payloads) read(stamp []byte) (conn, seq uint32, ok bool) {
	var raw [stampBytes]byte
	if p.text {
		if n, err := base64.RawURLEncoding.Decode(raw[:], stamp); err != nil || n != stampBytes {
			return 0, 0, false
		}
	} else {
		copy(raw[:], stamp)
	}
	conn = binary.BigEndian.Uint32(raw[0:])
	seq = binary.BigEndian.Uint32(raw[4:])
	return conn, seq, binary.BigEndian.Uint32(raw[8:]) == p.check(conn, seq)
}

// check makes a stamp that was damaged on its way unlikely to pass for another.
func (p *payloads) check(conn, seq uint32) uint32 {
	return uint32(mix(p.seed ^ uint64(conn)<<32 ^ uint64(seq)))
}

// bodyAt returns bytes from to to of message (conn, seq), which must lie behind
// its stamp. They are shared: read only.
func (p *payloads) bodyAt(seq uint32, from, to int) []byte {
	shift := 0
	if p.spread > 0 {
		shift = int(uint64(seq) * 64 % uint64(p.spread)) // also where int has 32 bits
	}
	return p.body[shift+from : shift+to]
}

// appendPlain appends bytes from to to of the message's payload to dst.
func (p *payloads) appendPlain(dst []byte, conn, seq uint32, size, from, to int) []byte {
	var buf [stampText]byte
	stamp := p.stampOf(conn, seq, size, &buf)
	if from < len(stamp) {
		n := min(to, len(stamp))
		dst = append(dst, stamp[from:n]...)
		from = n
	}
	if from < to {
		dst = append(dst, p.bodyAt(seq, from, to)...)
	}
	return dst
}

// append appends bytes from to to of the message's payload to dst, masked as
// part of a frame whose payload begins at byte frame of the message.
func (p *payloads) append(dst []byte, conn, seq uint32, size, from, to, frame int, key wsclient.MaskKey) []byte {
	var buf [stampText]byte
	stamp := p.stampOf(conn, seq, size, &buf)
	if from < len(stamp) {
		n := min(to, len(stamp))
		dst = wsclient.AppendMasked(dst, stamp[from:n], key, from-frame)
		from = n
	}
	if from < to {
		dst = wsclient.AppendMasked(dst, p.bodyAt(seq, from, to), key, from-frame)
	}
	return dst
}
