//go:build race

package regress

// underRace: the race detector makes the simulations ten times as slow, and has
// nothing to look for in them.
const underRace = true
