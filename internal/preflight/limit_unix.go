//go:build unix

package preflight

import (
	"math"

	"golang.org/x/sys/unix"
)

// openFiles returns the limits on open files, 0 where they cannot be read.
func openFiles() (soft, hard uint64) {
	var r unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &r); err != nil {
		return 0, 0
	}
	// The fields are signed on the BSDs; unlimited is the largest value.
	return min(uint64(r.Cur), math.MaxInt64), min(uint64(r.Max), math.MaxInt64)
}
