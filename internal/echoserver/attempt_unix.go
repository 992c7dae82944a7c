//go:build unix

package echoserver

import "syscall"

// attempt writes to a socket what the kernel takes at once. It is kept between
// writes, so that none of them allocates.
type attempt struct {
	raw   syscall.RawConn
	write func(fd uintptr) bool // a.once, bound
	p     []byte
	n     int
	err   error
}

func newAttempt(raw syscall.RawConn) *attempt {
	a := &attempt{raw: raw}
	a.write = a.once
	return a
}

// try returns how many bytes of p the kernel has taken; fewer than all without
// an error means that more would have to wait. No other write to the socket may
// be under way, as it would be waited for.
func (a *attempt) try(p []byte) (int, error) {
	a.p = p
	err := a.raw.Write(a.write)
	a.p = nil
	if err == nil {
		err = a.err
	}
	return a.n, err
}

func (a *attempt) once(fd uintptr) bool {
	a.n, a.err = syscall.Write(int(fd), a.p)
	if a.err != nil {
		a.n = 0
	}
	if a.err == syscall.EAGAIN || a.err == syscall.EINTR {
		a.err = nil
	}
	return true
}
