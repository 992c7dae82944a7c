package wsclient

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// RFC 6455, Section 7.1.2, begun by us; and Section 7.1.1: the server closes TCP
// first, we wait for it.
func TestCloseFromOurSide(t *testing.T) {
	var serverClosed atomic.Bool
	got := make(chan clientFrame, 1)
	url := serveRaw(t, func(c net.Conn) {
		upgradeRaw(c, nil)
		f, err := readFrame(c)
		if err != nil {
			return
		}
		got <- f
		// Messages that were on their way, and then the answer.
		c.Write(append(serverFrame(0x82, "late"), serverFrame(0x88, "\x03\xe8ok")...))
		serverClosed.Store(true)
	})
	c := dialTo(t, url, Dialer{})
	if err := c.Close(StatusGoingAway, "enough"); err != nil {
		t.Errorf("got %v, want nil", err)
	}
	if !serverClosed.Load() {
		t.Error("we closed TCP before the server")
	}
	if f := <-got; f.first != 0x88 || string(f.payload) != "\x03\xe9enough" || !f.masked {
		t.Errorf("got frame %x %q, want a close frame with 1001 and the reason", f.first, f.payload)
	}
	if err := c.Close(StatusNormalClosure, ""); err != nil {
		t.Errorf("closing again: got %v, want nil", err)
	}
	var closed *CloseError
	if _, _, err := c.Read(within(t)); !errors.As(err, &closed) || closed.Code != StatusNormalClosure || closed.Reason != "ok" {
		t.Errorf("got %v, want the server's close", err)
	}
	if err := c.Write(within(t), OpText, nil); !errors.As(err, &closed) {
		t.Errorf("got %v from Write, want the server's close", err)
	}
}

// RFC 6455, Section 5.5.1, begun by the server: the answer carries its code.
func TestCloseFromTheServersSide(t *testing.T) {
	for _, tt := range []struct {
		name    string
		payload string
		code    StatusCode
		reason  string
		answer  string
	}{
		{"code and reason", "\x03\xe9bye", StatusGoingAway, "bye", "\x03\xe9"},
		{"code", "\x0f\xa0", 4000, "", "\x0f\xa0"},
		{"empty", "", StatusNoStatus, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var serverClosed atomic.Bool
			answers := make(chan clientFrame, 1)
			url := serveRaw(t, func(c net.Conn) {
				defer close(answers)
				upgradeRaw(c, serverFrame(0x88, tt.payload))
				f, err := readFrame(c)
				if err != nil {
					return
				}
				answers <- f
				io.WriteString(c, "whatever") // is discarded
				serverClosed.Store(true)
			})
			c := dialTo(t, url, Dialer{})
			_, _, err := c.Read(within(t))
			var closed *CloseError
			if !errors.As(err, &closed) || closed.Code != tt.code || closed.Reason != tt.reason {
				t.Errorf("got %v, want %v %q", err, tt.code, tt.reason)
			}
			if !serverClosed.Load() {
				t.Error("we closed TCP before the server")
			}
			if f := <-answers; f.first != 0x88 || string(f.payload) != tt.answer {
				t.Errorf("got answer %x %q, want a close frame with %q", f.first, f.payload, tt.answer)
			}
			if err := c.Close(StatusNormalClosure, ""); err != nil {
				t.Errorf("got %v from Close, want nil, because the handshake is done", err)
			}
		})
	}
}

// Close while another goroutine reads: that one takes the server's answer.
func TestCloseWhileReading(t *testing.T) {
	for _, server := range echoServers {
		t.Run(server.name, func(t *testing.T) {
			c := dialTo(t, serve(t, server.handler), Dialer{})
			errs := make(chan error)
			go func() {
				_, _, err := c.Read(context.Background())
				errs <- err
			}()
			if err := c.Ping(within(t)); err != nil { // the reader is at work
				t.Fatal(err)
			}
			if err := c.Close(StatusNormalClosure, "bye"); err != nil {
				t.Errorf("got %v, want nil", err)
			}
			var closed *CloseError
			if err := <-errs; !errors.As(err, &closed) || closed.Code != StatusNormalClosure {
				t.Errorf("got %v from Read, want code 1000", err)
			}
		})
	}
}

func TestCloseByManyAtOnce(t *testing.T) {
	c := dialTo(t, serve(t, coderEcho), Dialer{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := c.Close(StatusNormalClosure, ""); err != nil {
				t.Errorf("got %v, want nil", err)
			}
		})
	}
	wg.Wait()
}

// Servers that leave the closing handshake unfinished are waited for only so
// long.
func TestCloseIsBounded(t *testing.T) {
	silent := func(t *testing.T, first []byte) func(net.Conn) {
		return func(c net.Conn) {
			upgradeRaw(c, first)
			io.Copy(io.Discard, c)
			<-t.Context().Done() // TCP stays open
		}
	}
	short := Dialer{CloseTimeout: 50 * time.Millisecond}
	t.Run("no close frame", func(t *testing.T) {
		c := dialTo(t, serveRaw(t, silent(t, nil)), short)
		if err := c.Close(StatusNormalClosure, ""); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
		}
	})
	t.Run("no close frame but endless messages", func(t *testing.T) {
		c := dialTo(t, serveRaw(t, func(c net.Conn) {
			if upgradeRaw(c, nil) {
				for {
					if _, err := c.Write(serverFrame(0x82, "more")); err != nil {
						return
					}
				}
			}
		}), short)
		if err := c.Close(StatusNormalClosure, ""); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
		}
	})
	t.Run("no end of TCP", func(t *testing.T) {
		c := dialTo(t, serveRaw(t, silent(t, serverFrame(0x88, ""))), short)
		var closed *CloseError
		if _, _, err := c.Read(within(t)); !errors.As(err, &closed) {
			t.Errorf("got %v, want a *CloseError", err)
		}
	})
}

// The reader has the server's Close frame and waits for the end of TCP when
// Close's own time is up: the handshake is done nevertheless.
func TestCloseIsDoneThoughTCPStaysOpen(t *testing.T) {
	t.Parallel() // it mostly waits
	const timeout = 2 * time.Second
	url := serveRaw(t, func(c net.Conn) {
		upgradeRaw(c, nil)
		for {
			f, err := readFrame(c)
			if err != nil {
				return
			}
			if f.first == 0x88 {
				time.AfterFunc(timeout/4, func() { c.Write(serverFrame(0x88, "\x03\xe8")) })
				continue
			}
			c.Write(serverFrame(0x8A, string(f.payload))) // the answer to a ping
		}
	})
	c := dialTo(t, url, Dialer{CloseTimeout: timeout})
	errs := make(chan error)
	go func() {
		_, _, err := c.Read(context.Background())
		errs <- err
	}()
	if err := c.Ping(within(t)); err != nil { // the reader is at work
		t.Fatal(err)
	}
	if err := c.Close(StatusNormalClosure, ""); err != nil {
		t.Errorf("got %v, want nil", err)
	}
	var closed *CloseError
	if err := <-errs; !errors.As(err, &closed) {
		t.Errorf("got %v from Read, want a *CloseError", err)
	}
}

func TestConnectionLostWithoutClose(t *testing.T) {
	url := serveRaw(t, func(c net.Conn) { upgradeRaw(c, []byte{0x81, 5, 'h', 'a', 'l'}) })
	c := dialTo(t, url, Dialer{})
	if _, _, err := c.Read(within(t)); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v, want %v", err, io.ErrUnexpectedEOF)
	}
	if err := c.Close(StatusNormalClosure, ""); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v from Close, want %v", err, io.ErrUnexpectedEOF)
	}
}

func TestCloseNowEndsWhatOthersWaitFor(t *testing.T) {
	c := dialTo(t, serve(t, gorillaEcho), Dialer{})
	errs := make(chan error)
	go func() {
		_, _, err := c.Read(context.Background())
		errs <- err
	}()
	if err := c.Ping(within(t)); err != nil {
		t.Fatal(err)
	}
	c.CloseNow()
	if err := <-errs; !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v, want %v", err, net.ErrClosed)
	}
}

// After our Close frame nothing more is sent: RFC 6455, Section 5.5.1.
func TestNothingIsSentAfterTheCloseFrame(t *testing.T) {
	closeSeen := make(chan struct{})
	resume := make(chan struct{})
	rest := make(chan []byte, 1)
	url := serveRaw(t, func(c net.Conn) {
		upgradeRaw(c, nil)
		if _, err := readFrame(c); err != nil {
			return
		}
		close(closeSeen)
		<-resume
		c.Write(append(serverFrame(0x89, "ping"), serverFrame(0x88, "")...))
		c.(*net.TCPConn).CloseWrite()
		p, _ := io.ReadAll(c)
		rest <- p
	})
	c := dialTo(t, url, Dialer{})
	errs := make(chan error)
	go func() { errs <- c.Close(StatusNormalClosure, "") }()
	<-closeSeen
	if err := c.Write(within(t), OpText, []byte("too late")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v, want %v", err, net.ErrClosed)
	}
	close(resume)
	if err := <-errs; err != nil {
		t.Errorf("got %v from Close, want nil", err)
	}
	if p := <-rest; len(p) != 0 {
		t.Errorf("got % x behind the Close frame, want nothing", p)
	}
}

// RFC 6455, Section 7.1.7: whatever the server breaks, it is told so with the
// right code, and the reader gets the *ProtocolError.
func TestConnFailsWithTheRightCode(t *testing.T) {
	for _, tt := range violations {
		if tt.deflate {
			continue // was not negotiated here
		}
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			frames := make(chan clientFrame, 1)
			var serverClosed atomic.Bool
			url := serveRaw(t, func(c net.Conn) {
				defer close(frames)
				upgradeRaw(c, []byte(tt.stream+"unread"))
				if f, err := readFrame(c); err == nil {
					frames <- f
				}
				serverClosed.Store(true)
			})
			limit := tt.limit
			if limit == 0 {
				limit = -1
			}
			c := dialTo(t, url, Dialer{MaxMessage: limit, CloseTimeout: patience})
			var err error
			for err == nil {
				_, _, err = c.Read(within(t))
			}
			var fault *ProtocolError
			if !errors.As(err, &fault) || fault.Code != tt.code || fault.Section != tt.section {
				t.Errorf("got %v, want code %d, %s", err, tt.code, tt.section)
			}
			if !serverClosed.Load() {
				t.Error("we closed TCP before the server had our Close frame")
			}
			f := <-frames
			if code, _ := ParseClose(f.payload); f.first != 0x88 || code != tt.code {
				t.Errorf("the server got frame %x with code %d, want a close frame with %d", f.first, code, tt.code)
			}
			if err := c.Close(StatusNormalClosure, ""); !errors.As(err, &fault) {
				t.Errorf("got %v from Close, want the *ProtocolError", err)
			}
		})
	}
}
