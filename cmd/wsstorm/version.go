package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"wsstorm/stats"
)

// version returns the version of the module: of a release, or of the commit that
// the program was built from, as Go has written it into the binary.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

// tool returns what made a result.
func tool() stats.Tool {
	return stats.Tool{Version: version(), Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
}

func printVersion(_ context.Context, args []string, s streams) error {
	_, done, err := readArgs("version", newFlagSet(), args, 0, s)
	if done || err != nil {
		return err
	}
	return writeVersion(s)
}

func writeVersion(s streams) error {
	t := tool()
	_, err := fmt.Fprintf(s.out, "wsstorm %s %s %s/%s\n", t.Version, t.Go, t.OS, t.Arch)
	return writing(err)
}
