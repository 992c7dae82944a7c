// Package install puts other people's software, pinned, into the user's cache
// directory, for the suites that test against it: once for each version of the
// files that pin it, outside the tree, and for no other program to find.
package install

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// done names the file that marks a complete installation.
const done = ".installed"

// Once returns a folder of the cache directory that holds files (name to
// content) and what steps, commands run in it, made of them. The folder's name
// ends in a hash of the files, so that other pins are another folder; where it
// is complete already, nothing is run. An installation that was interrupted is
// begun anew. Two processes must not install the same at the same time.
func Once(name string, files map[string][]byte, steps func(folder string) ([][]string, error)) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	folder := filepath.Join(cache, "wsstorm", name+"-"+hash(files))
	if _, err := os.Stat(filepath.Join(folder, done)); err == nil {
		return folder, nil
	}
	if err := os.RemoveAll(folder); err != nil {
		return "", err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	for file, data := range files {
		if err := os.WriteFile(filepath.Join(folder, file), data, 0o644); err != nil {
			return "", err
		}
	}
	commands, err := steps(folder)
	if err != nil {
		return "", err
	}
	for _, argv := range commands {
		if err := Run(folder, argv...); err != nil {
			return "", err
		}
	}
	return folder, os.WriteFile(filepath.Join(folder, done), nil, 0o644)
}

// Run runs argv in dir. What it prints is part of the error, if there is one.
func Run(dir string, argv ...string) error {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(argv, " "), err, out)
	}
	return nil
}

func hash(files map[string][]byte) string {
	sum := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(sum, "%s %d\n%s", name, len(files[name]), files[name])
	}
	return fmt.Sprintf("%x", sum.Sum(nil)[:6])
}
