package loadgen

import (
	"bufio"
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"wsstorm/wsclient"
)

// A wildServer speaks WebSocket by hand: most of its connections are healthy and
// echo, every fifth one, beginning with the first, is handed to wild.
type wildServer struct {
	wild  func(*wildConn)    // nil: all are healthy
	picks func(n int64) bool // whether wild gets connection n, from 1 on; nil: every fifth
	heard func(n int64)      // told of the first message on healthy connection n; may be nil

	ln    net.Listener
	wg    sync.WaitGroup
	mu    sync.Mutex
	conns map[*wildConn]bool
	over  chan struct{} // closed by hangUp

	accepted, hostile atomic.Int64
	messages          atomic.Int64 // that healthy connections received
	echoed            atomic.Int64 // of them answered
	parted            atomic.Int64 // healthy connections with a closing handshake
	finished          atomic.Int64 // healthy connections that ended with a FIN and no Close frame
	answered          atomic.Int64 // by hostile connections, each to a message of its own
	wrong             atomic.Int64 // answers and others that the engine has to object to
	wrote             atomic.Int64 // bytes
}

const wildEvery = 5

// startWild begins to serve on a loopback port until the test ends, which waits
// for all of its connections.
func startWild(t testing.TB, s *wildServer) *wildServer {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.ln = ln
	s.conns = make(map[*wildConn]bool)
	s.over = make(chan struct{})
	s.wg.Go(s.accept)
	t.Cleanup(func() {
		ln.Close()
		s.hangUp()
		s.wg.Wait()
	})
	return s
}

// URL returns the server's ws:// URL.
func (s *wildServer) URL() string { return "ws://" + s.ln.Addr().String() + "/" }

func (s *wildServer) accept() {
	for {
		conn, err := s.ln.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		n := s.accepted.Add(1)
		c := &wildConn{TCPConn: conn.(*net.TCPConn), r: bufio.NewReader(conn), s: s, n: n}
		s.mu.Lock()
		s.conns[c] = true
		s.mu.Unlock()
		serve := (*wildConn).healthy
		picked := n%wildEvery == 1
		if s.picks != nil {
			picked = s.picks(n)
		}
		if s.wild != nil && picked {
			serve = s.wild
			s.hostile.Add(1)
		}
		s.wg.Go(func() {
			serve(c)
			c.Close()
			s.mu.Lock()
			delete(s.conns, c)
			s.mu.Unlock()
		})
	}
}

// hangUp closes every connection.
func (s *wildServer) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.over:
	default:
		close(s.over)
	}
	for c := range s.conns {
		c.Close()
	}
}

// A wildConn is the server's end of one connection.
type wildConn struct {
	*net.TCPConn
	r *bufio.Reader
	s *wildServer
	n int64 // of the server's connections, from 1 on
}

// request reads the opening handshake and returns its answer as it should be.
func (c *wildConn) request() (response string, ok bool) {
	key := ""
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			return "", false
		}
		line = strings.TrimSuffix(line, "\r\n")
		if line == "" {
			sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
			return fmt.Sprintf("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
				"Sec-WebSocket-Accept: %s\r\n\r\n", base64.StdEncoding.EncodeToString(sum[:])), true
		}
		if name, value, _ := strings.Cut(line, ": "); strings.EqualFold(name, "Sec-WebSocket-Key") {
			key = value
		}
	}
}

// upgrade does the opening handshake as it should be.
func (c *wildConn) upgrade() bool {
	response, ok := c.request()
	return ok && c.send([]byte(response))
}

// send writes all of p and reports whether that was possible.
func (c *wildConn) send(p ...[]byte) bool {
	for _, p := range p {
		n, err := c.Write(p)
		c.s.wrote.Add(int64(n))
		if err != nil {
			return false
		}
	}
	return true
}

// message reads the next message, however it is fragmented, and its opcode. A
// Close frame is a message here. Pings are answered. ok is false at the end of
// the stream.
func (c *wildConn) message() (op wsclient.Opcode, payload []byte, ok bool) {
	compressed := false
	for {
		f, err := readClientFrame(c.r)
		if err != nil {
			return 0, nil, false
		}
		switch {
		case f.op == wsclient.OpPing:
			if !c.send(appendFrame(nil, fin|byte(wsclient.OpPong), f.payload)) {
				return 0, nil, false
			}
			continue
		case f.op == wsclient.OpPong:
			continue
		case f.op == wsclient.OpClose:
			return f.op, f.payload, true
		case f.op != wsclient.OpContinuation:
			op, compressed = f.op, f.rsv1
		}
		payload = append(payload, f.payload...)
		if f.fin && compressed {
			payload, err = inflated(payload)
		}
		if f.fin {
			return op, payload, err == nil
		}
	}
}

// healthy echoes until the client closes the connection.
func (c *wildConn) healthy() {
	if !c.upgrade() {
		return
	}
	for first := true; ; first = false {
		op, p, ok := c.message()
		switch {
		case !ok:
			if _, err := c.r.ReadByte(); err == io.EOF {
				c.s.finished.Add(1)
			}
			return
		case op == wsclient.OpClose:
			if c.send(appendFrame(nil, fin|byte(op), p)) {
				c.s.parted.Add(1)
			}
			return
		}
		c.s.messages.Add(1)
		if !c.send(appendFrame(nil, fin|byte(op), p)) {
			return
		}
		c.s.echoed.Add(1)
		if first && c.s.heard != nil {
			c.s.heard(c.n)
		}
	}
}

// talk has reply answer each message, after the handshake, and a Close frame be
// answered as it should be. reply may be nil, for no answer.
func (c *wildConn) talk(reply func(op wsclient.Opcode, p []byte)) {
	if c.upgrade() {
		c.converse(reply)
	}
}

func (c *wildConn) converse(reply func(op wsclient.Opcode, p []byte)) {
	for {
		op, p, ok := c.message()
		if !ok {
			return
		}
		if op == wsclient.OpClose {
			c.send(appendFrame(nil, fin|byte(op), p))
			return
		}
		if reply != nil {
			reply(op, p)
		}
	}
}

// answer sends p as the answer to a message.
func (c *wildConn) answer(op wsclient.Opcode, p []byte) {
	// Counted first: the client may be ahead of what follows the write.
	c.s.answered.Add(1)
	c.send(appendFrame(nil, fin|byte(op), p))
}

// reset ends the connection with a RST.
func (c *wildConn) reset() {
	c.SetLinger(0)
	c.Close()
}

// awaitClose reads and ignores what comes, until a Close frame does.
func (c *wildConn) awaitClose() {
	for op, _, ok := c.message(); ok && op != wsclient.OpClose; op, _, ok = c.message() {
	}
}

// halfClose sends FIN and reads on: to close with bytes unread would send RST.
func (c *wildConn) halfClose() {
	c.CloseWrite()
	c.idle()
}

// idle reads and ignores what comes, until the client closes TCP.
func (c *wildConn) idle() { io.Copy(io.Discard, c.r) }

// deaf reads nothing, until the test hangs up.
func (c *wildConn) deaf() { <-c.s.over }

// flood sends p again and again until the client closes TCP.
func (c *wildConn) flood(p []byte) {
	for c.send(p) {
	}
}

// repeated returns p as often as it fits into about n bytes.
func repeated(p []byte, n int) []byte { return bytes.Repeat(p, max(1, n/len(p))) }
