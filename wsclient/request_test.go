package wsclient

import (
	"bytes"
	"net/url"
	"strings"
	"testing"
)

func mustTarget(t testing.TB, raw string) Target {
	t.Helper()
	target, err := ParseTarget(raw)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func mustPrepare(t testing.TB, r Request) *Upgrade {
	t.Helper()
	up, err := r.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	return up
}

// RFC 6455, Section 4.1: the request, line by line.
func TestRequestSection41(t *testing.T) {
	key := "Sec-WebSocket-Key: KEY\r\n"
	head := func(host string) string {
		return "GET /chat?x=1 HTTP/1.1\r\nHost: " + host + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" + key
	}
	target := mustTarget(t, "ws://example.com:8000/chat?x=1")
	withUser := mustTarget(t, "ws://bob:hunter2@example.com:8000/chat?x=1")
	for _, tt := range []struct {
		name    string
		request Request
		want    string
	}{
		{"plain", Request{Target: target}, head("example.com:8000") + "\r\n"},
		{"host", Request{Target: target, Host: "other"}, head("other") + "\r\n"},
		{"origin", Request{Target: target, Origin: "http://o"}, head("example.com:8000") + "Origin: http://o\r\n\r\n"},
		{"headers", Request{Target: target, Headers: []Header{{"X-A", " 1 "}, {"X-A", "2"}, {"User-Agent", "u v"}}},
			head("example.com:8000") + "X-A: 1\r\nX-A: 2\r\nUser-Agent: u v\r\n\r\n"},
		{"cookies", Request{Target: target, Cookies: []string{"a=1", "b=2=3"}}, head("example.com:8000") + "Cookie: a=1; b=2=3\r\n\r\n"},
		{"basic auth of the URL", Request{Target: withUser},
			head("example.com:8000") + "Authorization: Basic Ym9iOmh1bnRlcjI=\r\n\r\n"},
		{"basic auth of the request", Request{Target: withUser, User: url.UserPassword("a", "b")},
			head("example.com:8000") + "Authorization: Basic YTpi\r\n\r\n"},
		{"subprotocols", Request{Target: target, Subprotocols: []string{"chat", "v2.x"}},
			head("example.com:8000") + "Sec-WebSocket-Protocol: chat, v2.x\r\n\r\n"},
		{"deflate", Request{Target: target, Deflate: &DeflateParams{}},
			head("example.com:8000") + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"},
		{"deflate with all parameters", Request{Target: target, Deflate: &DeflateParams{true, true, 10, 15}},
			head("example.com:8000") + "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; " +
				"client_no_context_takeover; server_max_window_bits=10; client_max_window_bits\r\n\r\n"},
		{"deflate with a window hint", Request{Target: target, Deflate: &DeflateParams{ClientMaxWindowBits: 12}},
			head("example.com:8000") + "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=12\r\n\r\n"},
	} {
		h := mustPrepare(t, tt.request).Start()
		got := strings.Replace(string(h.AppendRequest(nil)), string(h.key[:]), "KEY", 1)
		if got != tt.want {
			t.Errorf("%s:\ngot\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
}

// RFC 6455, Section 4.1, item 7: base64 of 16 random bytes, each time others.
func TestKeyIsFresh(t *testing.T) {
	up := mustPrepare(t, Request{Target: mustTarget(t, "ws://h")})
	seen := make(map[[24]byte]bool)
	for range 1000 {
		h := up.Start()
		if !bytes.HasSuffix(h.key[:], []byte("==")) {
			t.Fatalf("got key %s, want base64 of 16 bytes", h.key)
		}
		seen[h.key] = true
	}
	if len(seen) != 1000 {
		t.Errorf("got %d different keys of 1000", len(seen))
	}
}

func TestPrepareRefuses(t *testing.T) {
	target := mustTarget(t, "ws://h/")
	for _, tt := range []struct {
		name    string
		request Request
		want    string
	}{
		{"no target", Request{}, "no target"},
		{"header name with a space", Request{Headers: []Header{{"X Y", "1"}}}, `header name "X Y"`},
		{"empty header name", Request{Headers: []Header{{"", "1"}}}, `header name ""`},
		{"header name with a line break", Request{Headers: []Header{{"X\r\nY", "1"}}}, `header name "X\r\nY"`},
		{"header value with a line break", Request{Headers: []Header{{"X", "s3cret\r\nY: 2"}}}, "control character '\\r'"},
		{"header value with NUL", Request{Headers: []Header{{"X", "s3cret\x00"}}}, "control character"},
		{"Host", Request{Headers: []Header{{"host", "x"}}}, "option of its own"},
		{"Upgrade", Request{Headers: []Header{{"Upgrade", "x"}}}, "the handshake sets it"},
		{"Connection", Request{Headers: []Header{{"Connection", "close"}}}, "the handshake sets it"},
		{"Sec-WebSocket-Key", Request{Headers: []Header{{"Sec-WebSocket-Key", "x"}}}, "draws it at random"},
		{"Sec-WebSocket-Version", Request{Headers: []Header{{"sec-websocket-version", "8"}}}, "sets it to 13"},
		{"Sec-WebSocket-Protocol", Request{Headers: []Header{{"Sec-WebSocket-Protocol", "x"}}}, "subprotocols have"},
		{"Sec-WebSocket-Extensions", Request{Headers: []Header{{"Sec-WebSocket-Extensions", "x"}}}, "compression has"},
		{"Content-Length", Request{Headers: []Header{{"Content-Length", "1"}}}, "no body"},
		{"Origin twice", Request{Origin: "http://a", Headers: []Header{{"ORIGIN", "http://b"}}}, "given twice"},
		{"Authorization twice", Request{User: url.User("s3cret"), Headers: []Header{{"authorization", "x"}}}, "given twice"},
		{"Cookie twice", Request{Cookies: []string{"a=1"}, Headers: []Header{{"Cookie", "x"}}}, "given twice"},
		{"host with a path", Request{Host: "a/b"}, `host "a/b"`},
		{"host with a line break", Request{Host: "a\r\nX: y"}, "host"},
		{"cookie without name", Request{Cookies: []string{"a=1", "s3cret"}}, "cookie 2: want name=value"},
		{"cookie with a semicolon", Request{Cookies: []string{"a=s3cret; b=2"}}, "cookie 1"},
		{"user with a colon", Request{User: url.User("s3:cret")}, "colon"},
		{"subprotocol with a space", Request{Subprotocols: []string{"a b"}}, `subprotocol "a b"`},
		{"subprotocol twice", Request{Subprotocols: []string{"a", "b", "a"}}, "given twice"},
		{"window too small", Request{Deflate: &DeflateParams{ServerMaxWindowBits: 7}}, "want 8 to 15"},
		{"window too large", Request{Deflate: &DeflateParams{ClientMaxWindowBits: 16}}, "want 8 to 15"},
		{"negative limit", Request{MaxResponseHeader: -1}, "positive"},
	} {
		if tt.name != "no target" {
			tt.request.Target = target
		}
		_, err := tt.request.Prepare()
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q in it", tt.name, err, tt.want)
		} else if strings.Contains(err.Error(), "s3") || strings.ContainsAny(err.Error(), "\r\n") {
			t.Errorf("%s: got %q, want one line without values", tt.name, err)
		}
	}
}

// An Upgrade is shared by all connections: what the caller does to the Request
// afterwards must not reach it.
func TestUpgradeKeepsNothingOfTheRequest(t *testing.T) {
	offer := &DeflateParams{}
	r := Request{Target: mustTarget(t, "ws://h/"), Subprotocols: []string{"a"}, Deflate: offer}
	up := mustPrepare(t, r)
	r.Subprotocols[0] = "b"
	offer.ServerMaxWindowBits = 9
	if up.subprotocols[0] != "a" || up.deflate.ServerMaxWindowBits != 0 {
		t.Error("the upgrade changed with the request it was made from")
	}
}
