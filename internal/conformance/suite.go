package main

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"wsstorm/internal/install"
)

var (
	//go:embed constraints.txt
	constraints []byte
	//go:embed bootstrap.txt
	bootstrap []byte
	//go:embed fuzzingserver.py
	fuzzingserver []byte
)

// image is the suite for Docker; later ones are not published there.
const image = "crossbario/autobahn-testsuite:0.8.2"

// suite is an installed suite.
type suite struct {
	host string // that its server has to listen on
	// wstest returns the command line of its program with args, which may name
	// files in dir and the port of the server.
	wstest func(dir string, port int, args ...string) []string
}

// findSuite installs the suite under Python 2.7, once, and takes Docker's image
// where that cannot be done and Docker runs.
func findSuite() (suite, error) {
	folder, err := installSuite()
	if err == nil {
		return suite{"127.0.0.1", func(_ string, _ int, args ...string) []string {
			python := filepath.Join(folder, "suite", "bin", "python")
			return append([]string{python, filepath.Join(folder, "fuzzingserver.py")}, args...)
		}}, nil
	}
	if docker := exec.Command("docker", "info").Run(); docker != nil {
		return suite{}, fmt.Errorf("the suite cannot be installed: %w\nand there is no Docker to run its image: docker info: %w", err, docker)
	}
	return suite{"0.0.0.0", func(dir string, port int, args ...string) []string {
		return append([]string{"docker", "run", "--rm", "--init", "-i",
			"--user", fmt.Sprintf("%d:%d", os.Getuid(), os.Getgid()),
			"-p", fmt.Sprintf("127.0.0.1:%d:%[1]d", port), "-v", dir + ":" + dir, "-w", dir,
			image, "wstest"}, args...)
	}}, nil
}

// installSuite returns the folder with the suite's virtual environment.
func installSuite() (string, error) {
	if exec.Command("python3", "-c", "import venv, ensurepip").Run() != nil {
		return "", errors.New("python3 with venv and ensurepip is missing (Debian: python3-venv)")
	}
	files := map[string][]byte{
		"constraints.txt":  constraints,
		"bootstrap.txt":    bootstrap,
		"fuzzingserver.py": fuzzingserver,
	}
	return install.Once("autobahn", files, func(folder string) ([][]string, error) {
		python, err := python2()
		if err != nil {
			return nil, err
		}
		bin := func(env, program string) string { return filepath.Join(folder, env, "bin", program) }
		// pip in the environment variable, because the constraints hold for the
		// isolated environment in which wsaccel is built, too.
		constrained := "PIP_CONSTRAINT=" + filepath.Join(folder, "constraints.txt")
		return [][]string{
			{"python3", "-m", "venv", "bootstrap"},
			{bin("bootstrap", "python"), "-m", "pip", "install", "--no-deps", "-r", "bootstrap.txt"},
			{bin("bootstrap", "virtualenv"), "--python", python, "suite"},
			{"env", constrained, bin("suite", "pip"), "install", "autobahntestsuite"},
		}, nil
	})
}
