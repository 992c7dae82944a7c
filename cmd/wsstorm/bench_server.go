package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"time"

	"wsstorm/scenarios"
)

// A server under test is a process group that a command started.
type benchServer struct {
	cmd   *exec.Cmd
	ended <-chan error
	died  error // why it ended by itself
	gone  bool
	said  tail
}

const (
	serverStop = 5 * time.Second       // from SIGTERM to SIGKILL
	serverPoll = 20 * time.Millisecond // between two attempts to connect
)

// splitCommand splits a command into words as a shell would, without any of its
// other powers.
func splitCommand(s string) ([]string, error) {
	if strings.TrimSpace(s) == "" {
		return nil, errEmpty
	}
	file, err := scenarios.Parse(strings.NewReader(s), "command")
	if err != nil {
		return nil, err
	}
	if len(file.Lines) != 1 {
		return nil, errEmpty
	}
	return file.Lines[0].Args, nil
}

// An address is where a server accepts.
type address struct{ network, place string }

// accepts reports whether somebody accepts connections there.
func (a address) accepts(ctx context.Context) bool { return a.connect(ctx) == nil }

// connect opens a connection and closes it.
func (a address) connect(ctx context.Context) error {
	dialer := net.Dialer{Timeout: time.Second}
	conn, err := dialer.DialContext(ctx, a.network, a.place)
	if err != nil {
		return err
	}
	return conn.Close()
}

// startServer starts a command and waits until it accepts. That nobody accepts
// before is made sure of: it would be another server that is measured.
func startServer(ctx context.Context, command []string, at address, wait time.Duration) (*benchServer, error) {
	if !at.freed(ctx) {
		return nil, fmt.Errorf("somebody accepts at %s already, before %s was started", at.place, command[0])
	}
	s := &benchServer{cmd: exec.Command(command[0], command[1:]...)}
	s.cmd.Stdout, s.cmd.Stderr = &s.said, &s.said
	dieWithParent(s.cmd)
	ownGroup(s.cmd)
	var err error
	if s.ended, err = launch(s.cmd); err != nil {
		return nil, fmt.Errorf("starting %s: %w", command[0], err)
	}
	ready, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	poll := time.NewTicker(serverPoll)
	defer poll.Stop()
	for !at.accepts(ready) {
		select {
		case s.died = <-s.ended:
			s.gone = true
			s.stop()
			return nil, s.dead(command[0])
		case <-ready.Done():
			s.stop()
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return nil, fmt.Errorf("%s does not accept at %s after %s; %s", command[0], at.place, formatDuration(wait), s.said.lines())
		case <-poll.C:
		}
	}
	return s, nil
}

// freed waits a moment for an address to be free: a server that was killed may
// have left children of its own that are still going.
func (a address) freed(ctx context.Context) bool {
	for range 50 {
		var slow net.Error // somebody who is too busy to accept is there
		if err := a.connect(ctx); err != nil && !(errors.As(err, &slow) && slow.Timeout()) {
			return true
		}
		select {
		case <-ctx.Done():
			return true // which is noticed soon
		case <-time.After(serverPoll):
		}
	}
	return false
}

// lives reports whether the server has not ended by itself.
func (s *benchServer) lives() bool {
	select {
	case s.died = <-s.ended:
		s.gone = true
	default:
	}
	return !s.gone
}

// dead says that the server ended by itself.
func (s *benchServer) dead(name string) error {
	why := "exit status 0"
	if s.died != nil {
		why = s.died.Error()
	}
	return fmt.Errorf("%s ended by itself (%s); %s", name, why, s.said.lines())
}

// stop ends the server and whatever it started, and waits for its end.
func (s *benchServer) stop() {
	if !s.gone {
		endGroup(s.cmd)
		timeout := time.NewTimer(serverStop)
		defer timeout.Stop()
		select {
		case <-s.ended:
			s.gone = true
		case <-timeout.C:
		}
	}
	killGroup(s.cmd)
	if !s.gone {
		<-s.ended
		s.gone = true
	}
}
