package main

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/gorilla/websocket"
)

// compressible is a payload file of 2,000 bytes that deflate makes much of.
func compressible(t *testing.T) string {
	return "@" + writeTemp(t, "payload", string(bytes.Repeat([]byte("a storm of words; "), 112)[:2000]))
}

func TestCompress(t *testing.T) {
	agrees := serveHTTP(t, func(w http.ResponseWriter, r *http.Request) {
		echoWith(websocket.Upgrader{EnableCompression: true}, w, r, same)
	})
	for _, args := range [][]string{
		{"--compress"}, // the built-in server, which is told to agree
		{"--compress=no-context"},
		{"--compress", agrees},
		{"--compress=no-context", agrees},
	} {
		got := wsstorm(t, append(args, "-c", "2", "-n", "20", "--payload", compressible(t), "-o", "json")...)
		r := got.result(t)
		if got.err != "" || r.Messages.Received != 20 || len(r.Errors) > 0 {
			t.Errorf("%q: got exit code %d, %q, %+v, %+v", args, got.code, got.err, r.Messages, r.Errors)
		}
		c := r.Compression
		if c == nil || c.SentRaw != 40000 || c.ReceivedRaw != 40000 || c.SentWire <= 0 || c.SentWire > 4000 || c.ReceivedWire <= 0 || c.ReceivedWire > 4000 {
			t.Errorf("%q: got %+v, want 40000 bytes each way, a tenth of it at most on the wire", args, c)
		}
	}
}

// A server may decline, and a run without compression must not pass for one
// with it.
func TestCompressDeclined(t *testing.T) {
	url := serveHTTP(t, func(w http.ResponseWriter, r *http.Request) { echo(w, r, same) })
	got := wsstorm(t, "--compress", "-c", "1", "-n", "5", "-o", "json", url)
	const want = "wsstorm: the server did not agree to --compress: messages went as they are\n"
	if r := got.result(t); got.err != want || r.Compression != nil || r.Messages.Received != 5 {
		t.Errorf("got exit code %d, %q, %+v, %+v, want %q", got.code, got.err, r.Compression, r.Messages, want)
	}
	// Nothing was sent that could have been compressed.
	got = wsstorm(t, "--compress", "-c", "1", "--idle", "-d", "1ms", "-o", "json", url)
	if got.err != "" {
		t.Errorf("--idle: got exit code %d, %q", got.code, got.err)
	}
}
