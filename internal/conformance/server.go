package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	// startTimeout bounds the server's start; Docker may have to fetch its image.
	startTimeout = 5 * time.Minute
	// stopTimeout bounds its end after a signal.
	stopTimeout = 10 * time.Second
)

// server is a running fuzzing server.
type server struct {
	url     string
	reports string // folder it writes to when a client asks it to
	stop    context.CancelFunc
	ended   chan struct{}
	log     bytes.Buffer // to be read when ended is closed
}

// start runs a fuzzing server with the cases that match patterns on a free
// loopback port, all its files in dir. The caller calls close.
func (s suite) start(ctx context.Context, dir string, patterns []string) (*server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	srv := &server{
		url:     fmt.Sprintf("ws://127.0.0.1:%d", port),
		reports: filepath.Join(dir, "reports"),
		ended:   make(chan struct{}),
	}
	spec, err := json.Marshal(map[string]any{
		"url":                 fmt.Sprintf("ws://%s:%d", s.host, port),
		"outdir":              srv.reports,
		"cases":               patterns,
		"exclude-cases":       []string{},
		"exclude-agent-cases": map[string]any{},
	})
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "spec.json")
	if err := os.WriteFile(file, spec, 0o644); err != nil {
		return nil, err
	}
	ctx, srv.stop = context.WithCancel(ctx)
	argv := s.wstest(dir, port, "--mode", "fuzzingserver", "--spec", file, "--webport", "0")
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = dir
	cmd.Stdout, cmd.Stderr = &srv.log, &srv.log
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stopTimeout
	// Open until close, and closed by the kernel should this process be killed.
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(srv.ended)
		cmd.Wait() // how it ended does not matter: either we did it, or the log says why
		stdin.Close()
	}()
	if err := srv.await(ctx); err != nil {
		srv.close()
		return nil, fmt.Errorf("%w; what it said:\n%s", err, srv.log.Bytes())
	}
	return srv, nil
}

// await returns when the server answers. That it accepts is not enough: Docker
// accepts for it before it is there.
func (s *server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http"+strings.TrimPrefix(s.url, "ws"), nil)
	if err != nil {
		return err
	}
	retry := time.NewTicker(50 * time.Millisecond)
	defer retry.Stop()
	for {
		if response, err := client.Do(request); err == nil {
			return response.Body.Close()
		}
		select {
		case <-retry.C:
		case <-s.ended:
			return errors.New("the fuzzing server ended at its start")
		case <-ctx.Done():
			return fmt.Errorf("waiting for the fuzzing server: %w", context.Cause(ctx))
		}
	}
}

// close ends the server and waits for its end.
func (s *server) close() {
	s.stop()
	<-s.ended
}

// freePort returns a port that was free a moment ago: the server does not say
// which one it got for port 0.
func freePort() (int, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port, nil
}
