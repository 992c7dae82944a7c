// Package layers holds the rule of who may import whom: one way, from the program
// through the engine to the client and the measures.
package layers

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// may lists, for each package that others build on, what of this module and of
// others it may import, itself or through what it imports. The standard library
// is free.
var may = map[string][]string{
	"wsstorm/wsclient":      {"github.com/klauspost/compress/"},
	"wsstorm/scenarios":     {},
	"wsstorm/stats":         {"github.com/HdrHistogram/", "golang.org/x/sys/"},
	"wsstorm/stats/report":  {"wsstorm/stats", "github.com/HdrHistogram/", "golang.org/x/sys/"},
	"wsstorm/stats/regress": {"wsstorm/stats", "github.com/HdrHistogram/", "golang.org/x/sys/"},
	"wsstorm/loadgen": {"wsstorm/wsclient", "wsstorm/stats", "github.com/klauspost/compress/",
		"github.com/HdrHistogram/", "golang.org/x/sys/", "golang.org/x/sync/"},
	// The two ends of a measurement must not share their mistakes.
	"wsstorm/internal/echoserver": {"github.com/gobwas/", "github.com/klauspost/compress/", "golang.org/x/sys/"},
}

func TestImportsRunOneWay(t *testing.T) {
	for pkg, allowed := range may {
		out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", pkg).CombinedOutput()
		if err != nil {
			t.Fatalf("go list -deps %s: %v\n%s", pkg, err, out)
		}
		deps := strings.Fields(string(out))
		if !slices.Contains(deps, pkg) {
			t.Fatalf("go list -deps %s does not list it: %q", pkg, deps)
		}
		for _, dep := range deps {
			if dep != pkg && !slices.ContainsFunc(allowed, func(a string) bool { return dep == a || strings.HasPrefix(dep, strings.TrimSuffix(a, "/")+"/") }) {
				t.Errorf("%s imports %s", pkg, dep)
			}
		}
	}
}
