package echoserver

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// frame returns a masked client frame: first is the byte with FIN, RSV and
// opcode, lengthBytes the form of the length (0, 2 or 8 bytes after the second).
func frame(first byte, lengthBytes int, payload []byte) []byte {
	f := []byte{first}
	switch lengthBytes {
	case 0:
		f = append(f, 0x80|byte(len(payload)))
	case 2:
		f = binary.BigEndian.AppendUint16(append(f, 0x80|126), uint16(len(payload)))
	case 8:
		f = binary.BigEndian.AppendUint64(append(f, 0x80|127), uint64(len(payload)))
	}
	mask := [4]byte{0xa1, 0x0b, 0x5c, 0xfe}
	f = append(f, mask[:]...)
	for i, b := range payload {
		f = append(f, b^mask[i%4])
	}
	return f
}

// closeCode reads up to the end of the connection and returns the close code.
func closeCode(c *websocket.Conn) (int, error) {
	for {
		_, _, err := c.ReadMessage()
		var ce *websocket.CloseError
		if errors.As(err, &ce) {
			return ce.Code, nil
		}
		if err != nil {
			return 0, err
		}
	}
}

func TestFragmentsAreEchoedAsOneMessage(t *testing.T) {
	s := start(t, Config{})
	big := random(70_000)
	for name, tc := range map[string]struct {
		wire []byte
		op   int
		want []byte
	}{
		"two":                  {append(frame(0x01, 0, []byte("sto")), frame(0x80, 0, []byte("rm"))...), websocket.TextMessage, []byte("storm")},
		"empty ones":           {append(append(frame(0x02, 0, nil), frame(0x00, 0, nil)...), frame(0x80, 0, nil)...), websocket.BinaryMessage, nil},
		"a ping in between":    {append(append(frame(0x01, 0, []byte("a")), frame(0x89, 0, []byte("x"))...), frame(0x80, 0, []byte("b"))...), websocket.TextMessage, []byte("ab")},
		"UTF-8 across":         {append(frame(0x01, 0, []byte{0xc3}), frame(0x80, 0, []byte{0xa9})...), websocket.TextMessage, []byte("é")},
		"large, odd alignment": {append(frame(0x02, 8, big[:65_537]), frame(0x80, 2, big[65_537:])...), websocket.BinaryMessage, big},
	} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, s, websocket.Dialer{})
			if _, err := c.NetConn().Write(tc.wire); err != nil {
				t.Fatal(err)
			}
			op, got, err := c.ReadMessage()
			if err != nil || op != tc.op || !bytes.Equal(got, tc.want) {
				t.Errorf("got opcode %d, %d bytes, %v; want opcode %d, the %d bytes sent", op, len(got), err, tc.op, len(tc.want))
			}
		})
	}
}

func TestViolationsCloseWithTheirCode(t *testing.T) {
	s := start(t, Config{MaxMessage: 1000})
	text := func(p string) []byte { return frame(0x81, 0, []byte(p)) }
	unmasked := []byte{0x81, 0x01, 'x'}
	for name, tc := range map[string]struct {
		wire []byte
		want int
	}{
		"unmasked":                  {unmasked, 1002},
		"RSV1":                      {frame(0xc1, 0, nil), 1002},
		"RSV2 on a ping":            {frame(0xa9, 0, nil), 1002},
		"reserved opcode":           {frame(0x83, 0, nil), 1002},
		"fragmented ping":           {frame(0x09, 0, nil), 1002},
		"long ping":                 {frame(0x89, 2, make([]byte, 126)), 1002},
		"continuation of nothing":   {frame(0x80, 0, nil), 1002},
		"message within a message":  {append(frame(0x01, 0, nil), text("x")...), 1002},
		"16-bit length not minimal": {frame(0x82, 2, make([]byte, 125)), 1002},
		"64-bit length not minimal": {frame(0x82, 8, make([]byte, 300)), 1002},
		"64-bit length negative":    {[]byte{0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4}, 1002},
		"text not UTF-8":            {text("\xc3\x28"), 1007},
		"announced too large":       {[]byte{0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4}, 1009},
		"fragments too large":       {append(frame(0x02, 2, make([]byte, 900)), frame(0x80, 0, make([]byte, 101))...), 1009},
		"largest allowed":           {append(frame(0x82, 2, make([]byte, 1000)), frame(0x88, 0, []byte{0x0b, 0xb8})...), 3000},
	} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, s, websocket.Dialer{})
			if _, err := c.NetConn().Write(tc.wire); err != nil {
				t.Fatal(err)
			}
			if got, err := closeCode(c); got != tc.want {
				t.Errorf("got close code %d, %v; want %d", got, err, tc.want)
			}
		})
	}
}

func TestCompressedViolations(t *testing.T) {
	s := start(t, Config{MaxMessage: 1 << 20, Compress: true})
	bomb := newMessage(0, false)
	bomb.Write(make([]byte, 1<<20+1))
	packed, err := deflate(bomb)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		wire []byte
		want int
	}{
		"not DEFLATE":          {frame(0xc1, 0, []byte{0xff, 0xff, 0xff}), 1007},
		"bomb":                 {frame(0xc2, 2, packed.payload()), 1009},
		"RSV1 on a ping":       {frame(0xc9, 0, nil), 1002},
		"RSV1 on continuation": {append(frame(0x41, 0, nil), frame(0xc0, 0, nil)...), 1002},
	} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, s, websocket.Dialer{EnableCompression: true})
			if _, err := c.NetConn().Write(tc.wire); err != nil {
				t.Fatal(err)
			}
			if got, err := closeCode(c); got != tc.want {
				t.Errorf("got close code %d, %v; want %d", got, err, tc.want)
			}
		})
	}
}

// A burst goes through the held replies, its large messages past them.
func TestPipelinedMessagesKeepTheirOrder(t *testing.T) {
	c := dial(t, start(t, Config{}), websocket.Dialer{})
	var wire []byte
	var want [][]byte
	for i := range 2000 {
		p := random(i % 126)
		if i%100 == 99 {
			p = random(40_000)
			wire = append(wire, frame(0x82, 2, p)...)
		} else {
			wire = append(wire, frame(0x82, 0, p)...)
		}
		want = append(want, p)
	}
	wrote := make(chan error, 1)
	go func() {
		_, err := c.NetConn().Write(wire)
		wrote <- err
	}()
	for i := range want {
		_, got, err := c.ReadMessage()
		if err != nil || !bytes.Equal(got, want[i]) {
			t.Fatalf("message %d: got %d bytes, %v; want the %d bytes sent", i, len(got), err, len(want[i]))
		}
	}
	if err := <-wrote; err != nil {
		t.Fatal(err)
	}
}

// RFC 6455, Section 5.5.1: no data after Close. Whoever sends on after the
// server said 1001 gets no echo, and still a clean end.
func TestNoEchoAfterGoingAway(t *testing.T) {
	s, stop := startStoppable(t, Config{StopTimeout: time.Hour})
	c := dial(t, s, websocket.Dialer{})
	echo(t, c, websocket.TextMessage, []byte("up"))
	c.SetCloseHandler(func(int, string) error { return nil })
	stopped := make(chan struct{})
	go func() { defer close(stopped); stop() }()
	if got, err := closeCode(c); got != websocket.CloseGoingAway {
		t.Fatalf("got close code %d, %v; want 1001", got, err)
	}
	// Large enough that the server would write its reply at once.
	late := append(frame(0x82, 2, make([]byte, directWrite)), frame(0x89, 0, nil)...)
	late = append(late, frame(0x88, 0, []byte{0x03, 0xe9})...)
	if _, err := c.NetConn().Write(late); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(c.NetConn()); err != nil || len(rest) > 0 {
		t.Errorf("got %d bytes, %v after the server's Close; want 0 and EOF", len(rest), err)
	}
	<-stopped
}
