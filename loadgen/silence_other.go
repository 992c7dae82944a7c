//go:build !linux

package loadgen

// dropPackets does nothing: only Linux has a socket drop what comes in.
func dropPackets(uintptr) {}
