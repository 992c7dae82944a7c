//go:build !unix

package preflight

// openFiles is unknown: Windows limits handles by memory only.
func openFiles() (soft, hard uint64) { return 0, 0 }
