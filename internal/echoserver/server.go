package echoserver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Config sets the limits of a Server. The zero value is ready to use.
type Config struct {
	// MaxMessage is the largest message in bytes, after assembly and
	// inflation; a larger one is answered with close code 1009. 0 means 64 MiB.
	MaxMessage int

	// Compress accepts permessage-deflate (RFC 7692) from clients that offer
	// it, without context takeover in either direction.
	Compress bool

	// HandshakeTimeout bounds the opening handshake of one connection.
	// 0 means 10 s.
	HandshakeTimeout time.Duration

	// StopTimeout bounds the closing handshakes when the server stops;
	// connections still open after it are cut. 0 means 2 s.
	StopTimeout time.Duration

	// Faults are what the server does wrong on purpose.
	Faults Faults
}

// acceptPause is how long accepting rests when the process or the machine is
// out of file descriptors: long enough not to spin, short enough that a
// connect storm does not notice it.
const acceptPause = 5 * time.Millisecond

// Server echoes every message back to the connection that sent it.
type Server struct {
	cfg        Config
	listener   net.Listener
	instrument *instrument // nil without faults
	stopping   atomic.Bool
	running    sync.WaitGroup

	mu    sync.Mutex
	conns map[net.Conn]struct{}
}

// Listen binds addr ("127.0.0.1:0" for a free port) and returns a Server that
// has not begun to accept. The address is bound on return, so a client may
// connect at once; the port is free again only when Serve has returned.
func Listen(addr string, cfg Config) (*Server, error) {
	cfg.MaxMessage = cmp.Or(cfg.MaxMessage, 64<<20)
	cfg.HandshakeTimeout = cmp.Or(cfg.HandshakeTimeout, 10*time.Second)
	cfg.StopTimeout = cmp.Or(cfg.StopTimeout, 2*time.Second)
	if err := cfg.Faults.check(); err != nil {
		return nil, fmt.Errorf("faults: %w", err)
	}
	// Keep-alive probes would cost three system calls a connection, to find
	// dead peers that a target of a bounded run does not have.
	lc := net.ListenConfig{KeepAlive: -1}
	ln, err := lc.Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listening on %q: %w", addr, err)
	}
	s := &Server{cfg: cfg, listener: ln, conns: make(map[net.Conn]struct{})}
	if cfg.Faults.Active() {
		s.instrument = newInstrument(cfg.Faults)
	}
	return s, nil
}

// Addr returns the bound address.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// URL returns the ws:// URL of the server. It accepts every path.
func (s *Server) URL() string { return "ws://" + s.Addr().String() + "/" }

// Serve accepts connections until ctx is done, then stops: it closes the
// listener, sends every connection a Close frame with code 1001 (going away),
// and cuts what has not answered within Config.StopTimeout. It returns when
// the last goroutine has ended; nil after a stop by ctx, otherwise the error
// that ended accepting, or the first of Faults.DelayLog. Serve may be called once.
func (s *Server) Serve(ctx context.Context) error {
	release := context.AfterFunc(ctx, func() { s.listener.Close() })
	defer release()
	if s.instrument == nil {
		return s.serve(ctx)
	}
	if err := s.instrument.start(); err != nil {
		s.listener.Close()
		return err
	}
	err := s.serve(ctx)
	return cmp.Or(err, s.instrument.close())
}

func (s *Server) serve(ctx context.Context) error {
	err := s.accept(ctx)
	s.listener.Close()
	s.stop()
	return err
}

// accept starts a goroutine for every connection until the listener closes.
func (s *Server) accept(ctx context.Context) error {
	for {
		nc, err := s.listener.Accept()
		switch {
		case err == nil:
			s.welcome(nc)
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE), errors.Is(err, syscall.ECONNABORTED):
			time.Sleep(acceptPause)
		default:
			return fmt.Errorf("accepting on %s: %w", s.Addr(), err)
		}
	}
}

// welcome starts the goroutine of a connection.
func (s *Server) welcome(nc net.Conn) {
	if s.instrument != nil {
		nc = s.instrument.adopt(nc)
	}
	s.track(nc)
	s.running.Go(func() {
		defer s.untrack(nc)
		newConn(s, nc).serve()
	})
}

// stop ends every connection and waits for its goroutine.
func (s *Server) stop() {
	// The flag goes up before the deadlines: a connection that clears its
	// deadline after this loop sees the flag (see conn.upgrade).
	s.stopping.Store(true)
	if s.instrument != nil {
		s.instrument.stopping()
	}
	s.each(func(nc net.Conn) { nc.SetReadDeadline(time.Now()) })
	cut := time.AfterFunc(s.cfg.StopTimeout, func() {
		s.each(func(nc net.Conn) { nc.Close() })
	})
	s.running.Wait()
	cut.Stop()
}

func (s *Server) track(nc net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[nc] = struct{}{}
}

func (s *Server) untrack(nc net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, nc)
	nc.Close()
}

func (s *Server) each(f func(net.Conn)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for nc := range s.conns {
		f(nc)
	}
}
