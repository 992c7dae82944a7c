//go:build !race

package loadgen

const slowness = 1
