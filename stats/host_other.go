//go:build !linux

package stats

// readHost returns the zero value: this platform does not tell.
func readHost() hostUsage { return hostUsage{} }
