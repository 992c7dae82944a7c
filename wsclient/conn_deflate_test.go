package wsclient

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"
)

// dialDeflate dials with an offer of permessage-deflate.
func dialDeflate(t *testing.T, url string, offer DeflateParams, d Dialer) *Conn {
	t.Helper()
	d.Upgrade = mustPrepare(t, Request{Target: mustTarget(t, url), Deflate: &offer})
	c, err := d.Dial(within(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseNow)
	return c
}

func TestConnCompressesWithOtherLibraries(t *testing.T) {
	for _, tt := range []struct {
		name  string
		serve string
		offer DeflateParams
		want  DeflateParams
	}{
		{"gorilla without takeover", serve(t, gorillaEcho), DeflateParams{}, DeflateParams{true, true, 15, 15}},
		{"coder with takeover", serve(t, coderEcho), DeflateParams{}, DeflateParams{false, false, 15, 15}},
		{"coder without our takeover", serve(t, coderEcho), DeflateParams{ClientNoContextTakeover: true}, DeflateParams{false, true, 15, 15}},
		{"coder without its takeover", serve(t, coderEcho), DeflateParams{ServerNoContextTakeover: true}, DeflateParams{true, false, 15, 15}},
		{"gws with small windows", serve(t, gwsEcho), DeflateParams{ServerMaxWindowBits: 10, ClientMaxWindowBits: 15}, DeflateParams{false, false, 10, 9}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := dialDeflate(t, tt.serve, tt.offer, Dialer{})
			if got, ok := c.Deflate(); !ok || got != tt.want {
				t.Fatalf("got %+v, %v, want %+v", got, ok, tt.want)
			}
			ctx := within(t)
			for _, length := range []int{0, 1, 20, 1000, 50000, 3} {
				for _, message := range chatter(8, 3, length) {
					if err := c.Write(ctx, OpText, message); err != nil {
						t.Fatal(err)
					}
					if _, got, err := c.Read(ctx); err != nil || !sameBytes(t, got, message) {
						t.Fatalf("%d bytes: %v", length, err)
					}
					w, err := c.NextWriter(ctx, OpBinary)
					if err != nil {
						t.Fatal(err)
					}
					w.Write(message[:length/2])
					w.Write(nil)
					w.Write(message[length/2:])
					if err := w.Close(); err != nil {
						t.Fatal(err)
					}
					_, r, err := c.NextReader(ctx)
					if err != nil {
						t.Fatal(err)
					}
					if got, err := io.ReadAll(r); err != nil || !sameBytes(t, got, message) {
						t.Fatalf("%d bytes in fragments: %v", length, err)
					}
				}
			}
			if err := c.Close(StatusNormalClosure, ""); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestConnOfferNeedNotBeAccepted(t *testing.T) {
	url := serveRaw(t, func(c net.Conn) {
		upgradeRaw(c, nil)
		if f, err := readFrame(c); err == nil {
			c.Write(serverFrame(f.first, string(f.payload))) // as it came: RSV1 would show
		}
		io.Copy(io.Discard, c)
	})
	c := dialDeflate(t, url, DeflateParams{}, Dialer{})
	if got, ok := c.Deflate(); ok {
		t.Errorf("got %+v, want no compression", got)
	}
	if err := c.Write(within(t), OpText, []byte("plain")); err != nil {
		t.Fatal(err)
	}
	if _, got, err := c.Read(within(t)); err != nil || string(got) != "plain" {
		t.Errorf("got %q, %v, want %q", got, err, "plain")
	}
}

// upgradeDeflate is upgradeRaw with permessage-deflate.
func upgradeDeflate(c net.Conn, more []byte) bool {
	key, ok := readRequest(c)
	if !ok {
		return false
	}
	_, err := c.Write(append([]byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Accept: "+acceptFor(key)+"\r\n\r\n"), more...))
	return err == nil
}

// RFC 7692, Section 6: RSV1 on the first frame only, never on control frames, and
// control frames between compressed fragments.
func TestConnCompressedFrames(t *testing.T) {
	frames := make(chan clientFrame, 5)
	url := serveRaw(t, func(c net.Conn) {
		defer close(frames)
		upgradeDeflate(c, bytes.Join([][]byte{serverFrame(0x41, "\xf2\x48\xcd"), serverFrame(0x89, "ping"),
			serverFrame(0x80, "\xc9\xc9\x07\x00"), serverFrame(0x81, "plain")}, nil))
		for range 5 {
			f, err := readFrame(c)
			if err != nil {
				return
			}
			frames <- f
		}
	})
	c := dialDeflate(t, url, DeflateParams{}, Dialer{})
	ctx := within(t)
	for _, want := range []string{"Hello", "plain"} {
		if op, got, err := c.Read(ctx); err != nil || op != OpText || string(got) != want {
			t.Errorf("got %v %q, %v, want %q", op, got, err, want)
		}
	}
	w, err := c.NextWriter(ctx, OpText)
	if err != nil {
		t.Fatal(err)
	}
	w.Write([]byte("Hel"))
	w.Write([]byte("lo"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Write(ctx, OpBinary, []byte("x")); err != nil {
		t.Fatal(err)
	}
	for i, want := range []byte{0x8A, 0x41, 0x00, 0x80, 0xC2} {
		if got := <-frames; got.first != want {
			t.Errorf("frame %d: got first byte %x, want %x", i, got.first, want)
		}
	}
}

// A NextReader of a compressed message that is left unread does no harm.
func TestConnSkipsCompressed(t *testing.T) {
	var d Deflater
	long := chatter(9, 1, 50000)[0]
	stream := append(serverFrame(0xC1, string(d.Append(nil, long, true))), serverFrame(0xC1, string(d.Append(nil, long[:500], true)))...)
	url := serveRaw(t, func(c net.Conn) {
		upgradeDeflate(c, stream)
		io.Copy(io.Discard, c)
	})
	c := dialDeflate(t, url, DeflateParams{}, Dialer{})
	if _, _, err := c.NextReader(within(t)); err != nil {
		t.Fatal(err)
	}
	if _, got, err := c.Read(within(t)); err != nil || !sameBytes(t, got, long[:500]) {
		t.Errorf("got %v, want the second message", err)
	}
}

func TestConnFailsOnBadCompression(t *testing.T) {
	for _, tt := range []struct {
		name    string
		payload string
		code    StatusCode
	}{
		{"bomb", string(bomb(1 << 20)), StatusTooBig},
		{"garbage", "\x06", StatusInvalidPayload},
		{"not UTF-8", string(new(Deflater).Append(nil, []byte("\xff"), true)), StatusInvalidPayload},
	} {
		t.Run(tt.name, func(t *testing.T) {
			codes := make(chan StatusCode, 1)
			url := serveRaw(t, func(c net.Conn) {
				upgradeDeflate(c, serverFrame(0xC1, tt.payload))
				f, _ := readFrame(c)
				code, _ := ParseClose(f.payload)
				codes <- code
			})
			c := dialDeflate(t, url, DeflateParams{}, Dialer{MaxMessage: 64 << 10})
			_, _, err := c.Read(within(t))
			var fault *ProtocolError
			if !errors.As(err, &fault) || fault.Code != tt.code {
				t.Errorf("got %v, want code %d", err, tt.code)
			}
			if got := <-codes; got != tt.code {
				t.Errorf("the server got code %d, want %d", got, tt.code)
			}
		})
	}
}

// What was compressed for a frame that was never sent must not be referred back
// to: a Write that gave up waiting for its turn has compressed nothing.
func TestConnCompressionSurvivesInterruptedWrites(t *testing.T) {
	c := dialDeflate(t, serve(t, coderEcho), DeflateParams{}, Dialer{})
	message := chatter(10, 1, 600)[0]
	c.frames <- struct{}{} // another writer
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := c.Write(ctx, OpText, message); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v, want %v", err, context.DeadlineExceeded)
	}
	c.frames.release()
	for range 2 {
		if err := c.Write(within(t), OpText, message); err != nil {
			t.Fatal(err)
		}
		if _, got, err := c.Read(within(t)); err != nil || !sameBytes(t, got, message) {
			t.Fatalf("got %v", err)
		}
	}
}
