//go:build truth

package truth

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"wsstorm/stats"
	"wsstorm/stats/report"
)

var controls = flag.Int("controls", 20, "how often each negative control runs")

// binary is wsstorm, built once.
var binary string

func TestMain(m *testing.M) {
	flag.Parse()
	dir, err := os.MkdirTemp("", "wsstorm-truth-")
	if err == nil {
		binary = filepath.Join(dir, "wsstorm")
		var out []byte
		if out, err = exec.Command("go", "build", "-o", binary, "wsstorm/cmd/wsstorm").CombinedOutput(); err != nil {
			err = fmt.Errorf("%w\n%s", err, out)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "building wsstorm:", err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// serve starts `wsstorm serve` with flags and returns its URL; stop ends it and
// waits, so that its log is complete.
func serve(t *testing.T, flags ...string) (url string, stop func()) {
	t.Helper()
	cmd := exec.Command(binary, append([]string{"serve", "--listen", "127.0.0.1:0"}, flags...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			cmd.Process.Signal(syscall.SIGTERM)
			cmd.Wait()
		}
	}
	t.Cleanup(stop)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the server's URL: %v", err)
	}
	return strings.TrimSpace(line), stop
}

// run loads url and returns the result and the exit code. disturb, if not nil, is
// given the running process.
func run(t *testing.T, url string, disturb func(ctx context.Context, p *os.Process), flags ...string) (*stats.Result, int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, append(flags, "-o", "json", url)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	disturbing, ended := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if disturb != nil {
			disturb(disturbing, cmd.Process)
		}
	}()
	err := cmd.Wait()
	ended()
	<-done
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	r, err := report.ReadJSON(&stdout, "stdout")
	if err != nil {
		t.Fatalf("%v\nexit code %d\n%s", err, cmd.ProcessState.ExitCode(), stderr.String())
	}
	return r, cmd.ProcessState.ExitCode()
}

// wait waits until d has passed or ctx ends, and reports which it was.
func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
