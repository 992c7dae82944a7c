package wsclient

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// inflate feeds a message in pieces, of which the first and the last are what
// they are, and returns what came out, holding the inflater to its contract.
func inflate(t testing.TB, i *Inflater, op Opcode, pieces ...[]byte) ([]byte, error) {
	t.Helper()
	out := []byte{}
	for n, p := range pieces {
		p = bytes.Clone(p) // so that keeping an alias would show
		ev := Event{Kind: EventData, Opcode: op, First: n == 0, Fin: n == len(pieces)-1, RSV1: true, Payload: p}
		if err := i.Feed(ev); err != nil {
			return out, err
		}
		clear(p)
		first := true
		for {
			got, err := i.Next()
			if err != nil {
				return out, err
			}
			if got.Kind == EventNone {
				if n == len(pieces)-1 {
					t.Fatal("got nothing more before a piece with Fin")
				}
				break
			}
			if got.Kind != EventData || got.Opcode != op || !got.RSV1 || got.First != first {
				t.Fatalf("got %+v, want a compressed piece of %v, first %v", got, op, first)
			}
			first = false
			out = append(out, got.Payload...)
			if got.Fin {
				if n < len(pieces)-1 {
					t.Fatal("got Fin before the message's end")
				}
				break
			}
		}
	}
	if ev, err := i.Next(); ev.Kind != EventNone || err != nil {
		t.Fatalf("got %v, %v behind the message, want nothing", ev, err)
	}
	return out, nil
}

// The examples of RFC 7692, Section 7.2.3.
func TestInflaterSection723(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []string
		want   string
	}{
		{"7.2.3.1 one block", []string{"f248cdc9c90700"}, "Hello"},
		{"7.2.3.1 fragments", []string{"f248cd", "c9c90700"}, "Hello"},
		{"7.2.3.1 an empty last fragment", []string{"f248cdc9c90700", ""}, "Hello"},
		{"7.2.3.3 no compression", []string{"000500faff48656c6c6f00"}, "Hello"},
		{"7.2.3.4 BFINAL", []string{"f348cdc9c9070000"}, "Hello"},
		{"7.2.3.4 BFINAL twice", []string{"f348cdc9c90700" + "f348cdc9c90700" + "00"}, "HelloHello"},
		{"7.2.3.5 two blocks", []string{"f248050000 00ffffcac9c90700"}, "Hello"},
		{"7.2.3.6 empty message", []string{"00"}, ""},
		{"empty message by a fixed block", []string{"0200"}, ""},
	} {
		var pieces [][]byte
		for _, p := range tt.pieces {
			pieces = append(pieces, unhex(t, p))
		}
		var i Inflater
		for range 2 { // and again, on the same connection
			got, err := inflate(t, &i, OpText, pieces...)
			if err != nil || string(got) != tt.want {
				t.Errorf("%s: got %q, %v, want %q", tt.name, got, err, tt.want)
			}
		}
	}
	var i Inflater
	for _, p := range []string{"f248cdc9c90700", "f200110000"} {
		if got, err := inflate(t, &i, OpText, unhex(t, p)); err != nil || string(got) != "Hello" {
			t.Errorf("7.2.3.2 context takeover: got %q, %v, want %q", got, err, "Hello")
		}
	}
	alone := Inflater{NoContextTakeover: true}
	inflate(t, &alone, OpText, unhex(t, "f248cdc9c90700"))
	if got, err := inflate(t, &alone, OpText, unhex(t, "f200110000")); err == nil {
		t.Errorf("7.1.1.1: got %q from a reference to a message that was to be forgotten, want an error", got)
	}
}

func TestDeflaterSection7236(t *testing.T) {
	var d Deflater
	if got := d.Append(nil, nil, true); !bytes.Equal(got, []byte{0}) {
		t.Errorf("got % x for an empty message, want 00", got)
	}
}

// chatter returns messages that have much in common, as real ones do.
func chatter(seed uint64, count, length int) [][]byte {
	source := rand.New(rand.NewPCG(seed, uint64(length)))
	var messages [][]byte
	for range count {
		var b bytes.Buffer
		for b.Len() < length {
			fmt.Fprintf(&b, `{"user":%d,"text":"%x"},`, source.IntN(100), source.Uint32())
		}
		messages = append(messages, b.Bytes()[:length])
	}
	return messages
}

// RFC 7692, Section 7.2.1, judged by an inflater that is not ours: one stream over
// all messages, which is what context takeover means, or one for each.
func TestDeflaterIsUnderstood(t *testing.T) {
	for _, alone := range []bool{false, true} {
		for bits := minWindowBits; bits <= maxWindowBits; bits++ {
			d := Deflater{NoContextTakeover: alone, WindowBits: bits}
			var stream, plain []byte
			for _, length := range []int{0, 1, 100, 1<<bits + 1, 40000} {
				for _, message := range chatter(1, 2, length) {
					half := len(message) / 2
					frames := d.Append(nil, message[:half], false)
					frames = append(d.Append(frames, message[half:], true), deflateTail...)
					if alone {
						stream, plain = nil, nil
					}
					stream = append(stream, frames...)
					plain = append(plain, message...)
					if alone {
						sameStream(t, stream, plain, 1<<bits)
					}
				}
			}
			sameStream(t, stream, plain, 1<<bits)
		}
	}
}

// With context takeover a message that was sent before is mostly a reference.
func TestDeflaterTakesContextOver(t *testing.T) {
	message := chatter(11, 1, 300)[0]
	var d Deflater
	alone := Deflater{NoContextTakeover: true}
	first, second := len(d.Append(nil, message, true)), len(d.Append(nil, message, true))
	if second > first/4 {
		t.Errorf("got %d bytes, and %d for the same message again, want less than a quarter", first, second)
	}
	first, second = len(alone.Append(nil, message, true)), len(alone.Append(nil, message, true))
	if second != first {
		t.Errorf("without takeover: got %d bytes, and %d for the same message again", first, second)
	}
}

// sameStream checks that a stream inflates to plain, and that it refers back
// within the window.
func sameStream(t *testing.T, stream, plain []byte, window int) {
	t.Helper()
	got, distance, err := farthest(stream)
	if err != nil {
		t.Fatal(err)
	}
	sameBytes(t, got, plain)
	if distance > window {
		t.Errorf("got a reference %d bytes back, want at most %d", distance, window)
	}
}

// The other direction: streams of a deflater that is not ours.
func TestInflaterUnderstands(t *testing.T) {
	for _, level := range []int{flate.NoCompression, flate.BestSpeed, flate.DefaultCompression, flate.HuffmanOnly} {
		for _, alone := range []bool{false, true} {
			i := Inflater{NoContextTakeover: alone}
			var out bytes.Buffer
			w, err := flate.NewWriter(&out, level)
			if err != nil {
				t.Fatal(err)
			}
			for _, length := range []int{0, 1, 1000, 32768, 100000, 7} {
				for _, message := range chatter(2, 2, length) {
					out.Reset()
					if alone {
						w.Reset(&out)
					}
					w.Write(message)
					w.Flush()
					frame := bytes.TrimSuffix(out.Bytes(), []byte(deflateTail))
					cut := len(frame) / 3
					got, err := inflate(t, &i, OpText, frame[:cut], nil, frame[cut:])
					if err != nil || !sameBytes(t, got, message) {
						t.Errorf("level %d, %d bytes: %v", level, length, err)
					}
				}
			}
		}
	}
}

// What an inflater keeps between messages is the window that was agreed on.
func TestInflaterKeepsTheWindow(t *testing.T) {
	message := chatter(3, 1, 200000)[0]
	var d Deflater
	frame := d.Append(nil, message, true)
	for _, tt := range []struct {
		inflater Inflater
		want     int
	}{{Inflater{}, 1 << 15}, {Inflater{WindowBits: 9}, 1 << 9}, {Inflater{NoContextTakeover: true}, 0}} {
		for range 2 {
			tt.inflater.Feed(Event{Kind: EventData, Opcode: OpText, First: true, RSV1: true, Payload: frame[:len(frame)/2]})
			tt.inflater.Feed(Event{Kind: EventData, Opcode: OpText, Fin: true, RSV1: true, Payload: frame[len(frame)/2:]})
			for fin := false; !fin; {
				ev, err := tt.inflater.Next()
				if err != nil {
					t.Fatal(err)
				}
				fin = ev.Fin
			}
		}
		i := &tt.inflater
		if len(i.context) != tt.want || cap(i.context) > 2*tt.want || cap(i.pending) > keepPending || i.work != nil {
			t.Errorf("window of %d bits: got a context of %d (%d), pending %d, want %d",
				i.WindowBits, len(i.context), cap(i.context), cap(i.pending), tt.want)
		}
	}
}

// bomb returns what inflates to size zero bytes, some thousandth of that.
func bomb(size int) []byte {
	var out bytes.Buffer
	w, _ := flate.NewWriter(&out, flate.BestSpeed)
	io.CopyN(w, zeros{}, int64(size))
	w.Flush()
	return bytes.TrimSuffix(out.Bytes(), []byte(deflateTail))
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestInflaterBoundsBombs(t *testing.T) {
	const size, limit = 4 << 20, 100 << 10
	i := Inflater{MaxMessage: limit}
	got, err := inflate(t, &i, OpBinary, bomb(size))
	var fault *ProtocolError
	if !errors.As(err, &fault) || fault.Code != StatusTooBig || !strings.Contains(fault.Text, "102400") {
		t.Errorf("got %v, want code %d with the limit", err, StatusTooBig)
	}
	if len(got) > limit {
		t.Errorf("got %d bytes out, want at most %d", len(got), limit)
	}
	if err := i.Feed(Event{First: true, Fin: true}); err != error(fault) {
		t.Errorf("got %v from Feed afterwards, want the same again", err)
	}
	if _, err := i.Next(); err != error(fault) {
		t.Errorf("got %v from Next afterwards, want the same again", err)
	}
	// As much as the limit is fine, message after message.
	exact := Inflater{MaxMessage: limit}
	for range 2 {
		if got, err := inflate(t, &exact, OpBinary, bomb(limit)); err != nil || len(got) != limit {
			t.Errorf("got %d bytes, %v, want %d", len(got), err, limit)
		}
	}
}

func TestInflaterRejects(t *testing.T) {
	text := func(s string) []byte { return new(Deflater).Append(nil, []byte(s), true) }
	for _, tt := range []struct {
		name   string
		pieces [][]byte
		want   string
	}{
		{"reserved block type", [][]byte{{0x06}}, "cannot be decompressed"},
		{"reference to nothing", [][]byte{unhex(t, "f200110000")}, "cannot be decompressed"},
		{"end within a block", [][]byte{unhex(t, "f248cdc9")}, "cannot be decompressed"},
		{"stored block that swallows the tail", [][]byte{unhex(t, "000900f6ff")}, "cannot be decompressed"},
		{"nothing at all", [][]byte{{}}, "cannot be decompressed"},
		{"last blocks without end", [][]byte{bytes.Repeat([]byte{0x03, 0x00}, maxLastBlocks+1)}, "last blocks"},
		{"text", [][]byte{text("abc\xff")}, "not UTF-8"},
		{"text cut off", [][]byte{text("abc\xc3")}, "not UTF-8"},
		{"text bad across pieces", [][]byte{text(strings.Repeat("x", 8191) + "\xc3" + "\x28")}, "not UTF-8"},
	} {
		op := OpText
		if tt.want != "not UTF-8" {
			op = OpBinary // so that it is not the text that is found fault with
		}
		var i Inflater
		_, err := inflate(t, &i, op, tt.pieces...)
		var fault *ProtocolError
		if !errors.As(err, &fault) || fault.Code != StatusInvalidPayload || !strings.Contains(fault.Text, tt.want) {
			t.Errorf("%s: got %v, want code 1007 and %q", tt.name, err, tt.want)
		}
		if i.work != nil {
			t.Errorf("%s: kept what decompressing needs", tt.name)
		}
	}
	// Many last blocks are fine.
	if got, err := inflate(t, new(Inflater), OpBinary, append(bytes.Repeat([]byte{0x03, 0x00}, maxLastBlocks-1), text("x")...)); err != nil || string(got) != "x" {
		t.Errorf("%d last blocks: got %q, %v", maxLastBlocks-1, got, err)
	}
	// A character that a piece cuts is fine, and so is a binary message.
	for range 2 {
		var i Inflater
		if _, err := inflate(t, &i, OpText, text(strings.Repeat("x", 8191)+"é")); err != nil {
			t.Errorf("got %v for valid text, want nil", err)
		}
		if _, err := inflate(t, &i, OpBinary, text("\xff")); err != nil {
			t.Errorf("got %v for binary, want nil", err)
		}
	}
}

func TestInflaterDoesNotAllocate(t *testing.T) {
	message := chatter(4, 1, 1000)[0]
	frame := (&Deflater{NoContextTakeover: true}).Append(nil, message, true)
	var i Inflater
	ev := Event{Kind: EventData, Opcode: OpText, First: true, Fin: true, RSV1: true, Payload: frame}
	run := func() {
		if err := i.Feed(ev); err != nil {
			t.Fatal(err)
		}
		for {
			ev, err := i.Next()
			if err != nil {
				t.Fatal(err)
			}
			if ev.Fin {
				return
			}
		}
	}
	for range 50 {
		run() // the window fills
	}
	// The pool may be emptied by the collector, and is by the race detector.
	if got := testing.AllocsPerRun(200, run); got > 1 && !raceDetector {
		t.Errorf("got %v allocations a message, want at most 1", got)
	}
}

// Whatever a server sends as compressed data: no panic, the same outcome in any
// pieces, and where it inflates, what compress/flate makes of it.
func FuzzInflater(f *testing.F) {
	for _, s := range []string{"f248cdc9c90700", "f348cdc9c9070000", "000500faff48656c6c6f00", "00", "06", "f200110000", ""} {
		f.Add(unhex(f, s), uint16(1), false)
	}
	f.Add(new(Deflater).Append(nil, chatter(5, 1, 3000)[0], true), uint16(9), true)
	f.Add(bomb(1<<20), uint16(100), false)
	f.Fuzz(func(t *testing.T, frame []byte, cut uint16, text bool) {
		const limit = 1 << 20
		op := OpBinary
		if text {
			op = OpText
		}
		want, wantErr := inflate(t, &Inflater{MaxMessage: limit}, op, frame)
		at := min(int(cut), len(frame))
		got, err := inflate(t, &Inflater{MaxMessage: limit, NoContextTakeover: true}, op, frame[:at], frame[at:])
		if !bytes.Equal(got, want) || (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
			t.Fatalf("got %d bytes, %v, in two pieces, want %d bytes, %v", len(got), err, len(want), wantErr)
		}
		if len(want) > limit {
			t.Fatalf("got %d bytes out, want at most %d", len(want), limit)
		}
		if wantErr != nil {
			return
		}
		// compress/flate stops at a last block, so that it may know less.
		other, _ := io.ReadAll(flate.NewReader(io.MultiReader(bytes.NewReader(frame), strings.NewReader(messageEnd))))
		if !bytes.HasPrefix(want, other) {
			t.Fatalf("got %d bytes, which do not begin with the %d of compress/flate", len(want), len(other))
		}
	})
}

// What a Deflater says, an Inflater understands, in any pieces and windows.
func FuzzDeflate(f *testing.F) {
	f.Add([]byte("Hello, Hello, Hello"), uint8(15), false, uint64(1))
	f.Add(bytes.Repeat(chatter(6, 1, 300)[0], 9), uint8(8), true, uint64(2))
	f.Fuzz(func(t *testing.T, plain []byte, bits uint8, alone bool, seed uint64) {
		bits = minWindowBits + bits%8
		d := Deflater{NoContextTakeover: alone, WindowBits: int(bits)}
		i := Inflater{NoContextTakeover: alone, WindowBits: int(bits)}
		source := rand.New(rand.NewPCG(seed, 0))
		for range 3 {
			var frames [][]byte
			for at := 0; at < len(plain); {
				n := 1 + source.IntN(len(plain)-at)
				frames = append(frames, d.Append(nil, plain[at:at+n], false))
				at += n
			}
			frames = append(frames, d.Append(nil, nil, true))
			got, err := inflate(t, &i, OpBinary, frames...)
			if err != nil || !bytes.Equal(got, plain) {
				t.Fatalf("got %d bytes, %v, want %d", len(got), err, len(plain))
			}
		}
	})
}

func BenchmarkDeflate(b *testing.B) {
	for _, n := range []int{100, 1 << 10, 64 << 10} {
		messages := chatter(7, 64, n)
		for _, alone := range []bool{false, true} {
			name := map[bool]string{false: "takeover", true: "alone"}[alone]
			b.Run(fmt.Sprintf("deflate/%d/%s", n, name), func(b *testing.B) {
				d := Deflater{NoContextTakeover: alone}
				b.SetBytes(int64(n))
				b.ReportAllocs()
				var dst []byte
				k, total := 0, 0
				for b.Loop() {
					dst = d.Append(dst[:0], messages[k%len(messages)], true)
					total += len(dst)
					k++
				}
				b.ReportMetric(float64(total)/float64(k*n), "ratio")
			})
			b.Run(fmt.Sprintf("inflate/%d/%s", n, name), func(b *testing.B) {
				d := Deflater{NoContextTakeover: true}
				i := Inflater{NoContextTakeover: alone}
				ev := Event{Kind: EventData, Opcode: OpText, First: true, Fin: true, RSV1: true, Payload: d.Append(nil, messages[0], true)}
				b.SetBytes(int64(n))
				b.ReportAllocs()
				for b.Loop() {
					i.Feed(ev)
					for {
						ev, err := i.Next()
						if err != nil {
							b.Fatal(err)
						}
						if ev.Fin {
							break
						}
					}
				}
			})
		}
	}
}
