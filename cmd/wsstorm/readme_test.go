//go:build unix

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"
)

const readme = "../../README.md"

// shellBlock is a code block of README that is marked as commands.
var shellBlock = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")

// TestReadmeCommands has bash run each block of commands in README, to the
// letter but for these:
//   - host.example is a server of this test's. Nobody has a certificate for it,
//     so that --insecure is added where there is no --cacert; ca.pem is there.
//   - A run is made shorter by flags added at its end: see shorten.
//   - go run ./cmd/wsstorm and wsstorm are this test binary, and of make only the
//     name of the target is looked at.
//   - Exit code 5 passes: it says that this machine is busy.
//   - Blocks run at the same time, since they mostly wait, but for the one that
//     saves the result that others read, which is the first.
func TestReadmeCommands(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	addr := serveTLS(t, filepath.Join(dir, "ca.pem"))
	programs := writePrograms(t)
	blocks := shellBlock.FindAllSubmatch(text, -1)
	if len(blocks) < 4 {
		t.Fatalf("README has %d blocks of commands", len(blocks))
	}
	execute := func(block []byte) {
		script := strings.ReplaceAll(string(block), "host.example", addr)
		// bash's own -e says nothing of a source <(...) that failed.
		cmd := exec.CommandContext(t.Context(), bash, "-e", "-o", "pipefail", "-c", script)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "PATH="+programs+":"+os.Getenv("PATH"))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s\n%s", err, script, out)
		}
	}
	saves := slices.IndexFunc(blocks, func(b [][]byte) bool { return strings.Contains(string(b[1]), "json=result.json") })
	if saves < 0 {
		t.Fatal("no block of README saves result.json")
	}
	execute(blocks[saves][1])
	var others errgroup.Group
	others.SetLimit(6)
	for _, block := range slices.Delete(blocks, saves, saves+1) {
		others.Go(func() error {
			execute(block[1])
			return nil
		})
	}
	others.Wait()
	if data, err := os.ReadFile(filepath.Join(dir, "result.json")); err != nil || (ran{out: string(data)}).result(t).Messages.Received == 0 {
		t.Errorf("no result.json of a run: %v", err)
	}
}

// writePrograms writes wsstorm, go and make as README's commands find them, and
// returns their directory.
func writePrograms(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	programs := map[string]string{
		"wsstorm": fmt.Sprintf("export %s=1 %s=1\n[ \"$1\" = serve ] && exec '%s' \"$@\"\n'%s' \"$@\"; code=$?\n[ $code = %d ] || exit $code\n",
			asProgram, asShortProgram, self, self, exitInvalid),
		"go":   "[ \"$1 $2\" = 'run ./cmd/wsstorm' ] && shift 2 && exec wsstorm \"$@\"\n",
		"make": fmt.Sprintf("[ $# = 1 ] && grep -q \"^$1:\" '%s/Makefile'\n", root),
	}
	for name, text := range programs {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// serveTLS starts an echo server for wss://, writes its certificate to a file and
// returns its address.
func serveTLS(t *testing.T, certFile string) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true,
		NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { echo(w, r, same) })}
	served := make(chan error)
	go func() { served <- server.Serve(tls.NewListener(ln, config)) }()
	t.Cleanup(func() {
		server.Close()
		<-served
	})
	return ln.Addr().String()
}

func TestReadmeNamesTheFlagsThatThereAre(t *testing.T) {
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`--[a-z][a-z-]*`).FindAllString(string(text), -1)
	all := newFlags().all
	all.VisitAll(func(f *pflag.Flag) {
		if !f.Hidden && !slices.Contains(named, "--"+f.Name) {
			t.Errorf("README does not name --%s", f.Name)
		}
	})
	var help strings.Builder
	for _, name := range commandNames() {
		help.WriteString(wsstorm(t, "help", name).out)
	}
	for _, name := range named {
		// Of a server of the reader's, and of git.
		if slices.Contains([]string{"--port", "--detach"}, name) {
			continue
		}
		if all.Lookup(strings.TrimPrefix(name, "--")) == nil && !strings.Contains(help.String(), name+" ") {
			t.Errorf("README names %s, which is no flag", name)
		}
	}
}
