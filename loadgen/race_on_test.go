//go:build race

package loadgen

import "time"

// slowness is by how much longer a test waits for what has to take its time where
// the race detector slows everything else down.
const slowness = 5

// patience is how long a test waits for what never comes, while what does come has to.
const patience = 10 * time.Second
