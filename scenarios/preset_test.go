package scenarios

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
)

func TestPresets(t *testing.T) {
	want := []string{"boundaries", "broadcast", "churn", "close-storm", "connect-storm", "echo", "half-open", "idle", "leave-storm", "ramp", "rate", "reconnect-storm", "slow-readers"}
	if got := Names(); !slices.Equal(got, want) {
		t.Errorf("Names() = %q, want %q", got, want)
	}
	for _, name := range want {
		f, err := Load(name)
		if err != nil {
			t.Errorf("Load(%q): %v", name, err)
			continue
		}
		if f.Name != name+".flags" || len(f.Lines) == 0 {
			t.Errorf("Load(%q): got %d lines of %q", name, len(f.Lines), f.Name)
		}
		// A list of names of 13 characters and descriptions fits 80 columns.
		if n := len(f.Description); n == 0 || n > 63 || !strings.HasSuffix(f.Description, ".") {
			t.Errorf("%s: description %q of %d bytes, want a sentence of 1 to 63", name, f.Description, n)
		}
		text, err := Source(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			if len(line) > 80 {
				t.Errorf("%s.flags:%d: %d columns, want 80 at most", name, i+1, len(line))
			}
		}
	}
}

func TestUnknownPreset(t *testing.T) {
	for _, name := range []string{"ecko", "", "../doc", "echo.flags"} {
		if _, err := Load(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Load(%q): got %v, want fs.ErrNotExist", name, err)
		}
	}
}
