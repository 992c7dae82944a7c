//go:build !linux

package wsclient

import "syscall"

// bindWithoutPort, as net.Dialer.Control, changes nothing: only Linux can bind an
// address without a port.
func bindWithoutPort(string, string, syscall.RawConn) error { return nil }
