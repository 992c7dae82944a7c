package wsclient

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unsafe"
)

// serverFrame is a frame as a server sends it: first byte, length in its
// shortest form, payload.
func serverFrame(first byte, payload string) []byte {
	b := []byte{first}
	switch n := len(payload); {
	case n < 126:
		b = append(b, byte(n))
	case n <= 0xFFFF:
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	return append(b, payload...)
}

// outcome is what a decoder made of a stream, independent of the pieces in which
// the stream came.
type outcome struct {
	records []string // whole messages and control frames
	partial string   // of the message that was open at the end
	fault   *ProtocolError
	rest    int // bytes that were not consumed
}

// decode feeds the stream to d in pieces of the lengths that next returns, and
// holds d to its contract on the way.
func decode(t testing.TB, d *Decoder, stream []byte, next func(left int) int) outcome {
	t.Helper()
	var o outcome
	var message []byte
	open := false
	for len(stream) > 0 {
		n := max(1, min(next(len(stream)), len(stream)))
		// A copy of its own, so that keeping an alias too long would show.
		input := bytes.Clone(stream[:n])
		stream = stream[n:]
		for again := true; again; {
			before := len(input)
			ev, rest, err := d.Next(input)
			if err != nil {
				if !errors.As(err, &o.fault) {
					t.Fatalf("got %T, want *ProtocolError", err)
				}
				if _, _, second := d.Next([]byte{0x81, 0}); second != err {
					t.Fatalf("got %v after %v, want the same again", second, err)
				}
				o.partial = string(message)
				o.rest = len(rest) + len(stream)
				return o
			}
			if ev.Kind == EventNone && len(rest) > 0 {
				t.Fatalf("got no event and %d bytes left", len(rest))
			}
			if ev.Kind != EventNone && len(rest) == before && !(len(ev.Payload) == 0 && before == 0) {
				t.Fatalf("got event %+v that consumed nothing of %d bytes", ev, before)
			}
			input = rest
			again = len(input) > 0
			switch ev.Kind {
			case EventData:
				if ev.First == open {
					t.Fatalf("got First %v in a message that was open %v", ev.First, open)
				}
				message = append(message, ev.Payload...)
				open = !ev.Fin
				if ev.Fin {
					o.records = append(o.records, fmt.Sprintf("%v rsv1=%v %q", ev.Opcode, ev.RSV1, message))
					message = nil
				}
			case EventControl:
				o.records = append(o.records, fmt.Sprintf("%v %q after %d bytes", ev.Opcode, ev.Payload, len(message)))
			}
		}
	}
	o.partial = string(message)
	return o
}

func whole(left int) int { return left }
func single(int) int     { return 1 }

func TestDecoderIsSmall(t *testing.T) {
	if got := unsafe.Sizeof(Decoder{}); got > 48 {
		t.Errorf("got %d bytes, want at most 48", got)
	}
}

func TestDecoderAccepts(t *testing.T) {
	long := strings.Repeat("x", 70000)
	for _, tt := range []struct {
		name    string
		deflate bool
		frames  [][]byte
		want    []string
	}{
		{"5.7 unmasked text", false, [][]byte{{0x81, 5, 'H', 'e', 'l', 'l', 'o'}}, []string{`text rsv1=false "Hello"`}},
		{"5.7 fragmented text", false, [][]byte{{1, 3, 'H', 'e', 'l'}, {0x80, 2, 'l', 'o'}}, []string{`text rsv1=false "Hello"`}},
		{"5.7 ping", false, [][]byte{{0x89, 5, 'H', 'e', 'l', 'l', 'o'}}, []string{`ping "Hello" after 0 bytes`}},
		{"empty messages", false, [][]byte{{0x81, 0}, {0x82, 0}}, []string{`text rsv1=false ""`, `binary rsv1=false ""`}},
		{"empty fragments", false, [][]byte{{1, 0}, {0, 0}, {0x80, 0}}, []string{`text rsv1=false ""`}},
		{"125 bytes", false, [][]byte{serverFrame(0x82, long[:125])}, []string{fmt.Sprintf("binary rsv1=false %q", long[:125])}},
		{"126 bytes", false, [][]byte{serverFrame(0x82, long[:126])}, []string{fmt.Sprintf("binary rsv1=false %q", long[:126])}},
		{"65535 bytes", false, [][]byte{serverFrame(0x82, long[:65535])}, []string{fmt.Sprintf("binary rsv1=false %q", long[:65535])}},
		{"65536 bytes", false, [][]byte{serverFrame(0x82, long[:65536])}, []string{fmt.Sprintf("binary rsv1=false %q", long[:65536])}},
		{"5.4 control frames between fragments", false,
			[][]byte{{2, 1, 'a'}, {0x89, 1, 'p'}, {0, 1, 'b'}, {0x8A, 0}, {0x80, 1, 'c'}},
			[]string{`ping "p" after 1 bytes`, `pong "" after 2 bytes`, `binary rsv1=false "abc"`}},
		{"125 byte ping", false, [][]byte{serverFrame(0x89, long[:125])}, []string{fmt.Sprintf("ping %q after 0 bytes", long[:125])}},
		{"two straddling control frames", false, [][]byte{serverFrame(0x89, "first"), serverFrame(0x8A, "2")},
			[]string{`ping "first" after 0 bytes`, `pong "2" after 0 bytes`}},
		{"8.1 character split by frames", false, [][]byte{{1, 2, 'a', 0xC3}, {0x89, 0}, {0x80, 1, 0xA9}},
			[]string{`ping "" after 2 bytes`, `text rsv1=false "aé"`}},
		{"binary need not be UTF-8", false, [][]byte{{0x82, 2, 0xFF, 0xFE}}, []string{`binary rsv1=false "\xff\xfe"`}},
		{"5.5.1 empty close", false, [][]byte{{0x88, 0}}, []string{`close "" after 0 bytes`}},
		{"5.5.1 close with reason", false, [][]byte{serverFrame(0x88, "\x03\xe8é")}, []string{`close "\x03\xe8é" after 0 bytes`}},
		{"5.5.1 close in the middle of a message", false, [][]byte{{1, 1, 'a'}, {0x88, 0}}, []string{`close "" after 1 bytes`}},
		{"1.4 data after close is discarded", false, [][]byte{{0x88, 0}, {0x81, 1, 'x'}, {0xFF, 0xFF}}, []string{`close "" after 0 bytes`}},
		{"RFC 7692 6.1 RSV1", true, [][]byte{{0x41, 1, 0xFF}, {0x80, 1, 0xFE}, {0x81, 1, 'u'}},
			[]string{`text rsv1=true "\xff\xfe"`, `text rsv1=false "u"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stream := bytes.Join(tt.frames, nil)
			for _, pieces := range []func(int) int{whole, single} {
				got := decode(t, &Decoder{Deflate: tt.deflate}, stream, pieces)
				if !slices.Equal(got.records, tt.want) || got.fault != nil {
					t.Errorf("got %.300q, %v, want %.300q", got.records, got.fault, tt.want)
				}
			}
		})
	}
}

// Every rule a server can break, in the order of RFC 6455.
var violations = []struct {
	name    string
	deflate bool
	limit   int64
	stream  string
	code    StatusCode
	section string
	text    string
}{
	{"RSV1", false, 0, "\xC1", 1002, "RFC 6455, Section 5.2", "reserved bits 100"},
	{"RSV2", false, 0, "\xA1", 1002, "RFC 6455, Section 5.2", "reserved bits 010"},
	{"RSV3", false, 0, "\x91", 1002, "RFC 6455, Section 5.2", "reserved bits 001"},
	{"RSV2 with deflate", true, 0, "\xE1", 1002, "RFC 6455, Section 5.2", "reserved bits 110"},
	{"RSV1 on ping", true, 0, "\xC9", 1002, "RFC 7692, Section 6.1", "RSV1 on a ping"},
	{"RSV1 on continuation", true, 0, "\x01\x00\xC0", 1002, "RFC 7692, Section 6.1", "RSV1 on a continuation"},
	{"opcode 3", false, 0, "\x83", 1002, "RFC 6455, Section 5.2", "opcode 0x3"},
	{"opcode 7", false, 0, "\x87", 1002, "RFC 6455, Section 5.2", "opcode 0x7"},
	{"opcode 11", false, 0, "\x8B", 1002, "RFC 6455, Section 5.2", "opcode 0xb"},
	{"opcode 15", false, 0, "\x8F", 1002, "RFC 6455, Section 5.2", "opcode 0xf"},
	{"masked", false, 0, "\x81\x81", 1002, "RFC 6455, Section 5.1", "masked"},
	{"masked close", false, 0, "\x88\x80", 1002, "RFC 6455, Section 5.1", "masked"},
	{"125 in 16 bits", false, 0, "\x82\x7E\x00\x7D", 1002, "RFC 6455, Section 5.2", "length 125 in 16 bits"},
	{"0 in 16 bits", false, 0, "\x82\x7E\x00\x00", 1002, "RFC 6455, Section 5.2", "length 0 in 16 bits"},
	{"65535 in 64 bits", false, 0, "\x82\x7F\x00\x00\x00\x00\x00\x00\xFF\xFF", 1002, "RFC 6455, Section 5.2", "length 65535 in 64 bits"},
	{"1 in 64 bits", false, 0, "\x82\x7F\x00\x00\x00\x00\x00\x00\x00\x01", 1002, "RFC 6455, Section 5.2", "length 1 in 64 bits"},
	{"length 2^63", false, 0, "\x82\x7F\x80", 1002, "RFC 6455, Section 5.2", "2^63"},
	{"continuation of nothing", false, 0, "\x80", 1002, "RFC 6455, Section 5.4", "continuation frame without"},
	{"continuation after the end", false, 0, "\x01\x00\x80\x00\x80", 1002, "RFC 6455, Section 5.4", "continuation frame without"},
	{"text in a message", false, 0, "\x02\x01a\x81", 1002, "RFC 6455, Section 5.4", "text frame in the middle"},
	{"binary in a message", false, 0, "\x01\x01a\x82", 1002, "RFC 6455, Section 5.4", "binary frame in the middle"},
	{"fragmented ping", false, 0, "\x09", 1002, "RFC 6455, Section 5.5", "fragmented ping"},
	{"fragmented pong", false, 0, "\x0A", 1002, "RFC 6455, Section 5.5", "fragmented pong"},
	{"fragmented close", false, 0, "\x08", 1002, "RFC 6455, Section 5.5", "fragmented close"},
	{"126 byte ping", false, 0, "\x89\x7E", 1002, "RFC 6455, Section 5.5", "ping frame with more than 125"},
	{"64 bit pong", false, 0, "\x8A\x7F", 1002, "RFC 6455, Section 5.5", "pong frame with more than 125"},
	{"126 byte close", false, 0, "\x88\x7E", 1002, "RFC 6455, Section 5.5", "close frame with more than 125"},
	{"1 byte close", false, 0, "\x88\x01", 1002, "RFC 6455, Section 5.5.1", "one byte"},
	{"close reason not UTF-8", false, 0, "\x88\x04\x03\xE8\xC3\x28", 1007, "RFC 6455, Section 5.5.1", "not UTF-8"},
	{"close reason cut off", false, 0, "\x88\x03\x03\xE8\xC3", 1007, "RFC 6455, Section 5.5.1", "not UTF-8"},
	{"close code 0", false, 0, "\x88\x02\x00\x00", 1002, "RFC 6455, Section 7.4", "status code 0"},
	{"close code 999", false, 0, "\x88\x02\x03\xE7", 1002, "RFC 6455, Section 7.4", "status code 999"},
	{"close code 1004", false, 0, "\x88\x02\x03\xEC", 1002, "RFC 6455, Section 7.4", "status code 1004"},
	{"close code 1005", false, 0, "\x88\x02\x03\xED", 1002, "RFC 6455, Section 7.4", "status code 1005"},
	{"close code 1006", false, 0, "\x88\x02\x03\xEE", 1002, "RFC 6455, Section 7.4", "status code 1006"},
	{"close code 1015", false, 0, "\x88\x02\x03\xF7", 1002, "RFC 6455, Section 7.4", "status code 1015"},
	{"close code 2999", false, 0, "\x88\x02\x0B\xB7", 1002, "RFC 6455, Section 7.4", "status code 2999"},
	{"close code 5000", false, 0, "\x88\x02\x13\x88", 1002, "RFC 6455, Section 7.4", "status code 5000"},
	{"text not UTF-8", false, 0, "\x81\x02\xC3\x28", 1007, "RFC 6455, Section 8.1", "not UTF-8"},
	{"text cut off", false, 0, "\x81\x01\xC3", 1007, "RFC 6455, Section 8.1", "not UTF-8"},
	{"text cut off by an empty frame", false, 0, "\x01\x01\xC3\x80\x00", 1007, "RFC 6455, Section 8.1", "not UTF-8"},
	{"text bad across frames", false, 0, "\x01\x01\xC3\x80\x01\x28", 1007, "RFC 6455, Section 8.1", "not UTF-8"},
	{"text bad before its end", false, 0, "\x81\x7E\x01\x00abc\xFF", 1007, "RFC 6455, Section 8.1", "not UTF-8"},
	{"message too long", false, 4, "\x82\x05", 1009, "RFC 6455, Section 10.4", "at least 5 bytes, the limit is 4"},
	{"fragments too long", false, 4, "\x02\x03abc\x00\x02", 1009, "RFC 6455, Section 10.4", "at least 5 bytes, the limit is 4"},
	{"1 GiB announced", false, 1 << 20, "\x82\x7F\x00\x00\x00\x00\x40\x00\x00\x00", 1009, "RFC 6455, Section 10.4", "limit is 1048576"},
	{"2^63-1 and a byte", false, 0, "\x02\x01a\x80\x7F\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 1009, "RFC 6455, Section 10.4", "9223372036854775808"},
}

func TestDecoderRejects(t *testing.T) {
	for _, tt := range violations {
		t.Run(tt.name, func(t *testing.T) {
			for _, pieces := range []func(int) int{whole, single} {
				d := &Decoder{Deflate: tt.deflate, MaxMessage: tt.limit}
				fault := decode(t, d, []byte(tt.stream), pieces).fault
				if fault == nil {
					t.Fatal("got no error")
				}
				if fault.Code != tt.code || fault.Section != tt.section || !strings.Contains(fault.Text, tt.text) {
					t.Errorf("got %d %q, %q, want %d %q, %q", fault.Code, fault.Section, fault.Text, tt.code, tt.section, tt.text)
				}
			}
		})
	}
}

// A violation has to show at the byte that makes it one, which ends the streams
// in the table, and not when the frame is whole: a server that stalls there would
// otherwise hide it.
func TestDecoderFailsAtTheOffendingByte(t *testing.T) {
	for _, tt := range violations {
		d := &Decoder{Deflate: tt.deflate, MaxMessage: tt.limit}
		stream := []byte(tt.stream)
		if got := decode(t, d, stream[:len(stream)-1], single); got.fault != nil {
			t.Errorf("%s: got %v before the last byte", tt.name, got.fault)
		}
		got := decode(t, &Decoder{Deflate: tt.deflate, MaxMessage: tt.limit}, append(stream, "more"...), single)
		if got.fault == nil || got.rest < len("more") {
			t.Errorf("%s: got %v with %d bytes left, want at least 4", tt.name, got.fault, got.rest)
		}
	}
}

// RFC 6455, Section 8.1, and the close reason: what is wrong in the first bytes
// is said before the frame ends.
func TestDecoderFailsFastInAnUnfinishedFrame(t *testing.T) {
	for _, tt := range []struct {
		name   string
		stream string
		code   StatusCode
	}{
		{"text", "\x81\x7d\xff", 1007},
		{"close code", "\x88\x7d\x00\x00", 1002},
		{"close reason", "\x88\x7d\x03\xe8\xff", 1007},
	} {
		got := decode(t, new(Decoder), []byte(tt.stream), whole)
		if got.fault == nil || got.fault.Code != tt.code {
			t.Errorf("%s: got %v, want code %d", tt.name, got.fault, tt.code)
		}
	}
}

func TestDecoderLimitIsPerMessage(t *testing.T) {
	stream := bytes.Join([][]byte{serverFrame(0x82, "1234"), serverFrame(0x02, "12"), serverFrame(0x89, "12345"), serverFrame(0x80, "34")}, nil)
	if got := decode(t, &Decoder{MaxMessage: 4}, stream, whole); got.fault != nil || len(got.records) != 3 {
		t.Errorf("got %q, %v, want two messages and a ping", got.records, got.fault)
	}
}

func TestDecoderPayloadAliasesInput(t *testing.T) {
	input := serverFrame(0x82, "abc")
	var d Decoder
	ev, _, err := d.Next(input)
	if err != nil {
		t.Fatal(err)
	}
	if &ev.Payload[0] != &input[2] || cap(ev.Payload) != 3 {
		t.Errorf("got a payload of capacity %d elsewhere, want 3 bytes of the input", cap(ev.Payload))
	}
}

func TestDecoderDoesNotAllocate(t *testing.T) {
	stream := bytes.Join([][]byte{
		serverFrame(0x82, strings.Repeat("b", 20)), serverFrame(0x81, "text, ünïcode"), serverFrame(0x89, "ping"),
		serverFrame(0x01, strings.Repeat("x", 300)), serverFrame(0x80, strings.Repeat("y", 70000)),
	}, nil)
	var d Decoder
	got := testing.AllocsPerRun(100, func() {
		for p := stream; len(p) > 0; {
			var err error
			if _, p, err = d.Next(p); err != nil {
				t.Fatal(err)
			}
		}
	})
	if got != 0 {
		t.Errorf("got %v allocations, want 0", got)
	}
	// A control frame that straddles reads needs a buffer, but only once.
	first, second := []byte{0x89, 4, 'p'}, []byte("ing")
	split := func() {
		d.Next(first)
		if ev, _, _ := d.Next(second); string(ev.Payload) != "ping" {
			t.Fatalf("got %q, want %q", ev.Payload, "ping")
		}
	}
	split()
	if got := testing.AllocsPerRun(100, split); got != 0 {
		t.Errorf("straddling control frames: got %v allocations, want 0", got)
	}
}

func FuzzDecoder(f *testing.F) {
	for _, v := range violations {
		f.Add([]byte(v.stream), v.deflate, v.limit, uint64(1))
	}
	f.Add(bytes.Join([][]byte{serverFrame(1, "gr\xc3"), serverFrame(0x89, "p"), serverFrame(0x80, "\xbc\xc3\x9fe"),
		serverFrame(0x82, strings.Repeat("x", 130)), serverFrame(0x88, "\x03\xe8bye"), {0x81}}, nil), false, int64(0), uint64(2))
	f.Add(bytes.Join([][]byte{serverFrame(0x41, "\xff"), serverFrame(0x80, ""), serverFrame(0x8A, "")}, nil), true, int64(5), uint64(3))
	f.Fuzz(func(t *testing.T, stream []byte, deflate bool, limit int64, seed uint64) {
		source := rand.New(rand.NewPCG(seed, 0))
		want := decode(t, &Decoder{Deflate: deflate, MaxMessage: limit}, stream, single)
		for _, pieces := range []func(int) int{whole, func(left int) int { return 1 + source.IntN(left) },
			func(int) int { return 1 + source.IntN(7) }} {
			got := decode(t, &Decoder{Deflate: deflate, MaxMessage: limit}, stream, pieces)
			if !slices.Equal(got.records, want.records) {
				t.Fatalf("got %q, want %q as by single bytes", got.records, want.records)
			}
			if (got.fault == nil) != (want.fault == nil) || got.fault != nil && *got.fault != *want.fault {
				t.Fatalf("got %v, want %v as by single bytes", got.fault, want.fault)
			}
			// With an error, the piece that had it in it is not handed out.
			if got.partial != want.partial && (got.fault == nil || !strings.HasPrefix(want.partial, got.partial)) {
				t.Fatalf("got %q of an unfinished message, want %q as by single bytes", got.partial, want.partial)
			}
		}
	})
}

func BenchmarkDecoder(b *testing.B) {
	for _, n := range []int{20, 1 << 10, 64 << 10} {
		for _, kind := range []struct {
			name  string
			first byte
		}{{"binary", 0x82}, {"text", 0x81}} {
			stream := serverFrame(kind.first, strings.Repeat("x", n))
			b.Run(fmt.Sprintf("%d/%s", n, kind.name), func(b *testing.B) {
				b.SetBytes(int64(n))
				b.ReportAllocs()
				var d Decoder
				for b.Loop() {
					if ev, _, err := d.Next(stream); err != nil || !ev.Fin {
						b.Fatal(ev, err)
					}
				}
			})
		}
	}
}
