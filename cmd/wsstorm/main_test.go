package main

import (
	"bytes"
	"context"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"wsstorm/internal/leak"
)

// asProgram makes the test binary be wsstorm: for the built-in server, which is
// os.Executable, and for tests of what only a process of its own can show.
const asProgram = "WSSTORM_TEST_AS_PROGRAM"

// asShortProgram makes it shorten its runs: README's examples take minutes.
const asShortProgram = "WSSTORM_TEST_SHORT"

func TestMain(m *testing.M) {
	if os.Getenv(asShortProgram) != "" {
		os.Args = append(os.Args[:1], shorten(os.Args[1:])...)
	}
	worker := slices.Contains(os.Args, "-test.fuzzworker") // inherits the environment
	if os.Getenv(asProgram) != "" && !worker {
		main()
	}
	os.Setenv(asProgram, "1")
	os.Unsetenv("GITHUB_ACTIONS") // where it is set, there is more on standard error
	leak.Main(m)
}

// shorten adds flags to the command line of a run, which win over those before:
// fewer messages or less time, fewer connections where opening one is costly or
// a preset has thousands, and no certificate where none is named.
func shorten(args []string) []string {
	if len(args) > 0 && args[0] == "calibrate" {
		return append(slices.Clone(args), "-d", "1s")
	}
	if len(args) > 0 && slices.Contains(commandNames(), args[0]) {
		return args
	}
	has := func(part string) bool {
		return slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(a, part) })
	}
	short := slices.Clone(args)
	if has("--cycles") {
		short = append(short, "--cycles", "2", "--pause", "0")
	}
	if has("--vary") {
		// Four connections hold it, and five do not.
		return append(short, "--max-load", "connections.requested<5", "-c", "4", "-d", "200ms", "--warmup", "0", "--insecure")
	}
	if has("--max-load") {
		// A search that any server ends soon: within so many messages in a run.
		short = append(short, "--max-load", "messages.sent<300")
	}
	// A duration would contradict stages.
	if i := slices.Index(args, "--stage"); i >= 0 {
		short[i+1] = "100ms:100,100ms:100-500"
		return append(short, "-c", "20", "--warmup", "0", "--insecure")
	}
	if i := slices.Index(args, "--connect-stage"); i >= 0 {
		short[i+1] = "100ms:0-20,2s:20,100ms:20-0"
		return append(short, "--insecure")
	}
	if i := slices.Index(args, "--find-idle-timeout"); i >= 0 {
		short[i+1] = "100ms"
		return append(short, "-c", "20", "--insecure")
	}
	switch {
	case has("-n") || has("--messages"), has("--fail-if"): // which asks for so many
		short = append(short, "-n", "500", "--warmup", "0")
	default:
		short = append(short, "-d", "200ms", "--warmup", "0")
	}
	if has("wss://") || has("--scenario") {
		short = append(short, "-c", "20")
	}
	if has("wss://") && !has("--cacert") {
		short = append(short, "--insecure")
	}
	return short
}

// A ran is what became of a command line.
type ran struct {
	code     int
	out, err string
}

// ended reports whether the exit code is want, or tells that the machine was
// busy: that is none of our doing, and comes before what a run of a busy machine
// would otherwise end with.
func (r ran) ended(want int) bool { return r.code == want || r.code == exitInvalid }

// busy skips the test where a machine that does too much else made the
// measurement invalid.
func busy(t *testing.T, got ran) {
	t.Helper()
	if got.code == exitInvalid {
		t.Skipf("this machine is busy: %s", got.err)
	}
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

// atOnce runs f for each case at the same time: for tests that do little but
// wait.
func atOnce[Case any](t *testing.T, cases []Case, f func(*testing.T, Case)) {
	t.Helper()
	var all sync.WaitGroup
	for _, c := range cases {
		all.Go(func() { t.Run("", func(t *testing.T) { f(t, c) }) })
	}
	all.Wait()
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
