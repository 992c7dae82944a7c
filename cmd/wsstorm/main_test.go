package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"wsstorm/internal/leak"
)

// asProgram makes the test binary be wsstorm: for the built-in server, which is
// os.Executable, and for tests of what only a process of its own can show.
const asProgram = "WSSTORM_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Setenv(asProgram, "1")
	leak.Main(m)
}

// A ran is what became of a command line.
type ran struct {
	code     int
	out, err string
}

// wsstorm runs a command line in this process.
func wsstorm(t *testing.T, args ...string) ran {
	t.Helper()
	return wsstormIn(t.Context(), args...)
}

func wsstormIn(ctx context.Context, args ...string) ran {
	var out, err bytes.Buffer
	code := run(ctx, args, strings.NewReader(""), &out, &err)
	return ran{code, out.String(), err.String()}
}

// writeTemp writes a file into a directory of the test's own and returns its
// path.
func writeTemp(t *testing.T, name, text string) string {
	t.Helper()
	path := t.TempDir() + "/" + name
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
