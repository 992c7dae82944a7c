package wsclient

import (
	"crypto/tls"
	"errors"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
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
// the step reported: a *net.DNSError, a syscall.Errno such as ECONNREFUSED, an
// *os.SyscallError where the local address could not be bound, a certificate
// error, a *HandshakeError, or the context's error.
type OpenError struct {
	Stage Stage
	Addr  string // who it was about: host, address, or socket path
	From  string // the local address at StageConnect, where it was given
	Err   error
}

// Error returns stage, addresses and reason in one line.
func (e *OpenError) Error() string {
	text := e.Err.Error()
	var record tls.RecordHeaderError
	var call *os.SyscallError
	switch {
	// The kernel's words do not say that it is our end. What does stands last, where
	// reports that shorten the text leave it.
	case errors.As(e.Err, &call) && call.Syscall == "bind" && call.Err == syscall.EADDRNOTAVAIL:
		text += ": this machine does not have it"
	case e.Stage == StageConnect && e.From != "" && errors.Is(e.Err, syscall.EADDRNOTAVAIL):
		text += ": no local port is left"
	case e.Stage == StageConnect && errors.Is(e.Err, syscall.EADDRNOTAVAIL):
		text += ": no local port is left, or no address"
	case errors.As(e.Err, &record) && strings.HasPrefix(string(record.RecordHeader[:]), "HTTP/"):
		text = "the server answered in plain HTTP: did you mean ws://?"
	case errors.As(e.Err, &record):
		text = "the server does not speak TLS, it sent " + hexDump(record.RecordHeader[:])
	}
	who := e.Addr
	if e.From != "" {
		who += " from " + e.From
	}
	return e.Stage.String() + " " + who + ": " + strings.TrimPrefix(text, "tls: ")
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
// which OpenError says itself; but not that it was in binding the local address.
func bareError(err error) error {
	var op *net.OpError
	if errors.As(err, &op) && (op.Op == "dial" || op.Op == "read" || op.Op == "write") {
		err = op.Err
	}
	var call *os.SyscallError
	if errors.As(err, &call) && call.Syscall != "bind" {
		err = call.Err
	}
	return err
}
