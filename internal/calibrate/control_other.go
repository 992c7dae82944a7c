//go:build !unix

package calibrate

// disturbances returns none: Windows has no signal that stops a process.
func disturbances() []disturbance { return nil }
