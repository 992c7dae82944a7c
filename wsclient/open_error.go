package wsclient

import (
	"crypto/tls"
	"errors"
	"net"
	"os"
	"strconv"
	"strings"
)

// Stage is a step of opening a connection.
type Stage uint8

const (
	StageDNS     Stage = iota + 1 // resolving the host's name
	StageConnect                  // connecting a socket
	StageTLS                      // the TLS handshake
	StageUpgrade                  // the WebSocket opening handshake
)

// String returns "dns", "connect", "tls" or "upgrade".
func (s Stage) String() string {
	switch s {
	case StageDNS:
		return "dns"
	case StageConnect:
		return "connect"
	case StageTLS:
		return "tls"
	case StageUpgrade:
		return "upgrade"
	}
	return "stage " + strconv.Itoa(int(s))
}

// OpenError says at which step opening a connection ended, and why. Err is what
// the step reported: a *net.DNSError, a syscall.Errno such as ECONNREFUSED, a
// certificate error, a *HandshakeError, or the context's error.
type OpenError struct {
	Stage Stage
	Addr  string // who it was about: host, address, or socket path
	Err   error
}

// Error returns stage, address and reason in one line.
func (e *OpenError) Error() string {
	text := e.Err.Error()
	var record tls.RecordHeaderError
	switch {
	case errors.As(e.Err, &record) && strings.HasPrefix(string(record.RecordHeader[:]), "HTTP/"):
		text = "the server answered in plain HTTP: did you mean ws://?"
	case errors.As(e.Err, &record):
		text = "the server does not speak TLS, it sent " + hexDump(record.RecordHeader[:])
	}
	return e.Stage.String() + " " + e.Addr + ": " + strings.TrimPrefix(text, "tls: ")
}

// Unwrap returns Err.
func (e *OpenError) Unwrap() error { return e.Err }

// Timeout reports whether the step ended because its time was up.
func (e *OpenError) Timeout() bool {
	if errors.Is(e.Err, os.ErrDeadlineExceeded) {
		return true
	}
	var timeout interface{ Timeout() bool }
	return errors.As(e.Err, &timeout) && timeout.Timeout()
}

// bareError removes what net wraps around an error to say where it happened,
// which OpenError says itself.
func bareError(err error) error {
	var op *net.OpError
	if errors.As(err, &op) && (op.Op == "dial" || op.Op == "read" || op.Op == "write") {
		err = op.Err
	}
	var call *os.SyscallError
	if errors.As(err, &call) {
		err = call.Err
	}
	return err
}
