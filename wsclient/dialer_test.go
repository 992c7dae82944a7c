package wsclient

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// open opens a connection, makes one echo over the Decoder on it, and closes it.
func open(t *testing.T, d *Dialer) *Transport {
	t.Helper()
	tr, err := d.Open(within(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tr.Conn.Close() })
	tr.Conn.SetDeadline(time.Now().Add(patience))
	if _, err := tr.Conn.Write(AppendFrame(nil, FrameHeader{Fin: true, Opcode: OpText}, NewMaskKey(), []byte("hello"))); err != nil {
		t.Fatal(err)
	}
	var dec Decoder
	var got []byte
	in := tr.Buffered
	buf := make([]byte, 100)
	for {
		ev, rest, err := dec.Next(in)
		if err != nil {
			t.Fatal(err)
		}
		in = rest
		got = append(got, ev.Payload...)
		if ev.Fin {
			break
		}
		if ev.Kind == EventNone {
			n, err := tr.Conn.Read(buf)
			if err != nil {
				t.Fatal(err)
			}
			in = buf[:n]
		}
	}
	if string(got) != "hello" {
		t.Fatalf("got %q back, want %q", got, "hello")
	}
	return tr
}

func TestOpenAgainstOtherLibraries(t *testing.T) {
	for _, server := range echoServers {
		t.Run(server.name, func(t *testing.T) {
			url := serve(t, server.handler)
			up := mustPrepare(t, Request{Target: mustTarget(t, url), Subprotocols: []string{"other", "echo"}})
			tr := open(t, &Dialer{Upgrade: up})
			if tr.Subprotocol != "echo" {
				t.Errorf("got subprotocol %q, want %q", tr.Subprotocol, "echo")
			}
			got := tr.Timings
			if got.Connect <= 0 || got.Upgrade <= 0 || got.DNS != 0 || got.TLS != 0 {
				t.Errorf("got timings %+v, want connect and upgrade only", got)
			}
			if got.Total() != got.Connect+got.Upgrade {
				t.Errorf("got a total of %v, want the sum of %+v", got.Total(), got)
			}
		})
	}
}

func TestOpenSendsWhatTheRequestSays(t *testing.T) {
	var got *http.Request
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Clone(context.Background())
		gorillaEcho(w, r)
	})
	target := mustTarget(t, strings.Replace(url, "ws://", "ws://bob:hunter2@", 1)+"/a%20b?c=d")
	up := mustPrepare(t, Request{Target: target, Host: "example.com", Origin: "http://example.com",
		Headers: []Header{{"X-Test", "1"}}, Cookies: []string{"k=v"}})
	open(t, &Dialer{Upgrade: up})
	user, password, _ := got.BasicAuth()
	if got.Host != "example.com" || got.RequestURI != "/a%20b?c=d" || got.Header.Get("X-Test") != "1" ||
		got.Header.Get("Cookie") != "k=v" || user != "bob" || password != "hunter2" {
		t.Errorf("the server got %s, host %s, headers %v", got.RequestURI, got.Host, got.Header)
	}
}

// All the wrong answers again, from a real server, which then hangs up.
func TestOpenSaysWhatCameInstead(t *testing.T) {
	for _, tt := range handshakeFaults {
		t.Run(tt.name, func(t *testing.T) {
			url := serveRaw(t, func(c net.Conn) {
				key, ok := readRequest(c)
				if !ok {
					return
				}
				answer := strings.ReplaceAll(tt.response, strings.TrimSpace(goodAccept), "Sec-WebSocket-Accept: "+acceptFor(key))
				io.WriteString(c, answer)
			})
			tt.request.Target = mustTarget(t, url)
			_, err := (&Dialer{Upgrade: mustPrepare(t, tt.request)}).Open(within(t))
			var stage *OpenError
			var fault *HandshakeError
			if !errors.As(err, &stage) || !errors.As(err, &fault) {
				t.Fatalf("got %v, want an *OpenError with a *HandshakeError in it", err)
			}
			if stage.Stage != StageUpgrade || fault.Kind != tt.kind || fault.Status != tt.status || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, %v, %d, %q, want upgrade, %v, %d, %q in it", stage.Stage, fault.Kind, fault.Status, err, tt.kind, tt.status, tt.want)
			}
		})
	}
}

// Servers that answer and keep the connection open must not be waited for.
func TestOpenDoesNotWaitBehindAWrongAnswer(t *testing.T) {
	url := serveRaw(t, func(c net.Conn) {
		readRequest(c)
		io.WriteString(c, "220 smtp.example.com ESMTP\r\n")
		io.Copy(io.Discard, c) // until the client hangs up
	})
	_, err := (&Dialer{Upgrade: mustPrepare(t, Request{Target: mustTarget(t, url)})}).Open(within(t))
	if err == nil || !strings.Contains(err.Error(), `no HTTP: 32 32 30`) {
		t.Errorf("got %v, want the greeting in it", err)
	}
}

func TestOpenFrameBehindTheHandshakeIsKept(t *testing.T) {
	url := serveRaw(t, func(c net.Conn) {
		upgradeRaw(c, serverFrame(0x81, "early"))
		io.Copy(io.Discard, c)
	})
	tr, err := (&Dialer{Upgrade: mustPrepare(t, Request{Target: mustTarget(t, url)})}).Open(within(t))
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Conn.Close()
	// One write need not be one read; what was read must not be lost.
	var rest [7]byte
	if _, err := io.ReadFull(io.MultiReader(strings.NewReader(string(tr.Buffered)), tr.Conn), rest[:]); err != nil {
		t.Fatal(err)
	}
	if string(rest[:]) != "\x81\x05early" {
		t.Errorf("got %q, want the frame", rest)
	}
}

func TestOpenStages(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refusing := "ws://" + closed.Addr().String() + "/"
	closed.Close()
	silent := serveRaw(t, func(c net.Conn) { io.Copy(io.Discard, c) })
	resetting := serveRaw(t, func(c net.Conn) {
		readRequest(c)
		c.(*net.TCPConn).SetLinger(0)
	})
	noNames := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("no name server")
	}}
	short := 50 * time.Millisecond
	for _, tt := range []struct {
		name    string
		url     string
		dialer  Dialer
		stage   Stage
		is      error
		timeout bool
	}{
		{"refused", refusing, Dialer{}, StageConnect, syscall.ECONNREFUSED, false},
		{"no socket", "ws://h/", Dialer{UnixSocket: filepath.Join(t.TempDir(), "none")}, StageConnect, os.ErrNotExist, false},
		{"no name", "ws://nowhere.invalid/", Dialer{Resolver: noNames}, StageDNS, nil, false},
		{"silent in the upgrade", silent, Dialer{Timeout: short}, StageUpgrade, context.DeadlineExceeded, true},
		{"silent in TLS", strings.Replace(silent, "ws:", "wss:", 1), Dialer{Timeout: short}, StageTLS, context.DeadlineExceeded, true},
		{"reset in the upgrade", resetting, Dialer{}, StageUpgrade, syscall.ECONNRESET, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.dialer.Upgrade = mustPrepare(t, Request{Target: mustTarget(t, tt.url)})
			_, err := tt.dialer.Open(within(t))
			var open *OpenError
			if !errors.As(err, &open) {
				t.Fatalf("got %v, want an *OpenError", err)
			}
			if open.Stage != tt.stage || open.Timeout() != tt.timeout {
				t.Errorf("got %v, time-out %v, want %v, %v: %v", open.Stage, open.Timeout(), tt.stage, tt.timeout, err)
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("got %v, want %v in it", err, tt.is)
			}
			if !strings.HasPrefix(err.Error(), tt.stage.String()+" ") {
				t.Errorf("got %q, want the stage first", err)
			}
		})
	}
}

func TestOpenIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	url := serveRaw(t, func(c net.Conn) {
		readRequest(c)
		cancel()
		io.Copy(io.Discard, c)
	})
	_, err := (&Dialer{Upgrade: mustPrepare(t, Request{Target: mustTarget(t, url)})}).Open(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestOpenByName(t *testing.T) {
	url := serve(t, gorillaEcho)
	target := mustTarget(t, strings.Replace(url, "127.0.0.1", "localhost", 1))
	tr := open(t, &Dialer{Upgrade: mustPrepare(t, Request{Target: target})})
	if tr.Timings.DNS <= 0 {
		t.Errorf("got timings %+v, want one for DNS", tr.Timings)
	}
}

func TestOpenIPv6(t *testing.T) {
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skipf("this host has no IPv6 loopback: %v", err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(gorillaEcho))
	s.Listener.Close()
	s.Listener = l
	s.Start()
	t.Cleanup(s.Close)
	tr := open(t, &Dialer{Upgrade: mustPrepare(t, Request{Target: mustTarget(t, wsURL(s))})})
	if got := tr.Conn.RemoteAddr().(*net.TCPAddr).IP; !got.Equal(net.IPv6loopback) {
		t.Errorf("got %v, want ::1", got)
	}
}

func TestOpenUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(coderEcho))
	s.Listener.Close()
	s.Listener = l
	s.Start()
	t.Cleanup(s.Close)
	tr := open(t, &Dialer{Upgrade: mustPrepare(t, Request{Target: mustTarget(t, "ws://anything/")}), UnixSocket: path})
	if tr.Timings.DNS != 0 || tr.Timings.Connect <= 0 {
		t.Errorf("got timings %+v, want none for DNS and one for connect", tr.Timings)
	}
}

func TestOpenFromLocalAddress(t *testing.T) {
	url := serve(t, gorillaEcho)
	tr := open(t, &Dialer{Upgrade: mustPrepare(t, Request{Target: mustTarget(t, url)}), LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}})
	if got := tr.Conn.LocalAddr().(*net.TCPAddr).IP.String(); got != "127.0.0.2" {
		t.Errorf("got %s, want 127.0.0.2", got)
	}
}
