package loadgen

import (
	"context"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	coder "github.com/coder/websocket"
	gorilla "github.com/gorilla/websocket"
)

// An echoServer is a WebSocket server on one of two well-kept libraries, which
// counts what it saw. Its fields are set before it is started.
type echoServer struct {
	refuse func(n int64) int    // the HTTP status for the nth request, 0: accepted
	delay  func(n int64)        // called before the nth request is answered
	silent bool                 // reads, and says nothing, not even Close
	after  func(message []byte) // called after each echo

	requests, opened, messages, bytes, text, pings, closed atomic.Int64
	concurrent, most                                       atomic.Int64 // upgrades at the same time

	handlers sync.WaitGroup
	http     *httptest.Server
	over     chan struct{} // closed by stop
	stopping sync.Once
}

// URL returns the server's ws:// URL.
func (s *echoServer) URL() string { return strings.Replace(s.http.URL, "http", "ws", 1) + "/" }

// start serves with handler; the test's end waits for all connections.
func (s *echoServer) start(t *testing.T, handler func(*echoServer, http.ResponseWriter, *http.Request)) *echoServer {
	s.over = make(chan struct{})
	s.http = httptest.NewServer(s.handle(handler))
	t.Cleanup(s.stop)
	return s
}

// stop closes what it can and waits for the handlers, which hijacked connections
// are otherwise nobody's to wait for.
func (s *echoServer) stop() {
	s.stopping.Do(func() {
		if s.over != nil {
			close(s.over)
		}
		s.http.Close()
		s.handlers.Wait()
	})
}

func (s *echoServer) handle(handler func(*echoServer, http.ResponseWriter, *http.Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.handlers.Add(1)
		defer s.handlers.Done()
		n := s.requests.Add(1) - 1
		at := s.concurrent.Add(1)
		for most := s.most.Load(); at > most && !s.most.CompareAndSwap(most, at); most = s.most.Load() {
		}
		if s.delay != nil {
			s.delay(n)
		}
		s.concurrent.Add(-1)
		if s.refuse != nil {
			if status := s.refuse(n); status != 0 {
				http.Error(w, "not now", status)
				return
			}
		}
		handler(s, w, r)
	}
}

// withGorilla echoes on gorilla/websocket.
func withGorilla(s *echoServer, w http.ResponseWriter, r *http.Request) {
	up := gorilla.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	c, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer c.Close()
	s.opened.Add(1)
	answer := c.PingHandler()
	c.SetPingHandler(func(data string) error {
		s.pings.Add(1)
		return answer(data)
	})
	if s.silent {
		c.SetCloseHandler(func(int, string) error { return nil })
		for {
			if _, _, err := c.ReadMessage(); err != nil {
				break
			}
		}
		s.closed.Add(1)
		// The client gives up; its end is what the next read returns.
		c.NetConn().SetReadDeadline(time.Time{})
		c.NetConn().Read(make([]byte, 1))
		return
	}
	for {
		kind, p, err := c.ReadMessage()
		if err != nil {
			if gorilla.IsCloseError(err, gorilla.CloseNormalClosure) {
				s.closed.Add(1)
			}
			return
		}
		s.saw(p, kind == gorilla.TextMessage)
		if c.WriteMessage(kind, p) != nil {
			return
		}
		if s.after != nil {
			s.after(p)
		}
	}
}

// withCoder echoes on coder/websocket.
func withCoder(s *echoServer, w http.ResponseWriter, r *http.Request) {
	c, err := coder.Accept(w, r, &coder.AcceptOptions{InsecureSkipVerify: true, OnPingReceived: func(_ context.Context, _ []byte) bool {
		s.pings.Add(1)
		return true
	}})
	if err != nil {
		return
	}
	defer c.CloseNow()
	c.SetReadLimit(-1)
	s.opened.Add(1)
	for {
		kind, p, err := c.Read(r.Context())
		if err != nil {
			if coder.CloseStatus(err) == coder.StatusNormalClosure {
				s.closed.Add(1)
			}
			return
		}
		s.saw(p, kind == coder.MessageText)
		if c.Write(r.Context(), kind, p) != nil {
			return
		}
		if s.after != nil {
			s.after(p)
		}
	}
}

func (s *echoServer) saw(p []byte, text bool) {
	s.messages.Add(1)
	s.bytes.Add(int64(len(p)))
	if text {
		s.text.Add(1)
	}
}

// quiet is where a server says what a test makes go wrong.
var quiet = log.New(io.Discard, "", 0)
