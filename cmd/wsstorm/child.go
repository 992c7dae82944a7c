package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// A child is the built-in server of a run, in a process of its own, so that the
// CPU that the run measures is the client's alone. It ends when its standard
// input does: by stop, or by our own death, whatever its kind.
type child struct {
	url   string
	input io.Closer
	kill  func() error
	ended chan error // holds the process's end, once it has come
}

const (
	childStart = 10 * time.Second // until the server has to listen
	childStop  = 5 * time.Second  // until it is killed
)

// startChild starts the built-in server, perhaps with further flags, and waits
// until it listens.
func startChild(ctx context.Context, stderr io.Writer, flags ...string) (*child, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding our own program for the built-in server: %w", err)
	}
	cmd := exec.Command(program, append([]string{"serve", "--listen=127.0.0.1:0", "--" + untilEOFFlag}, flags...)...)
	cmd.Stderr = stderr
	dieWithParent(cmd)
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c := &child{input: input, ended: make(chan error, 1)}
	started := make(chan error)
	lines := make(chan string, 1)
	go func() { // ends with the process, which stop waits for
		// The kernel counts the death of this thread as the parent's, where
		// dieWithParent is in use: it must live as long as the child.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		line, _ := bufio.NewReader(output).ReadString('\n')
		lines <- strings.TrimSpace(line)
		c.ended <- cmd.Wait()
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("starting the built-in server: %w", err)
	}
	c.kill = cmd.Process.Kill
	timeout := time.NewTimer(childStart)
	defer timeout.Stop()
	select {
	case c.url = <-lines:
	case <-ctx.Done():
		err = ctx.Err()
	case <-timeout.C:
		err = fmt.Errorf("it does not listen after %v", childStart)
	}
	if err == nil && c.url == "" {
		err = errors.New("it ended at once")
	}
	if err != nil {
		c.stop()
		return nil, fmt.Errorf("starting the built-in server: %w", err)
	}
	return c, nil
}

// stop ends the server and waits for its end.
func (c *child) stop() {
	c.input.Close()
	timeout := time.NewTimer(childStop)
	defer timeout.Stop()
	select {
	case <-c.ended:
	case <-timeout.C:
		c.kill()
		<-c.ended
	}
}
