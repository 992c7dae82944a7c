//go:build race

package loadgen

// slowness is by how much longer a test waits for what has to take its time where
// the race detector slows everything else down.
const slowness = 5
