//go:build unix

package preflight

import (
	"fmt"
	"math"
	"runtime"

	"golang.org/x/sys/unix"
)

// descriptors returns the soft limit on open files. Go has raised it to the hard
// one at the start of the process (package os), so that what is read here is all
// that the process can get by itself.
func descriptors() uint64 {
	var r unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &r); err != nil {
		return 0
	}
	// The fields are signed on the BSDs; unlimited is the largest value.
	if n := uint64(r.Cur); n < math.MaxInt64 {
		return n
	}
	return math.MaxInt64
}

// descriptorRemedy returns the command that raises the hard limit to n for the
// shell it is typed into, and what is started from there.
func descriptorRemedy(n uint64) string {
	if runtime.GOOS == "linux" {
		return fmt.Sprintf("sudo prlimit --pid $$ --nofile=%d", n)
	}
	return fmt.Sprintf("ulimit -n %d, as root", n)
}
