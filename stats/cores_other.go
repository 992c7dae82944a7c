//go:build !linux

package stats

// platformCores returns 0: nothing is known to limit GOMAXPROCS further.
func platformCores() float64 { return 0 }
