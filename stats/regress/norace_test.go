//go:build !race

package regress

const underRace = false
