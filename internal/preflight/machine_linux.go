package preflight

import "os"

// This returns the machine that this process runs on.
func This() Machine {
	soft, hard := openFiles()
	return Machine{Root: os.DirFS("/"), Soft: soft, Hard: hard, Bind: bind}
}
