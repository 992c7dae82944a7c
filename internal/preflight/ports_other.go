//go:build !linux

package preflight

const portRemedy = ""

// ports is not known here.
func ports() int { return 0 }
