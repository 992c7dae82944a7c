package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
)

// secret is a part of every secret below; nothing that wsstorm prints or saves
// may have it in it.
const secret = "Zebra7"

func TestHideURL(t *testing.T) {
	tests := []struct{ in, want string }{
		{"ws://host/a?b=c", "ws://host/a?b=c"},
		{"ws://me:Zebra7@host/a", "ws://***@host/a"},
		{"ws://Zebra7@host", "ws://***@host"},
		{"ws://me:Ze/bra7@host/a", "ws://***@host/a"},
		{"ws://me:Zebra7?x@host/a", "ws://***@host/a"},
		{"ws://me:%zzZebra7@host/a", "ws://***@host/a"},
		{"ws://host/a?token=Zebra7&b=c", "ws://host/a?token=***&b=c"},
		{"ws://host/a?b=c&access_token=Zebra7", "ws://host/a?b=c&access_token=***"},
		{"ws://host/a?api-key=Zebra7;b", "ws://host/a?api-key=***"},
		{"ws://host/a?%6bey=Zebra7", "ws://host/a?%6bey=***"},
		{"ws://host/a?%zz=Zebra7", "ws://host/a?%zz=***"},
		{"ws://host/@me?monkey=1", "ws://host/@me?monkey=1"},
		{"me:Zebra7@host/a", "***@host/a"},
		{"host/a?key=Zebra7", "host/a?key=***"},
	}
	for _, tt := range tests {
		if got := hideURL(tt.in); got != tt.want {
			t.Errorf("hideURL(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestHideMessage(t *testing.T) {
	tests := []struct{ in, want string }{
		{`{"type":"subscribe","room":"a"}`, `{"type":"subscribe","room":"a"}`},
		{`{"auth":"Zebra7","room":"a"}`, `{"auth":"***","room":"a"}`},
		{`{"auth" : "Ze\"bra7"}`, `{"auth" : "***"}`},
		{`{"pin":1234,"a":1}`, `{"pin":"***","a":1}`},
		{`{"a":"b","token":"Zebra7`, `{"a":"b","token":"***"`},
		{`{"data":"{\"token\":\"Zebra7\",\"a\":1}"}`, `{"data":"{\"token\":\"***\",\"a\":1}"}`},
		{`{"key":"{payload}"}`, `{"key":"{payload}"}`},
		{`{"type":"auth","token":{"value":"Zebra7"}}`, `***`},
		{`{"data":"{\"auth\":[\"Zebra7\"]}"}`, `***`},
		{`{"rooms":["a"]}`, `{"rooms":["a"]}`},
		{`SUBSCRIBE a`, `SUBSCRIBE a`},
	}
	for _, tt := range tests {
		got := hideMessage(tt.in)
		if got != tt.want {
			t.Errorf("hideMessage(%q) = %q, want %q", tt.in, got, tt.want)
		}
		if hides := got != tt.in; hides != isHidden(got) {
			t.Errorf("%q: taken for one saved without its secret: %v, want %v", got, !hides, hides)
		}
	}
}

func TestIsSecret(t *testing.T) {
	for _, name := range []string{"Authorization", "Proxy-Authorization", "Cookie", "X-Api-Key", "X-Apikey", "key", "access_token",
		"accessToken", "client_secret", "X-Amz-Signature", "sig", "password", "sessionid", "ticket", "code", "jwt",
		"accessKey", "authKey", "X-AccessKey", "apiKey"} {
		if !isSecret(name) {
			t.Errorf("%s is not taken for a secret", name)
		}
	}
	for _, name := range []string{"X-Monkey", "Accept", "User-Agent", "Origin", "room", "id", "encoding", "design"} {
		if isSecret(name) {
			t.Errorf("%s is taken for a secret", name)
		}
	}
}

// Command lines that hold a secret, right ones and wrong ones.
var secretLines = [][]string{
	{"-H", "Authorization: Bearer Zebra7"},
	{"-H", "X-Api-Key: Zebra7", "-H", "Cookie: a=Zebra7"},
	{"-H", "Cookie: sid=Zebra7abc; theme=x"},
	{"--subprotocol", "access_token", "--subprotocol", "Zebra7e4567-e89b-12d3-a456-426614174000"},
	{"--subprotocol", "base64url.bearer.authorization.k8s.io.Zebra7abc", "--subprotocol", "chat"},
	{"--broadcast", "-r", "5", "--subscribe-message", `{"auth":["Zebra7"],"token":{"value":"Zebra7"}}`},
	{"-u", "me:Zebra7"},
	{"--cookie", "sid=Zebra7"},
	{"--broadcast", "-r", "5", "--subscribe-message", `{"type": "subscribe", "auth" : "Zebra7"}`},
	{"--broadcast", "-r", "5", "--subscribe-message", `{"data":"{\"token\":\"Zebra7\"}"}`},
	{"--broadcast", "-r", "5", "--publish-message", `{"key":"Zebra7","data":"{payload}"}`},
	{"--subscribe-message", `{"auth":"Zebra7"}`},
	{"-H", "Authorization Zebra7"},
	{"-H", "Zebra 7: Zebra7"},
	{"-H", "Authorization:", "Bearer", "Zebra7"},
	{"-H", "Authorization: Zebra7\n"},
	{"-u", "Zebra7"},
	{"--user", ":Zebra7"},
	{"--cookie", "Zebra7"},
	{"--cookie", "a=b;Zebra7"},
	{"-u", "me:Zebra7", "-H", "Authorization: Zebra7"},
	{"-xZebra7"},
	{"--xyzzy=Zebra7"},
	{"--=Zebra7"},
	{"-u", "me:Zebra7", "--rate", "x"},
}

// URLs that hold a secret; # is the address of a server that answers 403 and
// repeats what it was sent.
var secretURLs = []string{
	"ws://me:Zebra7@#/",
	"ws://#/?token=Zebra7",
	"ws://#/?a=1&access_token=Zebra7",
	"ws://#/?token=ab+cdZebra7/ef==",
	"ws://#/?token=Zebra7%2fdef",
	"ws://#/?accessKey=Zebra7",
	"ws://#/?token=Zebra7" + strings.Repeat("0123456789", 15),
	"ws://#/?token=" + strings.Repeat("0123456789", 7) + "Zebra7" + strings.Repeat("0123456789", 7),
	"http://me:Zebra7@#/?token=Zebra7",
	"me:Zebra7@#/",
	"ws://me:Ze/Zebra7@#/",
	"ws://me:Zebra7?@#/",
	"ws://me:%zzZebra7@#/",
	"ws://me:Zebra7:x@#/",
	"ws://#/?token=Zebra7#x",
	"ws://#:x/?key=Zebra7",
}

func TestNoOutputHoldsASecret(t *testing.T) {
	server := parrot(t)
	var lines [][]string
	for _, line := range secretLines {
		lines = append(lines, append(line, "ws://"+server+"/"))
	}
	for _, url := range secretURLs {
		lines = append(lines, []string{strings.ReplaceAll(url, "#", server)})
	}
	lines = append(lines, []string{"-H", "Authorization: Bearer Zebra7", "-u", "me:Zebra7", "-H"}) // breaks off
	dir := t.TempDir()
	for _, line := range lines {
		file := writeTemp(t, "my.flags", scenarioOf(line))
		for _, more := range [][]string{
			{"-n", "1", "-c", "1", "-o", "text", "-o", "json=" + dir + "/result.json"},
			{"-n", "1", "-o", "json"},
			{"--print-flags"},
			{"--arrival", "poisson"}, // a usage error
		} {
			for _, args := range [][]string{append(more, line...), append(more, "--scenario", file)} {
				got := wsstorm(t, args...)
				saved, _ := os.ReadFile(dir + "/result.json")
				for where, text := range map[string]string{"standard output": got.out, "standard error": got.err, "the file": string(saved)} {
					if strings.Contains(text, secret) {
						t.Errorf("wsstorm %q: %s has the secret in it:\n%.300s", args, where, text)
					}
				}
			}
		}
	}
	if _, err := os.Stat(dir + "/result.json"); err != nil {
		t.Errorf("no run has come as far as its result: %v", err)
	}
}

// scenarioOf writes words as a scenario file of one line, a wrong one too.
func scenarioOf(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = "'" + w + "'"
	}
	return strings.Join(quoted, " ") + "\n"
}

// parrot starts an HTTP server that refuses everybody with their own words: in
// the status line, where they can be, and in the headers.
func parrot(t *testing.T) (addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "ws://elsewhere"+r.URL.RequestURI())
		w.Header().Set("WWW-Authenticate", "not "+r.Header.Get("Authorization"))
		if strings.Contains(r.URL.RawQuery, "token") || r.Header.Get("Cookie") != "" || r.Header.Get("Sec-WebSocket-Protocol") != "" {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprintf(w, "Cannot GET %s with %s, ", r.URL.RequestURI(), r.Header.Get("Sec-WebSocket-Protocol"))
			for _, c := range r.Cookies() {
				fmt.Fprint(w, c.Value, " ")
			}
			return
		}
		w.WriteHeader(http.StatusFound)
	})}
	served := make(chan error)
	go func() { served <- server.Serve(ln) }()
	t.Cleanup(func() {
		server.Close()
		<-served
	})
	return ln.Addr().String()
}

// What is printed in place of a secret is refused as one.
func TestHiddenSecretsAreNotSent(t *testing.T) {
	for _, args := range [][]string{
		{"-H", "Authorization: Bearer Zebra7", "ws://host/"},
		{"-u", "me:Zebra7", "ws://host/"},
		{"--cookie", "sid=Zebra7", "ws://host/"},
		{"ws://me:Zebra7@host/"},
		{"ws://host/?token=Zebra7&a=b"},
	} {
		printed := wsstorm(t, append(args, "--print-flags")...)
		if printed.code != 0 || !strings.Contains(printed.out, "# *** stands for a secret, which is not saved: give it again.") {
			t.Errorf("%q: got %d, %s", args, printed.code, printed.out)
		}
		path := writeTemp(t, "printed.flags", printed.out)
		got := wsstorm(t, "--scenario", path)
		if got.code != exitUsage || !strings.Contains(got.err, path) || !strings.HasSuffix(got.err, "was saved without its secret (***): give it again\n") {
			t.Errorf("%q, printed and run: got %d, %q", args, got.code, got.err)
		}
		// Given again, it is the run that it was.
		if again := wsstorm(t, append([]string{"--scenario", path, "--print-flags"}, args...)...); again.out != printed.out {
			t.Errorf("%q: got %s\nwant %s", args, again.out, printed.out)
		}
	}
}
