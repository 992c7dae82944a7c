package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"wsstorm/stats"
	"wsstorm/stats/report"
)

func TestWriteFileReplacesWhole(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "result.json")
	if err := os.WriteFile(path, []byte("old, and longer than the new one"), 0o640); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink("result.json", link); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(link, []byte("new")); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != "new" {
		t.Errorf("got %q, %v, want new", got, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", info, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("got %v, %v, want the permissions of the old file", info.Mode(), err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 2 {
		t.Errorf("got %v, want the file and the link alone", left)
	}
}

func TestSamePlace(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("GITHUB_STEP_SUMMARY", "summary")
	for _, name := range []string{"here", "there", "summary"} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Symlink("here", "link"), os.Symlink(".", "same"), os.Symlink("later", "dangling")); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		a, b string
		want bool
	}{
		{"", "", true},
		{"", "here", false},
		{"here", "here", true},
		{"here", "there", false},
		{"here", "./here", true},
		{"here", "link", true},
		{"here", "same/here", true},
		{"later", "./later", true},
		{"later", dir + "/later", true},
		{"later", "same/later", true},
		{"later", "dangling", false}, // which is replaced
		{"later", "no/such/dir/later", false},
		{"no/such/dir/later", "no/such/../such/dir/later", true},
		{"/dev/null", "/dev/../dev/null", false}, // takes both
		{"/dev/null", "/dev/null", true},
		{"summary", "./summary", false}, // the first is appended to
	}
	for _, tt := range tests {
		if got := samePlace(tt.a, tt.b); got != tt.want {
			t.Errorf("%q and %q: got %v, want %v", tt.a, tt.b, got, tt.want)
		}
		if got := samePlace(tt.b, tt.a); got != tt.want {
			t.Errorf("%q and %q: got %v, want %v", tt.b, tt.a, got, tt.want)
		}
	}
}

func TestWriteFileLeavesNothingBehindWhereItCannot(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "taken")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	// Not a regular file, so written to as it is.
	if err := writeFile(path, []byte("new")); err == nil {
		t.Error("writing to a directory: got no error")
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("got %v, want the directory alone", left)
	}
}

func TestDevicesAreWrittenToAndNotReplaced(t *testing.T) {
	if err := writeFile("/dev/null", []byte("new")); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat("/dev/null"); err != nil || info.Mode()&os.ModeDevice == 0 {
		t.Fatalf("/dev/null is no device any more: %v, %v", info, err)
	}
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip(err)
	}
	if err := writeFile("/dev/full", []byte("new")); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("/dev/full: got %v, want %v", err, syscall.ENOSPC)
	}
}

// brokenPipe is a standard output whose reader has gone.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.EPIPE}
}

func TestEveryOutputIsTried(t *testing.T) {
	path := filepath.Join(t.TempDir(), "result.json")
	r := &stats.Result{Schema: stats.Schema, URL: "ws://h/"}
	err := writeOutputs(r, []output{{"text", ""}, {"json", path}}, brokenPipe{})
	if want := "writing to standard output: broken pipe"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, err := report.ReadJSON(f, path); err != nil || got.URL != r.URL {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestTextIsTheDefault(t *testing.T) {
	r := &stats.Result{Schema: stats.Schema, URL: "ws://h/"}
	var none, text bytes.Buffer
	if err := errors.Join(writeOutputs(r, nil, &none), writeOutputs(r, []output{{format: "text"}}, &text)); err != nil {
		t.Fatal(err)
	}
	if none.String() != text.String() || !strings.Contains(text.String(), "ws://h/") {
		t.Errorf("without --output: got %q, want %q", none.String(), text.String())
	}
}
