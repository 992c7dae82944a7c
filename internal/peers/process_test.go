//go:build integration

package peers

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"testing"
	"time"
)

const (
	// startTimeout bounds the time until a server has said its port.
	startTimeout = 30 * time.Second
	// stopTimeout bounds the time from the end of its input to its exit.
	stopTimeout = 10 * time.Second
)

// process is a server that is running.
type process struct {
	name    string
	version string
	url     string
	flags   []string // that wsstorm needs to reach it
	seen    string   // where it tells what it saw; empty if it does not
}

// start runs argv in dir for the length of the test: it waits for the line
// "PORT VERSION" and ends the process by closing its standard input.
func start(t *testing.T, name, dir string, argv ...string) process {
	t.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = dir
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	// Bounds Wait where a grandchild keeps the pipes open.
	cmd.WaitDelay = time.Second
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 1)
	read := make(chan struct{})
	go func() {
		defer close(read)
		r := bufio.NewReader(stdout)
		line, _ := r.ReadString('\n')
		lines <- line
		io.Copy(io.Discard, r)
	}()
	t.Cleanup(func() {
		stdin.Close()
		kill := time.AfterFunc(stopTimeout, func() { cmd.Process.Kill() })
		<-read
		err := cmd.Wait()
		if !kill.Stop() {
			t.Errorf("%s did not end within %v of the end of its input; killed", name, stopTimeout)
		} else if err != nil {
			t.Errorf("%s: %v\n%s", name, err, complaints.Bytes())
		}
	})
	var line string
	select {
	case line = <-lines:
	case <-time.After(startTimeout):
	}
	p := process{name: name}
	var port int
	if _, err := fmt.Sscan(line, &port, &p.version); err != nil {
		t.Fatalf("%s: got %q in %v, want its port and version", name, line, startTimeout)
	}
	p.url = fmt.Sprintf("ws://127.0.0.1:%d/", port)
	return p
}
