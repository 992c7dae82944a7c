package wsclient

import "time"

// Timings says how long each step of opening a connection took, on the
// monotonic clock. A step that did not happen (no name to resolve, no TLS) is 0.
type Timings struct {
	DNS     time.Duration // name to addresses
	Connect time.Duration // TCP (or Unix socket) connect, attempts at other addresses included
	TLS     time.Duration // TLS handshake
	Upgrade time.Duration // request sent to response verified
}

// Total returns the sum of all steps.
func (t Timings) Total() time.Duration { return t.DNS + t.Connect + t.TLS + t.Upgrade }
