//go:build integration

package peers

import (
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// The lock files and the servers themselves.
//
//go:embed npm/package.json npm/package-lock.json npm/.npmrc npm/ws.mjs npm/bun.mjs
//go:embed python/requirements.txt python/websockets_server.py python/aiohttp_server.py
var assets embed.FS

// installed names the file that marks a complete installation.
const installed = ".installed"

// install returns the cache folder of the assets in dir, with commands run in it
// once: the folder's name has the hash of the assets, so that another version
// is another folder. An installation that was interrupted starts again.
func install(dir string, commands func(folder string) [][]string) (string, error) {
	entries, err := assets.ReadDir(dir)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	files := map[string][]byte{}
	for _, e := range entries {
		data, err := assets.ReadFile(dir + "/" + e.Name())
		if err != nil {
			return "", err
		}
		files[e.Name()] = data
		fmt.Fprintf(hash, "%s %d\n%s", e.Name(), len(data), data)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	folder := filepath.Join(cache, "wsstorm", "peers", fmt.Sprintf("%s-%x", dir, hash.Sum(nil)[:6]))
	if _, err := os.Stat(filepath.Join(folder, installed)); err == nil {
		return folder, nil
	}
	if err := os.RemoveAll(folder); err != nil {
		return "", err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o644); err != nil {
			return "", err
		}
	}
	for _, argv := range commands(folder) {
		if err := command(folder, argv...); err != nil {
			return "", err
		}
	}
	return folder, os.WriteFile(filepath.Join(folder, installed), nil, 0o644)
}

// command runs argv in dir and returns its output only within an error.
func command(dir string, argv ...string) error {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(argv, " "), err, out)
	}
	return nil
}

// npmFolder returns a folder with ws and bun in node_modules. Install scripts
// stay off: bun's only puts the right one of its binaries in place.
func npmFolder() (string, error) {
	if _, err := exec.LookPath("npm"); err != nil {
		return "", errors.New("npm is missing: the servers ws and bun need Node 18 or later, and npm")
	}
	return install("npm", func(string) [][]string {
		return [][]string{{"npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"}}
	})
}

// bunBinary returns the bun in folder that runs on this machine: npm installs
// more than one where it cannot tell (glibc or musl).
func bunBinary(folder string) (string, error) {
	found, err := filepath.Glob(filepath.Join(folder, "node_modules", "@oven", "*", "bin", "bun*"))
	if err != nil {
		return "", err
	}
	for _, bin := range found {
		if exec.Command(bin, "--version").Run() == nil {
			return bin, nil
		}
	}
	return "", fmt.Errorf("no bun in %s runs on %s/%s", folder, runtime.GOOS, runtime.GOARCH)
}

// pythonFolder returns a folder with a virtual environment in it.
func pythonFolder() (string, error) {
	const ask = "import sys; sys.exit(sys.version_info < (3, 11))"
	if exec.Command("python3", "-c", ask).Run() != nil {
		return "", errors.New("python3 3.11 or later is missing: the servers websockets and aiohttp need it")
	}
	return install("python", func(folder string) [][]string {
		return [][]string{
			{"python3", "-m", "venv", "venv"},
			{filepath.Join(folder, "venv", "bin", "python"), "-m", "pip", "install",
				"--disable-pip-version-check", "--no-deps", "-r", "requirements.txt"},
		}
	})
}

// nginxBinary returns nginx, and installs Debian's where there is none and we
// are root.
func nginxBinary() (string, error) {
	for _, name := range []string{"nginx", "/usr/sbin/nginx"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	if _, err := exec.LookPath("apt-get"); err != nil || os.Getuid() != 0 {
		return "", errors.New("nginx is missing, and only root on a system with apt-get gets it installed: apt-get install nginx")
	}
	for _, argv := range [][]string{
		{"apt-get", "update"},
		{"env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "--no-install-recommends", "nginx-light"},
	} {
		if err := command("/", argv...); err != nil {
			return "", err
		}
	}
	return exec.LookPath("/usr/sbin/nginx")
}
