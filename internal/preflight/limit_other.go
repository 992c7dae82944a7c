//go:build !unix

package preflight

// descriptors is unknown: Windows limits handles by memory only.
func descriptors() uint64 { return 0 }

func descriptorRemedy(uint64) string { return "" }
