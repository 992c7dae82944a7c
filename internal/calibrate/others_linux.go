package calibrate

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// readWork returns what the machine has done so far.
func readWork() (work, bool) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return work{}, false
	}
	w, ok := parseStat(string(text))
	for _, who := range []int{unix.RUSAGE_SELF, unix.RUSAGE_CHILDREN} {
		var u unix.Rusage
		if unix.Getrusage(who, &u) == nil {
			w.own += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
	}
	return w, ok
}
