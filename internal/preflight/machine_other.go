//go:build !linux

package preflight

// This returns the machine that this process runs on.
func This() Machine {
	soft, hard := openFiles()
	return Machine{Soft: soft, Hard: hard, Bind: bind}
}
