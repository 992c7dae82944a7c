package install

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// cacheIn moves the user's cache directory for the length of the test.
func cacheIn(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("XDG_CACHE_HOME moves the cache directory on Linux only")
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
}

// appendLine is a step that leaves a trace of each time it ran.
func appendLine(string) ([][]string, error) {
	return [][]string{{"sh", "-c", "echo ran >>trace"}}, nil
}

func traces(t *testing.T, folder string) int {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(folder, "trace"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(data), "ran\n")
}

func TestOnceRunsItsStepsOnce(t *testing.T) {
	cacheIn(t)
	files := map[string][]byte{"lock": []byte("1")}
	first, err := Once("x", files, appendLine)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Once("x", files, appendLine)
	if err != nil {
		t.Fatal(err)
	}
	if first != second || traces(t, first) != 1 {
		t.Errorf("got folders %s and %s, steps run %d times; want one folder, once", first, second, traces(t, first))
	}
	other, err := Once("x", map[string][]byte{"lock": []byte("2")}, appendLine)
	if err != nil {
		t.Fatal(err)
	}
	if other == first {
		t.Errorf("got the same folder %s for other files", other)
	}
}

func TestOnceBeginsAnewAfterAFailure(t *testing.T) {
	cacheIn(t)
	files := map[string][]byte{"lock": []byte("1")}
	for name, broken := range map[string]func(string) ([][]string, error){
		"no commands": func(string) ([][]string, error) { return nil, errors.New("the reason") },
		"a command fails": func(string) ([][]string, error) {
			return [][]string{{"sh", "-c", "echo ran >>trace"}, {"sh", "-c", "echo the reason; exit 3"}}, nil
		},
	} {
		if _, err := Once("x", files, broken); err == nil || !strings.Contains(err.Error(), "the reason") {
			t.Fatalf("%s: got %v, want an error with the reason", name, err)
		}
	}
	folder, err := Once("x", files, appendLine)
	if err != nil {
		t.Fatal(err)
	}
	if got := traces(t, folder); got != 1 {
		t.Errorf("got %d traces of steps, want 1: the failed installation is removed", got)
	}
}
