package wsclient

import (
	"testing"
	"unsafe"
)

func TestDecoderIsSmall(t *testing.T) {
	if got := unsafe.Sizeof(Decoder{}); got > 48 {
		t.Errorf("got %d bytes, want at most 48", got)
	}
}
