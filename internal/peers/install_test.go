//go:build integration

package peers

import (
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"wsstorm/internal/install"
)

// The lock files and the servers themselves.
//
//go:embed npm/package.json npm/package-lock.json npm/.npmrc npm/ws.mjs npm/bun.mjs
//go:embed python/requirements.txt python/websockets_server.py python/aiohttp_server.py
var assets embed.FS

// installAssets installs what dir pins.
func installAssets(dir string, steps func(folder string) ([][]string, error)) (string, error) {
	entries, err := assets.ReadDir(dir)
	if err != nil {
		return "", err
	}
	files := map[string][]byte{}
	for _, e := range entries {
		if files[e.Name()], err = assets.ReadFile(dir + "/" + e.Name()); err != nil {
			return "", err
		}
	}
	return install.Once("peers-"+dir, files, steps)
}

// npmFolder returns a folder with ws and bun in node_modules. Install scripts
// stay off: bun's only puts the right one of its binaries in place.
func npmFolder() (string, error) {
	if _, err := exec.LookPath("npm"); err != nil {
		return "", errors.New("npm is missing: the servers ws and bun need Node 18 or later, and npm")
	}
	return installAssets("npm", func(string) ([][]string, error) {
		return [][]string{{"npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"}}, nil
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
	return installAssets("python", func(folder string) ([][]string, error) {
		return [][]string{
			{"python3", "-m", "venv", "venv"},
			{filepath.Join(folder, "venv", "bin", "python"), "-m", "pip", "install",
				"--disable-pip-version-check", "--no-deps", "-r", "requirements.txt"},
		}, nil
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
		if err := install.Run("/", argv...); err != nil {
			return "", err
		}
	}
	return exec.LookPath("/usr/sbin/nginx")
}
