package wsclient

import (
	"bufio"
	"bytes"
	"net/http"
	"strings"
	"testing"
)

// FuzzRequest: whatever is given as headers, a request that is accepted is one
// that net/http reads back with just these headers: nothing was smuggled in.
func FuzzRequest(f *testing.F) {
	f.Add("X-Token", "abc", "example.com", "https://o.example", "a=b", "chat")
	f.Add("X", "1\r\nY: 2", "", "", "", "")
	f.Add("Host", "evil", "a b", "\n", "a", "x,y")
	f.Add("Authorization", "Basic Og==", "h:1", "o", "a=b; c=d", "")
	f.Add("X\r\nY", "\x00", "h\r\nZ: 1", "é", "=", " ")
	target, err := ParseTarget("ws://127.0.0.1:9001/chat?room=1")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, name, value, host, origin, cookie, subprotocol string) {
		r := Request{Target: target, Host: host, Origin: origin, Headers: []Header{{name, value}}}
		if cookie != "" {
			r.Cookies = []string{cookie}
		}
		if subprotocol != "" {
			r.Subprotocols = []string{subprotocol}
		}
		u, err := r.Prepare()
		if err != nil {
			if strings.ContainsAny(err.Error(), "\r\n") {
				t.Errorf("the error has more than one line: %q", err)
			}
			return
		}
		h := u.Start()
		raw := h.AppendRequest(nil)
		if n := bytes.Count(raw, []byte("\r\n\r\n")); n != 1 || bytes.Count(raw, []byte("\n")) != bytes.Count(raw, []byte("\r\n")) {
			t.Fatalf("not one header section: %q", raw)
		}
		lines := 7 + 1 // request line, Host, Upgrade, Connection, version, key, name, and the empty one
		for _, given := range []string{origin, cookie, subprotocol} {
			if given != "" {
				lines++
			}
		}
		if n := bytes.Count(raw, []byte("\r\n")); n != lines {
			t.Errorf("got %d lines, want %d: %q", n, lines, raw)
		}
		req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
		if err != nil {
			return // net/http is stricter about a Host, and about bytes above ASCII
		}
		if got, want := req.Header.Get(name), strings.Trim(value, " \t"); got != want && len(req.Header.Values(name)) == 1 {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	})
}
