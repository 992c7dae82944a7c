package wsclient

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	coder "github.com/coder/websocket"
	gorilla "github.com/gorilla/websocket"
	"github.com/lxzan/gws"
)

// deadline for anything in a test that should not wait at all: long, because it
// is only there so that a defect shows as a failure and not as a hang.
const patience = 10 * time.Second

// gorillaEcho echoes messages and answers a Close frame with its own code.
func gorillaEcho(w http.ResponseWriter, r *http.Request) {
	up := gorilla.Upgrader{Subprotocols: []string{"echo"}, EnableCompression: true}
	c, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer c.Close()
	for {
		op, p, err := c.ReadMessage()
		if err != nil {
			return
		}
		if c.WriteMessage(op, p) != nil {
			return
		}
	}
}

// coderEcho does the same with another library.
func coderEcho(w http.ResponseWriter, r *http.Request) {
	c, err := coder.Accept(w, r, &coder.AcceptOptions{Subprotocols: []string{"echo"}, CompressionMode: coder.CompressionContextTakeover})
	if err != nil {
		return
	}
	defer c.CloseNow()
	c.SetReadLimit(-1)
	for {
		op, p, err := c.Read(r.Context())
		if err != nil {
			return
		}
		if c.Write(r.Context(), op, p) != nil {
			return
		}
	}
}

// echoServers are servers that nobody here wrote.
var echoServers = []struct {
	name    string
	handler http.HandlerFunc
}{{"gorilla", gorillaEcho}, {"coder", coderEcho}}

// gwsEcho does the same with a third one, which agrees to smaller windows.
func gwsEcho(w http.ResponseWriter, r *http.Request) {
	up := gws.NewUpgrader(gwsHandler{}, &gws.ServerOption{PermessageDeflate: gws.PermessageDeflate{
		Enabled: true, Threshold: 1, ServerContextTakeover: true, ClientContextTakeover: true,
		ServerMaxWindowBits: 10, ClientMaxWindowBits: 9,
	}})
	c, err := up.Upgrade(w, r)
	if err != nil {
		return
	}
	c.ReadLoop()
}

type gwsHandler struct{ gws.BuiltinEventHandler }

func (gwsHandler) OnMessage(c *gws.Conn, m *gws.Message) {
	defer m.Close()
	c.WriteMessage(m.Opcode, m.Bytes())
}

// wsURL returns a test server's URL with a WebSocket scheme.
func wsURL(s *httptest.Server) string { return "ws" + strings.TrimPrefix(s.URL, "http") }

// serve starts an HTTP server and returns its URL.
func serve(t testing.TB, handler http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return wsURL(s)
}

// serveRaw listens on loopback, runs handle for each connection, and returns a
// ws:// URL. At the end of the test it closes all connections and waits for the
// handlers.
func serveRaw(t testing.TB, handle func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return "ws://" + serveOn(t, l, handle) + "/"
}

func serveOn(t testing.TB, l net.Listener, handle func(net.Conn)) (addr string) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var conns []net.Conn
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, c)
			mu.Unlock()
			wg.Go(func() {
				defer c.Close()
				handle(c)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, c := range conns {
			c.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	return l.Addr().String()
}

// readRequest reads a handshake's request and returns the key.
func readRequest(c net.Conn) (key string, ok bool) {
	r, err := http.ReadRequest(bufio.NewReader(c))
	if err != nil {
		return "", false
	}
	return r.Header.Get("Sec-WebSocket-Key"), true
}

// acceptFor is the Sec-WebSocket-Accept for a key.
func acceptFor(key string) string {
	var h Handshake
	copy(h.key[:], key)
	accept := h.accept()
	return string(accept[:])
}

// upgradeRaw does the server's side of the opening handshake on a raw
// connection, and sends more right behind it.
func upgradeRaw(c net.Conn, more []byte) bool {
	key, ok := readRequest(c)
	if !ok {
		return false
	}
	_, err := c.Write(append([]byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: "+acceptFor(key)+"\r\n\r\n"), more...))
	return err == nil
}

// clientFrame is a frame as a server reads it.
type clientFrame struct {
	first   byte
	masked  bool
	payload []byte
}

// readFrame reads one frame from a client and unmasks it. It knows short and
// 16-bit lengths.
func readFrame(c net.Conn) (clientFrame, error) {
	var head [2]byte
	if _, err := io.ReadFull(c, head[:]); err != nil {
		return clientFrame{}, err
	}
	f := clientFrame{first: head[0], masked: head[1]&0x80 != 0}
	n := int(head[1] & 0x7F)
	if n == 126 {
		var ext [2]byte
		if _, err := io.ReadFull(c, ext[:]); err != nil {
			return f, err
		}
		n = int(ext[0])<<8 | int(ext[1])
	}
	var key [4]byte
	if _, err := io.ReadFull(c, key[:]); err != nil {
		return f, err
	}
	f.payload = make([]byte, n)
	if _, err := io.ReadFull(c, f.payload); err != nil {
		return f, err
	}
	f.payload = maskByByte(f.payload, key, 0)
	return f, nil
}

// dialTo dials with d, whose Upgrade it makes from the URL.
func dialTo(t testing.TB, url string, d Dialer) *Conn {
	t.Helper()
	d.Upgrade = mustPrepare(t, Request{Target: mustTarget(t, url)})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, err := d.Dial(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseNow)
	return c
}

// within returns a context that ends the test's patience.
func within(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// discardLog takes what a server says about clients that are meant to fail.
func discardLog() *log.Logger { return log.New(io.Discard, "", 0) }

// sameBytes reports whether got is want, saying where not.
func sameBytes(t testing.TB, got, want []byte) bool {
	t.Helper()
	if bytes.Equal(got, want) {
		return true
	}
	t.Errorf("got %d bytes that differ from the %d wanted", len(got), len(want))
	return false
}
