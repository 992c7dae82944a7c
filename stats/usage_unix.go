//go:build unix

package stats

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

func processUsage() (user, system time.Duration, maxRSS int64) {
	var r unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &r); err != nil {
		return 0, 0, 0 // it fails for a wrong argument only
	}
	// getrusage(2) counts kilobytes, except on Darwin.
	maxRSS = int64(r.Maxrss)
	if runtime.GOOS != "darwin" && runtime.GOOS != "ios" {
		maxRSS *= 1024
	}
	return time.Duration(r.Utime.Nano()), time.Duration(r.Stime.Nano()), maxRSS
}
