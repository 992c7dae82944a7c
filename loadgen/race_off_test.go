//go:build !race

package loadgen

import "time"

const (
	slowness = 1
	patience = 4 * time.Second
)
