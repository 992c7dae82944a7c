//go:build integration

package peers

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"wsstorm/internal/install"
)

// binaries is the folder that programs builds into.
var binaries string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "wsstorm-peers-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	binaries = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// programs builds the three Go servers and wsstorm, once, and returns their
// folder.
var programs = sync.OnceValues(func() (string, error) {
	return binaries, install.Run(filepath.Join("..", ".."), "go", "build", "-o", binaries+string(filepath.Separator),
		"./internal/peers/...", "./cmd/wsstorm")
})

// servers are the peers by name; each starts for the length of a test.
var servers = []struct {
	name  string
	start func(t *testing.T) process
}{
	{"npm ws", func(t *testing.T) process {
		dir := must(t, npmFolder)
		return start(t, "npm ws", dir, "node", "ws.mjs")
	}},
	{"bun", func(t *testing.T) process {
		dir := must(t, npmFolder)
		bun := must(t, func() (string, error) { return bunBinary(dir) })
		return start(t, "bun", dir, bun, "bun.mjs")
	}},
	{"websockets", func(t *testing.T) process {
		dir := must(t, pythonFolder)
		return start(t, "websockets", dir, filepath.Join("venv", "bin", "python"), "websockets_server.py")
	}},
	{"aiohttp", func(t *testing.T) process {
		dir := must(t, pythonFolder)
		return start(t, "aiohttp", dir, filepath.Join("venv", "bin", "python"), "aiohttp_server.py")
	}},
	{"gorilla", startGo("gorilla")},
	{"coder", startGo("coder")},
	{"gws", startGo("gws")},
	{"nginx", func(t *testing.T) process { return startNginx(t, startGo("gorilla")(t)) }},
}

func startGo(name string) func(t *testing.T) process {
	return func(t *testing.T) process {
		dir := must(t, programs)
		return start(t, name, dir, filepath.Join(dir, name))
	}
}

func must(t *testing.T, f func() (string, error)) string {
	t.Helper()
	s, err := f()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestPeers runs every load against every server, and prints what came out.
func TestPeers(t *testing.T) {
	var rows []row
	for _, s := range servers {
		t.Run(s.name, func(t *testing.T) {
			p := s.start(t)
			answers(t, p)
			for _, l := range loads {
				t.Run(l.name, func(t *testing.T) {
					doc := storm(t, p, l.flags)
					rows = append(rows, row{p, l, doc})
					l.check(t, doc)
				})
			}
		})
	}
	fmt.Print(table(rows))
}

// answers makes sure, with somebody else's client, that the server does its
// part, so that what fails afterwards is wsstorm's.
func answers(t *testing.T, p process) {
	t.Helper()
	d := websocket.Dialer{TLSClientConfig: &tls.Config{RootCAs: roots(t, p)}, HandshakeTimeout: startTimeout}
	c, _, err := d.Dial(p.url, nil)
	if err != nil {
		t.Fatalf("%s, gorilla's client: %v", p.name, err)
	}
	defer c.Close()
	c.SetReadDeadline(time.Now().Add(startTimeout))
	want := bytes.Repeat([]byte("storm"), 20_000)
	if err := c.WriteMessage(websocket.BinaryMessage, want); err != nil {
		t.Fatalf("%s, gorilla's client: %v", p.name, err)
	}
	op, got, err := c.ReadMessage()
	if err != nil || op != websocket.BinaryMessage || !bytes.Equal(got, want) {
		t.Fatalf("%s, gorilla's client: got opcode %d, %d bytes, %v; want the %d bytes sent", p.name, op, len(got), err, len(want))
	}
	if err := c.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")); err != nil {
		t.Fatalf("%s, gorilla's client: %v", p.name, err)
	}
	if _, _, err := c.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		t.Fatalf("%s, gorilla's client: got %v, want close code 1000", p.name, err)
	}
}

// roots returns the certificates that p is verified with, nil without TLS.
func roots(t *testing.T, p process) *x509.CertPool {
	t.Helper()
	if len(p.flags) == 0 {
		return nil
	}
	pem, err := os.ReadFile(p.flags[1])
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		t.Fatalf("no certificate in %s", p.flags[1])
	}
	return pool
}
