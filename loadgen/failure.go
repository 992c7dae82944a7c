package loadgen

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"syscall"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

// What a run counts that no library has an error for: the examples under their
// classes.
var (
	errCloseTimeout = errors.New("no Close frame came back within the close timeout")
	errLost         = errors.New("no reply by the end of the drain")
	errLate         = errors.New("a message arrived after the end of the drain")
	errMismatched   = errors.New("the reply's bytes differ from what was sent")
	errDuplicated   = errors.New("a second reply to the same message")
	errReordered    = errors.New("a reply came after that to a later message")
	errUnexpected   = errors.New("a message that answers nothing sent on its connection")
	errPingTimeout  = errors.New("no Pong came back within the ping timeout")
	errUnsent       = errors.New("due, but its connection was gone or the peer did not read")
)

// classifyOpen returns the class of a connection that did not open.
func classifyOpen(err error) stats.Class {
	var open *wsclient.OpenError
	stage := wsclient.StageConnect
	if errors.As(err, &open) {
		stage = open.Stage
	}
	switch {
	case stage == wsclient.StageDNS:
		return stats.ErrDNS
	case stage == wsclient.StageUpgrade:
		return classifyUpgrade(err)
	case timedOut(err):
		return stats.ErrConnectTimeout
	case stage == wsclient.StageTLS:
		return stats.ErrTLS
	case errors.Is(err, syscall.ECONNREFUSED):
		return stats.ErrRefused
	}
	return stats.ErrConnect
}

func classifyUpgrade(err error) stats.Class {
	var answer *wsclient.HandshakeError
	switch {
	case timedOut(err):
		return stats.ErrUpgradeTimeout
	case isTLS(err):
		// With TLS 1.3 a server refuses the client's certificate only behind the
		// client's part of the handshake.
		return stats.ErrTLS
	case errors.As(err, &answer):
		switch answer.Kind {
		case wsclient.HandshakeStatus:
			return stats.ErrUpgradeStatus
		case wsclient.HandshakeTruncated:
			return stats.ErrUpgradeClosed
		}
		return stats.ErrUpgrade
	}
	return stats.ErrUpgradeClosed
}

// isTLS reports whether TLS found fault with what either end sent.
func isTLS(err error) bool {
	var record tls.RecordHeaderError
	// An alert, ours or theirs, has no type of its own: tls.AlertError is for QUIC.
	var alert *net.OpError
	return errors.As(err, &record) ||
		errors.As(err, &alert) && (alert.Op == "local error" || alert.Op == "remote error")
}

// classifyIO returns the class of an open connection that broke.
func classifyIO(err error) stats.Class {
	var record tls.RecordHeaderError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return stats.ErrEOF
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return stats.ErrReset
	case errors.As(err, &record):
		return stats.ErrTLS
	}
	return stats.ErrIO
}

func timedOut(err error) bool {
	var n net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.As(err, &n) && n.Timeout()
}

// errorCause removes what net wraps around an error to name both ends, which
// would make one example out of many alike.
func errorCause(err error) error {
	var call *os.SyscallError
	if errors.As(err, &call) {
		return call.Err
	}
	return err
}
