//go:build !unix && !windows

package stats

import "time"

// processUsage returns zeros: this platform does not tell.
func processUsage() (user, system time.Duration, maxRSS int64) { return 0, 0, 0 }
