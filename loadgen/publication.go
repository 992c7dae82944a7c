package loadgen

import (
	"encoding/base64"
	"encoding/binary"
	"math/rand/v2"
	"strings"
	"time"

	"wsstorm/wsclient"
)

// A publication makes the messages of a broadcast, and knows them again within
// whatever the server wraps them in. A payload is a stamp and then, as in any
// run, a stretch of the body that all messages share. The stamp says all that a
// receiver has to know, when the message was due above all, so that nothing is
// looked up of what another worker sent. It is printable also in binary
// messages, and of characters that neither JSON nor URLs escape.
type publication struct {
	*payloads
	before, behind []byte // of the payload, in the message
	mark           [markBytes]byte
}

const (
	markBytes  = 8  // '~' and 42 random bits: one run's stamps are no other's
	stampFacts = 18 // publisher 3, sequence number 4, due 8, check 3 bytes

	// MinBroadcastSize is the length of a broadcast's stamp, in bytes.
	MinBroadcastSize = markBytes + stampFacts*4/3
)

// A stamp is what a message of a broadcast says of itself.
type stamp struct {
	publisher, seq uint32
	due            time.Duration
}

func newPublication(p *Plan, payloads *payloads) *publication {
	b := &publication{payloads: payloads}
	// '~' stands nowhere else in a mark, so that a search for one never has to
	// go back.
	b.mark[0] = '~'
	for i := range b.mark[1:] {
		b.mark[i+1] = urlAlphabet[rand.Uint32()&63]
	}
	if p.Broadcast.Publish != "" {
		before, behind, _ := strings.Cut(p.Broadcast.Publish, PayloadMark)
		b.before, b.behind = []byte(before), []byte(behind)
	}
	return b
}

// wrapped returns the length of the message around a payload of that size.
func (b *publication) wrapped(size int) int { return len(b.before) + size + len(b.behind) }

// appendStamp appends the stamp to dst.
func (b *publication) appendStamp(dst []byte, s stamp) []byte {
	var raw [stampFacts]byte
	binary.BigEndian.PutUint32(raw[0:], s.publisher<<8) // less than 1<<24 connections
	binary.BigEndian.PutUint32(raw[3:], s.seq)
	binary.BigEndian.PutUint64(raw[7:], uint64(s.due))
	check := b.checkOf(s)
	raw[15], raw[16], raw[17] = byte(check>>16), byte(check>>8), byte(check)
	return base64.RawURLEncoding.AppendEncode(append(dst, b.mark[:]...), raw[:])
}

// readStamp takes apart what follows a mark; ok reports whether it is whole.
func (b *publication) readStamp(text []byte) (s stamp, ok bool) {
	var raw [stampFacts]byte
	if n, err := base64.RawURLEncoding.Decode(raw[:], text); err != nil || n != stampFacts {
		return s, false
	}
	s.publisher = binary.BigEndian.Uint32(raw[0:]) >> 8
	s.seq = binary.BigEndian.Uint32(raw[3:])
	s.due = time.Duration(binary.BigEndian.Uint64(raw[7:]))
	return s, b.checkOf(s) == uint32(raw[15])<<16|uint32(raw[16])<<8|uint32(raw[17])
}

// checkOf makes a damaged stamp unlikely to pass for another.
func (b *publication) checkOf(s stamp) uint32 {
	return uint32(mix(mix(b.seed^uint64(s.publisher)<<32^uint64(s.seq))^uint64(s.due))) & 0xffffff
}

// append appends bytes from to to of the message to dst, whose payload has size
// bytes, masked as part of a frame that begins at byte frame of the message.
func (b *publication) append(dst []byte, s stamp, size, from, to, frame int, key wsclient.MaskKey) []byte {
	var buf [MinBroadcastSize]byte
	at := 0
	for _, part := range [...][]byte{b.before, b.appendStamp(buf[:0], s), b.bodyAt(s.seq, MinBroadcastSize, size), b.behind} {
		if lo, hi := max(from, at), min(to, at+len(part)); lo < hi {
			dst = wsclient.AppendMasked(dst, part[lo-at:hi-at], key, lo-frame)
		}
		at += len(part)
	}
	return dst
}
