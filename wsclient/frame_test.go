package wsclient

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAppendFrameSection57Example(t *testing.T) {
	got := AppendFrame(nil, FrameHeader{Fin: true, Opcode: OpText}, 0x3d21fa37, []byte("Hello"))
	want := unhex(t, "81 85 37 fa 21 3d 7f 9f 4d 51 58")
	if !bytes.Equal(got, want) {
		t.Errorf("got % x, want % x", got, want)
	}
}

// RFC 6455, Section 5.2: the length is in the shortest form.
func TestAppendHeaderLengths(t *testing.T) {
	const key = 0x04030201
	for _, tt := range []struct {
		header FrameHeader
		want   string
	}{
		{FrameHeader{Fin: true, Opcode: OpText, Length: 0}, "81 80 01020304"},
		{FrameHeader{Opcode: OpContinuation, Length: 1}, "00 81 01020304"},
		{FrameHeader{Opcode: OpBinary, Length: 125}, "02 fd 01020304"},
		{FrameHeader{Fin: true, Opcode: OpBinary, Length: 126}, "82 fe 007e 01020304"},
		{FrameHeader{Fin: true, Opcode: OpBinary, Length: 127}, "82 fe 007f 01020304"},
		{FrameHeader{Fin: true, Opcode: OpBinary, Length: 65535}, "82 fe ffff 01020304"},
		{FrameHeader{Fin: true, Opcode: OpBinary, Length: 65536}, "82 ff 0000000000010000 01020304"},
		{FrameHeader{Fin: true, Opcode: OpBinary, Length: 1<<63 - 1}, "82 ff 7fffffffffffffff 01020304"},
		{FrameHeader{Fin: true, RSV1: true, Opcode: OpText, Length: 5}, "c1 85 01020304"},
	} {
		got := AppendHeader(nil, tt.header, key)
		if want := unhex(t, tt.want); !bytes.Equal(got, want) {
			t.Errorf("%+v: got % x, want % x", tt.header, got, want)
		}
		if len(got) > MaxHeader {
			t.Errorf("%+v: got %d bytes, want at most %d", tt.header, len(got), MaxHeader)
		}
	}
}

func TestAppendCloseSection551(t *testing.T) {
	long := strings.Repeat("é", 62) // 124 bytes
	for _, tt := range []struct {
		code       StatusCode
		reason     string
		wantCode   StatusCode
		wantReason string
		wantLength int
	}{
		{StatusNormalClosure, "", StatusNormalClosure, "", 2},
		{StatusGoingAway, "bye", StatusGoingAway, "bye", 5},
		{0, "ignored", StatusNoStatus, "", 0},
		{StatusNoStatus, "ignored", StatusNoStatus, "", 0},
		{StatusNormalClosure, long, StatusNormalClosure, long[:122], 124},
		{StatusNormalClosure, "a" + long, StatusNormalClosure, "a" + long[:122], 125},
		{StatusNormalClosure, strings.Repeat("x", 500), StatusNormalClosure, strings.Repeat("x", 123), 125},
	} {
		frame := AppendClose(nil, tt.code, tt.reason, 0)
		if want := []byte{0x88, 0x80 | byte(tt.wantLength), 0, 0, 0, 0}; !bytes.Equal(frame[:6], want) {
			t.Errorf("%d %q: got header % x, want % x", tt.code, tt.reason, frame[:6], want)
		}
		code, reason := ParseClose(frame[6:])
		if code != tt.wantCode || reason != tt.wantReason || !utf8.ValidString(reason) {
			t.Errorf("%d %q: got %d %q, want %d %q", tt.code, tt.reason, code, reason, tt.wantCode, tt.wantReason)
		}
	}
}

func TestAppendFrameDoesNotAllocate(t *testing.T) {
	for _, n := range []int{0, 20, 125, 126, 4096, 65536} {
		payload := make([]byte, n)
		dst := make([]byte, 0, n+MaxHeader)
		got := testing.AllocsPerRun(100, func() {
			AppendFrame(dst, FrameHeader{Fin: true, Opcode: OpBinary}, NewMaskKey(), payload)
		})
		if got != 0 {
			t.Errorf("%d bytes: got %v allocations, want 0", n, got)
		}
	}
	dst := make([]byte, 0, 200)
	if got := testing.AllocsPerRun(100, func() { AppendClose(dst, StatusNormalClosure, "done", NewMaskKey()) }); got != 0 {
		t.Errorf("AppendClose: got %v allocations, want 0", got)
	}
}

func BenchmarkAppendFrame(b *testing.B) {
	for _, n := range []int{20, 1 << 10, 64 << 10} {
		payload := make([]byte, n)
		dst := make([]byte, 0, n+MaxHeader)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.SetBytes(int64(n))
			b.ReportAllocs()
			for b.Loop() {
				AppendFrame(dst, FrameHeader{Fin: true, Opcode: OpBinary}, NewMaskKey(), payload)
			}
		})
	}
}
