package stats

import (
	"bytes"
	"os"
	"strconv"
)

// peakRSS returns the most memory this program ever held, in bytes, 0 if that is
// not known. getrusage(2) would tell that of the process, which begins with what
// its parent held: a program that a larger one starts seems as large.
func peakRSS() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	return parsePeak(status)
}

// parsePeak reads VmHWM from proc(5)'s status.
func parsePeak(status []byte) int64 {
	_, after, found := bytes.Cut(status, []byte("\nVmHWM:"))
	line, _, _ := bytes.Cut(after, []byte("\n"))
	digits, kb := bytes.CutSuffix(bytes.TrimSpace(line), []byte(" kB"))
	n, err := strconv.ParseInt(string(digits), 10, 64)
	if !found || !kb || err != nil {
		return 0
	}
	return n * 1024
}
