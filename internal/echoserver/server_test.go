package echoserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"wsstorm/internal/leak"
)

func TestMain(m *testing.M) { leak.Main(m) }

// start runs a server for the length of the test and fails the test when the
// server does not end well.
func start(t *testing.T, cfg Config) *Server {
	t.Helper()
	s, stop := startStoppable(t, cfg)
	t.Cleanup(stop)
	return s
}

// startStoppable is start for tests that stop the server themselves; stop may
// be called more than once and returns when Serve has.
func startStoppable(t testing.TB, cfg Config) (s *Server, stop func()) {
	t.Helper()
	s, err := Listen("127.0.0.1:0", cfg)
	if err != nil {
		t.Fatal(err)
	}
	served, cancel := serving(s)
	return s, sync.OnceFunc(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("Serve: got %v, want nil", err)
		}
	})
}

// serving has s serve until cancel; then served yields what Serve returned.
func serving(s *Server) (served <-chan error, cancel func()) {
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan error, 1)
	go func() { result <- s.Serve(ctx) }()
	return result, cancel
}

func dial(t testing.TB, s *Server, d websocket.Dialer) *websocket.Conn {
	t.Helper()
	c, _, err := d.Dial(s.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetReadDeadline(time.Now().Add(time.Minute))
	return c
}

// echo sends one message and fails the test unless the same comes back.
func echo(t *testing.T, c *websocket.Conn, op int, payload []byte) {
	t.Helper()
	if err := c.WriteMessage(op, payload); err != nil {
		t.Fatal(err)
	}
	gotOp, got, err := c.ReadMessage()
	if err != nil {
		t.Fatal(err)
	}
	if gotOp != op || !bytes.Equal(got, payload) {
		t.Fatalf("got opcode %d with %d bytes, want opcode %d with the %d bytes sent", gotOp, len(got), op, len(payload))
	}
}

// random returns n bytes that are the same in every run.
func random(n int) []byte {
	p := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(n)}).Read(p)
	return p
}

func TestEchoSizes(t *testing.T) {
	sizes := []int{0, 1, 15, 16, 17, 124, 125, 126, 127, 128, 1014, 1024, 4096, 65534, 65535, 65536, 65537, 3<<20 + 1}
	for _, compress := range []bool{false, true} {
		t.Run(fmt.Sprintf("compress=%t", compress), func(t *testing.T) {
			c := dial(t, start(t, Config{Compress: compress}), websocket.Dialer{EnableCompression: compress})
			for _, n := range sizes {
				echo(t, c, websocket.BinaryMessage, random(n))
				echo(t, c, websocket.TextMessage, []byte(strings.Repeat("é", n/2)+strings.Repeat("x", n%2)))
			}
		})
	}
}

func TestCompressIsNegotiated(t *testing.T) {
	for _, tc := range []struct{ offer, accept, want bool }{
		{true, true, true}, {true, false, false}, {false, true, false},
	} {
		s := start(t, Config{Compress: tc.accept})
		d := websocket.Dialer{EnableCompression: tc.offer}
		c, resp, err := d.Dial(s.URL(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		got := strings.HasPrefix(resp.Header.Get("Sec-Websocket-Extensions"), "permessage-deflate")
		if got != tc.want {
			t.Errorf("offer %t, Compress %t: got negotiated %t, want %t", tc.offer, tc.accept, got, tc.want)
		}
	}
}

func TestSubprotocolFirstOfferIsAccepted(t *testing.T) {
	c := dial(t, start(t, Config{}), websocket.Dialer{Subprotocols: []string{"a", "b"}})
	if got := c.Subprotocol(); got != "a" {
		t.Errorf("got subprotocol %q, want %q", got, "a")
	}
}

func TestPlainHTTPIsRefused(t *testing.T) {
	s := start(t, Config{})
	resp, err := http.Get("http://" + s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	if resp.StatusCode != http.StatusBadRequest {
		t.Errorf("got status %d, want %d", resp.StatusCode, http.StatusBadRequest)
	}
}

func TestPing(t *testing.T) {
	c := dial(t, start(t, Config{}), websocket.Dialer{})
	want := []string{"", "storm", strings.Repeat("p", 125)}
	var got []string
	c.SetPongHandler(func(p string) error { got = append(got, p); return nil })
	for _, p := range want {
		if err := c.WriteControl(websocket.PingMessage, []byte(p), time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	echo(t, c, websocket.TextMessage, []byte("after the pings")) // replies keep their order
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got pongs %q, want %q", got, want)
	}
}

func TestCloseCodeIsEchoed(t *testing.T) {
	s := start(t, Config{})
	for _, tc := range []struct {
		body []byte
		want int
	}{
		{nil, websocket.CloseNoStatusReceived},
		{websocket.FormatCloseMessage(1000, "bye"), 1000},
		{websocket.FormatCloseMessage(1001, ""), 1001},
		{websocket.FormatCloseMessage(1011, ""), 1011},
		{websocket.FormatCloseMessage(1012, ""), 1012},
		{websocket.FormatCloseMessage(1013, ""), 1013},
		{websocket.FormatCloseMessage(3000, ""), 3000},
		{websocket.FormatCloseMessage(4999, "bye"), 4999},
		{[]byte{3}, websocket.CloseProtocolError},
		{[]byte{0x03, 0xee}, websocket.CloseProtocolError}, // 1006 is never sent
		{[]byte{0x03, 0xf7}, websocket.CloseProtocolError}, // 1015 is never sent
		{[]byte{0x07, 0xd0}, websocket.CloseProtocolError}, // 2000 is nobody's
		{[]byte{0x03, 0xe8, 0xff}, websocket.CloseProtocolError},
	} {
		c := dial(t, s, websocket.Dialer{})
		if err := c.WriteMessage(websocket.CloseMessage, tc.body); err != nil {
			t.Fatal(err)
		}
		_, _, err := c.ReadMessage()
		var ce *websocket.CloseError
		if !errors.As(err, &ce) || ce.Code != tc.want {
			t.Errorf("Close %x: got %v, want close code %d", tc.body, err, tc.want)
		}
		// RFC 6455, Section 7.1.1: the server closes TCP first.
		if n, err := c.NetConn().Read(make([]byte, 1)); n != 0 || err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Close %x: got %d bytes, %v after the Close frame; want the end of the stream", tc.body, n, err)
		}
	}
}

func TestManyConnections(t *testing.T) {
	s := start(t, Config{})
	const conns, rounds = 300, 5
	var cs []*websocket.Conn
	for range conns {
		cs = append(cs, dial(t, s, websocket.Dialer{}))
	}
	var wg sync.WaitGroup
	for i, c := range cs {
		wg.Go(func() {
			for r := range rounds {
				want := fmt.Sprintf("%d/%d", i, r)
				if err := c.WriteMessage(websocket.TextMessage, []byte(want)); err != nil {
					t.Error(err)
					return
				}
				if _, got, err := c.ReadMessage(); err != nil || string(got) != want {
					t.Errorf("got %q, %v; want %q", got, err, want)
				}
			}
		})
	}
	wg.Wait()
}

func TestStopSendsGoingAwayAndWaits(t *testing.T) {
	s, stop := startStoppable(t, Config{StopTimeout: time.Hour})
	defer stop()
	var cs []*websocket.Conn
	for range 20 {
		c := dial(t, s, websocket.Dialer{})
		echo(t, c, websocket.TextMessage, []byte("up"))
		cs = append(cs, c)
	}
	var wg sync.WaitGroup
	for _, c := range cs {
		wg.Go(func() {
			_, _, err := c.ReadMessage() // gorilla answers the Close by itself
			if !websocket.IsCloseError(err, websocket.CloseGoingAway) {
				t.Errorf("got %v, want close code 1001", err)
			}
		})
	}
	stop() // with an hour to wait, it returns because the peers answered
	wg.Wait()
	if c, err := net.Dial("tcp", s.Addr().String()); err == nil {
		c.Close()
		t.Error("the port still accepts after Serve returned")
	}
}

func TestStopCutsSilentPeers(t *testing.T) {
	s, stop := startStoppable(t, Config{StopTimeout: time.Millisecond})
	defer stop()
	quiet, err := net.Dial("tcp", s.Addr().String()) // never sends a request
	if err != nil {
		t.Fatal(err)
	}
	defer quiet.Close()
	deaf := dial(t, s, websocket.Dialer{}) // never answers the Close
	echo(t, deaf, websocket.TextMessage, []byte("up"))
	stop()
	if n := len(s.conns); n != 0 {
		t.Errorf("got %d connections after Serve returned, want 0", n)
	}
}

func TestListenRefusesBadAddress(t *testing.T) {
	s, err := Listen("127.0.0.1:99999", Config{})
	if err == nil {
		t.Fatalf("got a server on %s, want an error", s.Addr())
	}
}
