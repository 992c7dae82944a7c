package wsclient

import (
	"bytes"
	"compress/flate"
	"errors"
	"slices"
	"testing"
)

// stored returns p as a message of stored blocks of n bytes each, which is how
// zlib sends what cannot be compressed. RFC 1951, Section 3.2.4.
func stored(p []byte, n int) []byte {
	var out []byte
	for block := range slices.Chunk(p, n) {
		n := len(block)
		out = append(out, 0, byte(n), byte(n>>8), ^byte(n), ^byte(n>>8))
		out = append(out, block...)
	}
	return append(out, 0)
}

// However long a compressed message is, no more of it is kept than the limit.
func TestInflaterBoundsCompressed(t *testing.T) {
	const piece = 1000
	for _, tt := range []struct {
		name     string
		inflater Inflater
		want     int // bytes that may be kept
	}{
		{"MaxCompressed", Inflater{MaxCompressed: 10 * piece}, 10 * piece},
		{"MaxCompressed below MaxMessage", Inflater{MaxMessage: 1 << 40, MaxCompressed: 10*piece + 1}, 10*piece + 1},
		{"MaxCompressed above MaxMessage", Inflater{MaxMessage: 1, MaxCompressed: 10*piece - 1}, 10*piece - 1},
		{"MaxMessage", Inflater{MaxMessage: 100 * piece}, 100*piece + 100*piece/8 + 100*piece/64 + 64},
	} {
		t.Run(tt.name, func(t *testing.T) {
			i := &tt.inflater
			ev := Event{Kind: EventData, Opcode: OpBinary, First: true, RSV1: true, Payload: make([]byte, piece)}
			fed := 0
			var err error
			for ; err == nil && fed <= 2*tt.want; fed += piece {
				err = i.Feed(ev)
				ev.First = false
			}
			var fault *ProtocolError
			if !errors.As(err, &fault) || fault.Code != StatusTooBig {
				t.Fatalf("got %v after %d bytes, want code %d", err, fed, StatusTooBig)
			}
			if fed <= tt.want || fed > tt.want+piece {
				t.Errorf("failed at %d bytes, want it at the piece that goes beyond %d", fed, tt.want)
			}
			if i.pending != nil {
				t.Errorf("%d bytes are still kept", cap(i.pending))
			}
			if _, again := i.Next(); again != err {
				t.Errorf("got %v from Next afterwards, want the same again", again)
			}
		})
	}
}

// As long as the limit is fine, in one piece and in several, and so is what cannot
// be compressed, in blocks as short as zlib makes them.
func TestInflaterBoundsLeaveRoom(t *testing.T) {
	for _, length := range []int{0, 1, 100, 1000, 100000} {
		message := randomBytes(length)
		for _, block := range []int{127, 65535} {
			frame := stored(message, block)
			for _, limits := range []Inflater{{MaxMessage: int64(max(length, 1))}, {MaxCompressed: int64(len(frame))}} {
				for _, pieces := range [][][]byte{{frame}, {frame[:length/2], frame[length/2:]}, {frame, nil}} {
					i := Inflater{MaxMessage: limits.MaxMessage, MaxCompressed: limits.MaxCompressed}
					for range 2 {
						if got, err := inflate(t, &i, OpBinary, pieces...); err != nil || !bytes.Equal(got, message) {
							t.Errorf("%d bytes in blocks of %d, in %d pieces: got %d bytes, %v", length, block, len(pieces), len(got), err)
						}
					}
				}
			}
		}
	}
}

// A long message is kept once, from its first piece until it is decompressed.
func TestInflaterKeepsLongMessagesOnce(t *testing.T) {
	message := randomBytes(1 << 20)
	frame := stored(message, 65535)
	half := len(frame) / 2
	var i Inflater
	i.Feed(Event{Kind: EventData, Opcode: OpBinary, First: true, RSV1: true, Payload: frame[:half]})
	i.Feed(Event{Kind: EventData, Opcode: OpBinary, Fin: true, RSV1: true, Payload: frame[half:]})
	if got := cap(i.work.message) + cap(i.pending); got > keepMessage+keepPending {
		t.Errorf("%d bytes are kept beside the input of the decompressor", got)
	}
	var got []byte
	for fin := false; !fin; {
		ev, err := i.Next()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, ev.Payload...)
		fin = ev.Fin
	}
	sameBytes(t, got, message)
}

// RFC 7692, Section 7.1.2.1 binds the server to its window; within a message we do
// not insist.
func TestInflaterIsLenientWithinAMessage(t *testing.T) {
	again := randomBytes(200)
	message := slices.Concat(again, randomBytes(20<<10), again)
	var frame bytes.Buffer
	w, _ := flate.NewWriter(&frame, flate.BestCompression)
	w.Write(message)
	w.Flush()
	if _, distance, err := farthest(frame.Bytes()); err != nil || distance < 20<<10 {
		t.Fatalf("the message refers %d bytes back, %v, want 20 KiB", distance, err)
	}
	i := Inflater{WindowBits: 8}
	if got, err := inflate(t, &i, OpBinary, bytes.TrimSuffix(frame.Bytes(), []byte(deflateTail))); err != nil || !bytes.Equal(got, message) {
		t.Errorf("got %d bytes, %v, want the message", len(got), err)
	}
}

// What decompresses to nothing for long would keep a reader from its context.
func TestInflaterBoundsEmptyBlocks(t *testing.T) {
	const block = "\x00\x00\x00\xff\xff"
	empty := func(n int) []byte { return bytes.Repeat([]byte(block), n/len(block)) }
	x := stored([]byte("x"), 1)
	x = x[:len(x)-1] // without the end of the message
	for _, tt := range []struct {
		name  string
		frame []byte
		want  string // what comes out
		fails bool
	}{
		{"few", append(empty(maxIdle/2), 0), "", false},
		{"as many as may be", append(empty(maxIdle-10), 0), "", false},
		{"too many", append(empty(2*maxIdle), 0), "", true},
		{"too many behind something", slices.Concat(x, empty(2*maxIdle), []byte{0}), "x", true},
		{"many, with something between them", append(bytes.Repeat(slices.Concat(x, empty(maxIdle/2)), 4), 0), "xxxx", false},
	} {
		got, err := inflate(t, new(Inflater), OpBinary, tt.frame)
		var fault *ProtocolError
		if string(got) != tt.want || tt.fails != errors.As(err, &fault) || tt.fails && fault.Code != StatusInvalidPayload {
			t.Errorf("%s: got %q, %v, want %q, failing %v", tt.name, got, err, tt.want, tt.fails)
		}
	}
	// A long message that is one, last blocks included.
	message := randomBytes(4 * maxIdle)
	frame := stored(message, 65535)
	frame[0] = 1
	if got, err := inflate(t, new(Inflater), OpBinary, frame); err != nil || !bytes.Equal(got, message) {
		t.Errorf("got %d bytes, %v, want %d", len(got), err, len(message))
	}
}
