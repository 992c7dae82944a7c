package wsclient

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParseTarget(t *testing.T) {
	for _, tt := range []struct {
		raw  string
		want Target // User apart
		user string
		text string
	}{
		{"ws://example.com", Target{Host: "example.com", Port: "80", ServerName: "example.com",
			Authority: "example.com", RequestURI: "/"}, "", "ws://example.com/"},
		{"wss://example.com/chat?room=1&x=%20", Target{Secure: true, Host: "example.com", Port: "443", ServerName: "example.com",
			Authority: "example.com", RequestURI: "/chat?room=1&x=%20"}, "", "wss://example.com/chat?room=1&x=%20"},
		{"WS://127.0.0.1:9001/", Target{Host: "127.0.0.1", Port: "9001", ServerName: "127.0.0.1",
			Authority: "127.0.0.1:9001", RequestURI: "/"}, "", "ws://127.0.0.1:9001/"},
		{"ws://h:80/", Target{Host: "h", Port: "80", ServerName: "h", Authority: "h", RequestURI: "/"}, "", "ws://h/"},
		{"wss://h:80/", Target{Secure: true, Host: "h", Port: "80", ServerName: "h", Authority: "h:80", RequestURI: "/"}, "", "wss://h:80/"},
		{"ws://h:00081", Target{Host: "h", Port: "81", ServerName: "h", Authority: "h:81", RequestURI: "/"}, "", "ws://h:81/"},
		{"ws://[::1]:8080/x", Target{Host: "::1", Port: "8080", ServerName: "::1", Authority: "[::1]:8080", RequestURI: "/x"}, "", "ws://[::1]:8080/x"},
		{"ws://[fe80::1%25eth0]/", Target{Host: "fe80::1%eth0", Port: "80", ServerName: "fe80::1", Authority: "[fe80::1]", RequestURI: "/"}, "", "ws://[fe80::1]/"},
		{"ws://user:s3cret@h/p", Target{Host: "h", Port: "80", ServerName: "h", Authority: "h", RequestURI: "/p"}, "user:s3cret", "ws://h/p"},
		{"ws://h?q", Target{Host: "h", Port: "80", ServerName: "h", Authority: "h", RequestURI: "/?q"}, "", "ws://h/?q"},
	} {
		got, err := ParseTarget(tt.raw)
		if err != nil {
			t.Errorf("%s: %v", tt.raw, err)
			continue
		}
		user := ""
		if got.User != nil {
			user = got.User.String()
		}
		got.User = nil
		if got != tt.want || user != tt.user || got.String() != tt.text {
			t.Errorf("%s: got %+v, user %q, %s, want %+v, user %q, %s", tt.raw, got, user, got, tt.want, tt.user, tt.text)
		}
	}
}

func TestParseTargetSaysWhatWouldBeRight(t *testing.T) {
	for _, tt := range []struct{ raw, want string }{
		{"", "empty"},
		{"localhost:8080/x", `did you mean "ws://localhost:8080/x"?`},
		{"example.com", `did you mean "ws://example.com"?`},
		{"http://h/x", `did you mean "ws://h/x"?`},
		{"HTTPS://h/x", `did you mean "wss://h/x"?`},
		{"ftp://h", `"ftp": want ws or wss`},
		{"ws:/h", `no "//"`},
		{"ws://", "no host"},
		{"ws:///path", "no host"},
		{"ws://:8080/", "no host"},
		{"ws://h/#top", "fragment"},
		{"ws://h:0/", "port is not a number from 1 to 65535"},
		{"ws://h:65536/", "port is not a number from 1 to 65535"},
		{"ws://h:http/", "port is not a number from 1 to 65535"},
		{"ws://h:-1/", "port is not a number from 1 to 65535"},
		{"ws://bücher.example/", "Punycode"},
		{"ws://a b/", "cannot be parsed"},
		{"ws://::1/", "goes into brackets"},
		{"ws://[1.2.3.4]/", "cannot be parsed"},
		{"ws://[zz::1]/", "cannot be parsed"},
		{"ws://%2541/", "has the character '%'"},
		{"ws://h/%zz", "cannot be parsed"},
		{"ws://h/?a b", "write it as %20"},
		{"ws://h/?é", "write it as %C3"},
		{"ws://h/\r\nX: y", "cannot be parsed"},
	} {
		_, err := ParseTarget(tt.raw)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: got %v, want %q in it", tt.raw, err, tt.want)
		}
	}
}

// A password is in no error and in no text, whatever is wrong with the URL.
func TestTargetNeverShowsUserinfo(t *testing.T) {
	for _, raw := range []string{
		"ws://bob:hunter2@h/p", "http://bob:hunter2@h/", "bob:hunter2@h", "ws://bob:hunter2@h:99999/", "ws://bob:hunter2@/",
		"bob:hunter2@h/?to=http://x", "bob:hunter2@h://x", "ws://bob:hunter2@a b/", "ws://bob:hunter2@[::1/", "ws://bob:hunter2@h/#f", "ws://bob:hun%ter2@h/", "ws://bob:hunter2 @h/",
		"http://bob:hun/ter2@h/", "ws://bob:hunter2:x@h:y/", "ws://bob:hunter2@h/%zz", "ws://bob:hunter2/x@h:/",
	} {
		target, err := ParseTarget(raw)
		text := target.String()
		if err != nil {
			text = err.Error()
			if target != (Target{}) {
				t.Errorf("%s: got %+v with an error, want nothing", raw, target)
			}
		}
		if strings.Contains(text, "hun") || strings.Contains(text, "bob") {
			t.Errorf("%s: got %q", raw, text)
		}
	}
}

func FuzzTarget(f *testing.F) {
	for _, raw := range []string{"ws://h", "wss://u:p@[::1]:8080/a?b", "ws://[fe80::1%25eth0]", "h:1", "http://x", "ws://a#b", "ws://h:\x00", "ws://%252"} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		target, err := ParseTarget(raw)
		if err != nil {
			if text := err.Error(); strings.ContainsAny(text, "\r\n") || !utf8.ValidString(text) {
				t.Fatalf("got the error %q, want one line", text)
			}
			return
		}
		// What was accepted can be requested, and means the same when parsed again.
		if _, err := (Request{Target: target}).Prepare(); err != nil && target.User == nil {
			t.Fatalf("%q was accepted and cannot be requested: %v", raw, err)
		}
		again, err := ParseTarget(target.String())
		if err != nil {
			t.Fatalf("%q became %q: %v", raw, target, err)
		}
		target.User = nil
		if strings.Contains(target.Host, ":") {
			target.Host = target.ServerName // without zone, which is not in the text either
		}
		if again != target {
			t.Fatalf("%q: got %+v, then %+v", raw, target, again)
		}
	})
}
