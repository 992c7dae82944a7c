package wsclient

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// askingFor returns a handshake with a fixed key, the one of RFC 6455,
// Section 1.3, so that responses can be written down.
func askingFor(t testing.TB, r Request) *Handshake {
	t.Helper()
	r.Target = mustTarget(t, "ws://example.com/")
	h := mustPrepare(t, r).Start()
	copy(h.key[:], "dGhlIHNhbXBsZSBub25jZQ==")
	return &h
}

const (
	goodStart  = "HTTP/1.1 101 Switching Protocols\r\n"
	goodAccept = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
	goodRest   = "Upgrade: websocket\r\nConnection: Upgrade\r\n" + goodAccept
	good       = goodStart + goodRest + "\r\n"
)

// feed gives the response to h in pieces of n bytes (0: all at once), and then
// the end of the connection.
func feed(h *Handshake, response string, n int) (rest string, done bool, err error) {
	if n == 0 {
		n = len(response)
	}
	for len(response) > 0 {
		n := min(n, len(response))
		piece := []byte(response[:n])
		response = response[n:]
		left, done, err := h.Feed(piece)
		if done || err != nil {
			return string(left) + response, done, err
		}
	}
	return "", false, h.Finish(io.EOF)
}

func TestHandshakeAccepts(t *testing.T) {
	for _, tt := range []struct {
		name     string
		request  Request
		response string
		protocol string
		deflate  *DeflateParams
	}{
		{"section 1.3", Request{}, good, "", nil},
		{"any case and order", Request{}, goodStart + goodAccept + "CONNECTION: UPGRADE\r\nuPGRADE: WebSocket\r\n\r\n", "", nil},
		{"Connection as a list", Request{}, goodStart + "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n" + goodAccept + "\r\n", "", nil},
		{"Connection in two headers", Request{},
			goodStart + "Connection: upgrade\r\nConnection: keep-alive\r\nUpgrade: websocket\r\n" + goodAccept + "\r\n", "", nil},
		{"white space", Request{},
			goodStart + "Upgrade:websocket\t \r\nConnection:\t Upgrade \r\nSec-WebSocket-Accept:   s3pPLMBiTxaQ9kYGzzhZRbK+xOo=  \r\n\r\n", "", nil},
		{"bare line feeds", Request{}, strings.ReplaceAll(good, "\r\n", "\n"), "", nil},
		{"no reason phrase", Request{}, "HTTP/1.1 101\r\n" + goodRest + "\r\n", "", nil},
		{"other headers", Request{}, goodStart + "Date: now\r\nX-Empty:\r\n" + goodRest + "\r\n", "", nil},
		{"interim responses", Request{}, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\nUpgrade: x\r\n\r\n" + good, "", nil},
		{"subprotocol", Request{Subprotocols: []string{"a", "b"}}, goodStart + goodRest + "Sec-WebSocket-Protocol: b\r\n\r\n", "b", nil},
		{"no subprotocol though asked for", Request{Subprotocols: []string{"a"}}, good, "", nil},
		{"no extension though offered", Request{Deflate: &DeflateParams{}}, good, "", nil},
		{"deflate", Request{Deflate: &DeflateParams{}},
			goodStart + goodRest + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n", "", &DeflateParams{false, false, 15, 15}},
		{"deflate with everything", Request{Deflate: &DeflateParams{ClientMaxWindowBits: 15}},
			goodStart + goodRest + "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover ; client_no_context_takeover;" +
				"server_max_window_bits=\"10\"; client_max_window_bits = 9\r\n\r\n", "", &DeflateParams{true, true, 10, 9}},
		{"empty extensions", Request{}, goodStart + goodRest + "Sec-WebSocket-Extensions: \r\n\r\n", "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, n := range []int{0, 1, 2, 7} {
				h := askingFor(t, tt.request)
				rest, done, err := feed(h, tt.response+"\x81\x02hi", n)
				if err != nil || !done || rest != "\x81\x02hi" {
					t.Fatalf("pieces of %d: got rest %q, done %v, %v, want the frame behind it", n, rest, done, err)
				}
				if h.Subprotocol() != tt.protocol {
					t.Errorf("got subprotocol %q, want %q", h.Subprotocol(), tt.protocol)
				}
				got, ok := h.Deflate()
				if ok != (tt.deflate != nil) || ok && got != *tt.deflate {
					t.Errorf("got deflate %v %v, want %v", got, ok, tt.deflate)
				}
				if left, done, err := h.Feed([]byte("more\n")); string(left) != "more\n" || !done || err != nil {
					t.Errorf("got %q, %v, %v after the end, want the input back", left, done, err)
				}
				if err := h.Finish(io.EOF); err != nil {
					t.Errorf("got %v at the end, want nil", err)
				}
			}
		})
	}
}

// handshakeFaults is every wrong answer, with what has to be said about it. It
// is fed to the Handshake here, and served over TCP in the Dialer's tests.
var handshakeFaults = []struct {
	name     string
	request  Request
	response string // ACCEPT stands for the right Sec-WebSocket-Accept
	kind     HandshakeKind
	status   int
	want     string
}{
	{"401", Request{}, "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 6\r\n\r\nno way",
		HandshakeStatus, 401, `server answered 401 Unauthorized (WWW-Authenticate: Basic realm=x): "no way"`},
	{"403", Request{}, "HTTP/1.1 403 Forbidden\r\n\r\n", HandshakeStatus, 403, "server answered 403 Forbidden"},
	{"404", Request{}, "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<html>", HandshakeStatus, 404, "server answered 404 Not Found"},
	{"302", Request{}, "HTTP/1.1 302 Found\r\nLocation: https://h/login\r\n\r\n", HandshakeStatus, 302, "302 Found (Location: https://h/login)"},
	{"426", Request{}, "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\n\r\n",
		HandshakeStatus, 426, "426 Upgrade Required (Upgrade: websocket, Sec-WebSocket-Version: 8)"},
	{"plain HTTP", Request{}, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<!doctype html>\n", HandshakeStatus, 200, "plain HTTP 200 OK, text/html"},
	{"status without reason", Request{}, "HTTP/1.1 503\r\n\r\n", HandshakeStatus, 503, "server answered 503"},
	{"TLS port", Request{}, "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n", HandshakeStatus, 400, "did you mean wss://?"},
	{"Socket.IO", Request{}, "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n\r\n{\"code\":0,\"message\":\"Transport unknown\"}",
		HandshakeStatus, 400, "a Socket.IO (Engine.IO) server answered 400 Bad Request"},
	{"Engine.IO polling", Request{}, "HTTP/1.1 200 OK\r\n\r\n0{\"sid\":\"x\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000}",
		HandshakeStatus, 200, "a Socket.IO (Engine.IO) server"},
	{"escape sequences", Request{}, "HTTP/1.1 404 \x1b[31mred\r\nLocation: \x1b]0;title\a\r\n\r\n\x1b[2J", HandshakeStatus, 404, `"\x1b[31mred"`},
	{"status over 101", Request{}, "HTTP/1.1 999 What\r\n\r\n", HandshakeStatus, 999, "999 What"},
	{"SSH", Request{}, "SSH-2.0-OpenSSH_9.6\r\n", HandshakeNotHTTP, 0, `no HTTP: 53`},
	{"TLS alert", Request{}, "\x15\x03\x01\x00\x02\x02\x16", HandshakeNotHTTP, 0, "no HTTP but TLS: did you mean wss://?"},
	{"HTTP/2", Request{}, "\x00\x00\x12\x04\x00\x00\x00\x00\x00", HandshakeNotHTTP, 0, "no HTTP/1.1 but HTTP/2"},
	{"a WebSocket frame", Request{}, "\x81\x02hi", HandshakeNotHTTP, 0, "no HTTP: 81"},
	{"not quite HTTP", Request{}, "HTTX/1.1 101 Switching\r\n", HandshakeNotHTTP, 0, "no HTTP"},
	{"empty line first", Request{}, "\r\n" + good, HandshakeNotHTTP, 0, "no HTTP"},
	{"status line without code", Request{}, "HTTP/1.1 OK\r\n\r\n", HandshakeMalformed, 0, `status line "HTTP/1.1 OK"`},
	{"status of four digits", Request{}, "HTTP/1.1 1010 X\r\n\r\n", HandshakeMalformed, 0, "status line"},
	{"status below 100", Request{}, "HTTP/1.1 042 X\r\n\r\n", HandshakeMalformed, 0, "status line"},
	{"HTTP/2.0 by name", Request{}, "HTTP/2.0 101 X\r\n\r\n", HandshakeMalformed, 0, "HTTP version 2.0"},
	{"101 in HTTP/1.0", Request{}, "HTTP/1.0 101 X\r\n" + goodRest + "\r\n", HandshakeMalformed, 101, "HTTP/1.0"},
	{"header without colon", Request{}, goodStart + "Upgrade\r\n", HandshakeMalformed, 101, `header line "Upgrade"`},
	{"space before the colon", Request{}, goodStart + "Upgrade : websocket\r\n", HandshakeMalformed, 101, "header line"},
	{"folded header", Request{}, goodStart + "Upgrade: web\r\n socket\r\n", HandshakeMalformed, 101, `header line " socket"`},
	{"no Upgrade", Request{}, goodStart + "Connection: Upgrade\r\n" + goodAccept + "\r\n", HandshakeUpgrade, 101, "without the header Upgrade"},
	{"other Upgrade", Request{}, goodStart + "Upgrade: h2c\r\nConnection: Upgrade\r\n" + goodAccept + "\r\n", HandshakeUpgrade, 101, `not "websocket"`},
	{"Upgrade as a list", Request{}, goodStart + "Upgrade: websocket, h2c\r\nConnection: Upgrade\r\n" + goodAccept + "\r\n", HandshakeUpgrade, 101, `not "websocket"`},
	{"Upgrade twice", Request{}, goodStart + "Upgrade: websocket\r\n" + goodRest + "\r\n", HandshakeUpgrade, 101, "two headers Upgrade"},
	{"Upgrade with a Kelvin sign", Request{}, goodStart + "Upgrade: websoc\u212aet\r\nConnection: Upgrade\r\n" + goodAccept + "\r\n", HandshakeUpgrade, 101, `not "websocket"`},
	{"no Connection", Request{}, goodStart + "Upgrade: websocket\r\n" + goodAccept + "\r\n", HandshakeConnection, 101, "without the header Connection"},
	{"other Connection", Request{}, goodStart + "Upgrade: websocket\r\nConnection: close, upgraded\r\n" + goodAccept + "\r\n", HandshakeConnection, 101, `not "Upgrade"`},
	{"no Accept", Request{}, goodStart + "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n", HandshakeAccept, 101, "without the header Sec-WebSocket-Accept"},
	{"wrong Accept", Request{}, goodStart + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
		HandshakeAccept, 101, "does not belong to our key"},
	{"Accept in another case", Request{}, goodStart + "Upgrade: websocket\r\nConnection: Upgrade\r\n" + strings.ToUpper(goodAccept) + "\r\n",
		HandshakeAccept, 101, "does not belong to our key"},
	{"key echoed as Accept", Request{}, goodStart + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
		HandshakeAccept, 101, "does not belong to our key"},
	{"Accept twice", Request{}, goodStart + goodRest + goodAccept + "\r\n", HandshakeAccept, 101, "two headers Sec-WebSocket-Accept"},
	{"subprotocol not asked for", Request{}, goodStart + goodRest + "Sec-WebSocket-Protocol: chat\r\n\r\n", HandshakeSubprotocol, 101, `"chat", but none was asked for`},
	{"other subprotocol", Request{Subprotocols: []string{"a", "b"}}, goodStart + goodRest + "Sec-WebSocket-Protocol: A\r\n\r\n",
		HandshakeSubprotocol, 101, `"A", but asked for was a, b`},
	{"two subprotocols", Request{Subprotocols: []string{"a", "b"}}, goodStart + goodRest + "Sec-WebSocket-Protocol: a, b\r\n\r\n", HandshakeSubprotocol, 101, `"a, b"`},
	{"subprotocol twice", Request{Subprotocols: []string{"a"}}, goodStart + goodRest + "Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: a\r\n\r\n",
		HandshakeSubprotocol, 101, "two Sec-WebSocket-Protocol"},
	{"empty subprotocol", Request{}, goodStart + goodRest + "Sec-WebSocket-Protocol:\r\n\r\n", HandshakeSubprotocol, 101, `""`},
	{"extension not offered", Request{}, goodStart + goodRest + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
		HandshakeExtension, 101, `"permessage-deflate", which was not offered`},
	{"unknown extension", Request{Deflate: &DeflateParams{}}, goodStart + goodRest + "Sec-WebSocket-Extensions: x-foo\r\n\r\n", HandshakeExtension, 101, `"x-foo"`},
	{"malformed extensions", Request{Deflate: &DeflateParams{}}, goodStart + goodRest + "Sec-WebSocket-Extensions: permessage-deflate; =\r\n\r\n",
		HandshakeExtension, 101, "malformed Sec-WebSocket-Extensions"},
	{"extensions twice", Request{Deflate: &DeflateParams{}},
		goodStart + goodRest + "Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
		HandshakeExtension, 101, "two Sec-WebSocket-Extensions"},
	{"deflate listed twice", Request{Deflate: &DeflateParams{}}, goodStart + goodRest + "Sec-WebSocket-Extensions: permessage-deflate, permessage-deflate\r\n\r\n",
		HandshakeExtension, 101, "permessage-deflate twice"},
	{"header without end", Request{MaxResponseHeader: 400}, goodStart + strings.Repeat("X: "+strings.Repeat("y", 60)+"\r\n", 10),
		HandshakeTooLarge, 101, "does not end within 400 bytes"},
	{"header line without end", Request{MaxResponseHeader: 400}, goodStart + "X: " + strings.Repeat("y", 600), HandshakeTooLarge, 101, "400 bytes"},
	{"endless interim responses", Request{MaxResponseHeader: 400}, strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 30), HandshakeTooLarge, 0, "400 bytes"},
	{"nothing", Request{}, "", HandshakeTruncated, 0, "no answer to the opening handshake"},
	{"end in the status line", Request{}, "HTTP/1.1 10", HandshakeTruncated, 0, "incomplete answer to the opening handshake, 11 bytes"},
	{"end before the empty line", Request{}, strings.TrimSuffix(good, "\r\n"), HandshakeTruncated, 101, "incomplete answer"},
	{"end behind an interim response", Request{}, "HTTP/1.1 100 Continue\r\n\r\n", HandshakeTruncated, 0, "incomplete answer"},
}

// Only the text may depend on how much of the answer came at once, and then only
// by having more of it.
func TestHandshakeRejects(t *testing.T) {
	for _, tt := range handshakeFaults {
		t.Run(tt.name, func(t *testing.T) {
			for _, n := range []int{0, 1, 3} {
				h := askingFor(t, tt.request)
				_, done, err := feed(h, tt.response, n)
				var fault *HandshakeError
				if done || !errors.As(err, &fault) {
					t.Fatalf("pieces of %d: got done %v, %v, want a *HandshakeError", n, done, err)
				}
				if fault.Kind != tt.kind || fault.Status != tt.status {
					t.Errorf("pieces of %d: got %v, status %d, want %v, %d", n, fault.Kind, fault.Status, tt.kind, tt.status)
				}
				if n == 0 && !strings.Contains(err.Error(), tt.want) {
					t.Errorf("got %q, want %q in it", err, tt.want)
				}
				if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' || r == 0x7F }) {
					t.Errorf("got control characters in %q", err)
				}
				if _, done, again := h.Feed([]byte(good)); done || again != err {
					t.Errorf("got done %v, %v after the error, want the same again", done, again)
				}
				if h.Finish(io.EOF) != err {
					t.Error("Finish returned another error")
				}
			}
		})
	}
}

// RFC 7692, Section 7.1: what an answer to an offer may be.
func TestDeflateParametersSection71(t *testing.T) {
	plain, hinted := DeflateParams{}, DeflateParams{ClientMaxWindowBits: 15}
	for _, tt := range []struct {
		name   string
		offer  DeflateParams
		answer string
		want   string // "" if it is fine
	}{
		{"nothing", plain, "", ""},
		{"server takeover unasked", plain, "; server_no_context_takeover", ""},
		{"client takeover unasked", plain, "; client_no_context_takeover", ""},
		{"server window unasked", plain, "; server_max_window_bits=8", ""},
		{"client window unasked", plain, "; client_max_window_bits=10", "not offered"},
		{"client window", hinted, "; client_max_window_bits=8", ""},
		{"client window without value", hinted, "; client_max_window_bits", "want 8 to 15"},
		{"server window without value", plain, "; server_max_window_bits", "want 8 to 15"},
		{"window of 7", plain, "; server_max_window_bits=7", "want 8 to 15"},
		{"window of 16", hinted, "; client_max_window_bits=16", "want 8 to 15"},
		{"leading zero", plain, "; server_max_window_bits=09", "want 8 to 15"},
		{"no number", plain, "; server_max_window_bits=x", "want 8 to 15"},
		{"takeover with value", plain, "; server_no_context_takeover=1", "with a value"},
		{"client takeover with value", plain, "; client_no_context_takeover=true", "with a value"},
		{"parameter twice", plain, "; server_no_context_takeover; server_no_context_takeover", "twice"},
		{"unknown parameter", plain, "; mode=fast", `unknown parameter "mode"`},
		{"takeover asked for and not granted", DeflateParams{ServerNoContextTakeover: true}, "", "asked for"},
		{"server window asked for and not granted", DeflateParams{ServerMaxWindowBits: 10}, "", "10 was asked for"},
		{"server window larger than asked for", DeflateParams{ServerMaxWindowBits: 10}, "; server_max_window_bits=11", "10 was asked for"},
		{"server window smaller than asked for", DeflateParams{ServerMaxWindowBits: 10}, "; server_max_window_bits=9", ""},
	} {
		h := askingFor(t, Request{Deflate: &tt.offer})
		_, done, err := feed(h, goodStart+goodRest+"Sec-WebSocket-Extensions: permessage-deflate"+tt.answer+"\r\n\r\n", 0)
		switch {
		case tt.want == "" && !done:
			t.Errorf("%s: got %v, want no error", tt.name, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s: got %v, want %q in it", tt.name, err, tt.want)
		}
	}
}

// RFC 7692, Sections 7.1.1.2 and 7.1.2.2: what the client hints at about itself it
// keeps to, whatever the answer says.
func TestDeflateHintsAreKept(t *testing.T) {
	for _, tt := range []struct {
		offer  DeflateParams
		answer string
		want   DeflateParams
	}{
		{DeflateParams{ClientNoContextTakeover: true, ClientMaxWindowBits: 9}, "", DeflateParams{false, true, 15, 9}},
		{DeflateParams{ClientMaxWindowBits: 9}, "; client_max_window_bits=12", DeflateParams{false, false, 15, 9}},
		{DeflateParams{ClientMaxWindowBits: 15}, "; client_max_window_bits=12", DeflateParams{false, false, 15, 12}},
		{DeflateParams{}, "", DeflateParams{false, false, 15, 15}},
	} {
		h := askingFor(t, Request{Deflate: &tt.offer})
		if _, done, err := feed(h, goodStart+goodRest+"Sec-WebSocket-Extensions: permessage-deflate"+tt.answer+"\r\n\r\n", 0); !done {
			t.Fatal(err)
		}
		if got, ok := h.Deflate(); !ok || got != tt.want {
			t.Errorf("%v, answered with %q: got %v, want %v", tt.offer, tt.answer, got, tt.want)
		}
	}
}

// A handshake that a time-out ends says so, and errors.Is finds it.
func TestHandshakeFinishKeepsTheCause(t *testing.T) {
	h := askingFor(t, Request{})
	cause := errors.New("time is up")
	if err := h.Finish(cause); !errors.Is(err, cause) {
		t.Errorf("got %v, want %v in it", err, cause)
	}
	h = askingFor(t, Request{})
	if err := h.Finish(io.EOF); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v, want %v in it", err, io.ErrUnexpectedEOF)
	}
}

// The event loop opens 20,000 connections a second on one core.
func TestHandshakeAllocatesLittle(t *testing.T) {
	response := []byte(good)
	up := askingFor(t, Request{}).upgrade
	dst := make([]byte, 0, 1024)
	got := testing.AllocsPerRun(100, func() {
		h := up.Start()
		copy(h.key[:], "dGhlIHNhbXBsZSBub25jZQ==")
		h.AppendRequest(dst)
		if _, done, err := h.Feed(response); !done {
			t.Fatal(err)
		}
	})
	if got > 1 {
		t.Errorf("got %v allocations, want at most 1", got)
	}
}

func FuzzHandshakeResponse(f *testing.F) {
	f.Add([]byte(good+"\x81\x00"), false, uint64(1))
	for _, tt := range handshakeFaults {
		f.Add([]byte(tt.response), tt.request.Deflate != nil, uint64(2))
	}
	f.Fuzz(func(t *testing.T, response []byte, deflate bool, seed uint64) {
		request := Request{Subprotocols: []string{"a", "b"}, MaxResponseHeader: 600}
		if deflate {
			request.Deflate = &DeflateParams{ClientMaxWindowBits: 15}
		}
		source := rand.New(rand.NewPCG(seed, 0))
		one := askingFor(t, request)
		wantRest, wantDone, wantErr := feed(one, string(response), 0)
		if wantDone && !bytes.Contains(response, []byte("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")) {
			t.Fatal("accepted without the right Sec-WebSocket-Accept")
		}
		if wantErr != nil && (!utf8.ValidString(wantErr.Error()) || strings.ContainsFunc(wantErr.Error(), func(r rune) bool { return r < ' ' || r == 0x7F })) {
			t.Fatalf("got %q, want one printable line", wantErr)
		}
		for _, n := range []int{1, 1 + source.IntN(50)} {
			h := askingFor(t, request)
			rest, done, err := feed(h, string(response), n)
			if done != wantDone || done && (rest != wantRest || h.Subprotocol() != one.Subprotocol()) {
				t.Fatalf("pieces of %d: got %q, %v, %v, want %q, %v, %v", n, rest, done, err, wantRest, wantDone, wantErr)
			}
			var fault, wantFault *HandshakeError
			if errors.As(err, &fault) != errors.As(wantErr, &wantFault) || fault != nil && (fault.Kind != wantFault.Kind || fault.Status != wantFault.Status) {
				t.Fatalf("pieces of %d: got %v, want %v", n, err, wantErr)
			}
		}
	})
}

func BenchmarkHandshake(b *testing.B) {
	up := mustPrepare(b, Request{Target: mustTarget(b, "ws://example.com/")})
	dst := make([]byte, 0, 1024)
	b.ReportAllocs()
	for b.Loop() {
		h := up.Start()
		h.AppendRequest(dst)
		accept := h.accept()
		response := append(append(append(dst[:0], goodStart+"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "...), accept[:]...), "\r\n\r\n"...)
		if _, done, err := h.Feed(response); !done {
			b.Fatal(err)
		}
	}
}
