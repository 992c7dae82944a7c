package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"wsstorm/internal/install"
)

// python2 returns a Python 2.7, the only one that the suite runs under, and gets
// one where there is none. The error says what was tried.
func python2() (string, error) {
	if path, ok := findPython2(); ok {
		return path, nil
	}
	missing := errors.New("no Python 2.7: not under pyenv, and python2.7 does not run")
	if _, err := exec.LookPath("pyenv"); err == nil {
		err := install.Run("/", "pyenv", "install", "--skip-existing", "2.7.18")
		if path, ok := findPython2(); ok {
			return path, nil
		}
		missing = fmt.Errorf("%w\npyenv did not install it: %w", missing, err)
	}
	if _, err := exec.LookPath("apt-get"); err == nil && os.Getuid() == 0 {
		err := errors.Join(install.Run("/", "apt-get", "update"), install.Run("/", "apt-get", "install", "-y", "python2-dev"))
		if path, ok := findPython2(); ok {
			return path, nil
		}
		missing = fmt.Errorf("%w\nDebian has none for us: %w", missing, err)
	}
	return "", missing
}

// findPython2 looks where pyenv keeps its versions and in PATH. It runs what it
// finds: pyenv's shim for python2.7 is there even where no version stands behind it.
func findPython2() (string, bool) {
	var candidates []string
	if root, err := exec.Command("pyenv", "root").Output(); err == nil {
		pattern := filepath.Join(strings.TrimSpace(string(root)), "versions", "2.7.*", "bin", "python2.7")
		// The only error is a bad pattern.
		candidates, _ = filepath.Glob(pattern)
	}
	for _, name := range append(candidates, "python2.7", "python2") {
		// The suite builds an extension, which wants the headers.
		const check = "import sys, sysconfig, os; sys.exit(sys.version_info[:2] != (2, 7) or " +
			"not os.path.exists(sysconfig.get_path('include') + '/Python.h'))"
		if path, err := exec.LookPath(name); err == nil && exec.Command(path, "-c", check).Run() == nil {
			return path, true
		}
	}
	return "", false
}
