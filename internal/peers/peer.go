package peers

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime/debug"
)

// Run serves handler on a free port of 127.0.0.1 until stdin ends, having
// written "PORT VERSION" to stdout. VERSION is that of the given Go module in
// this program.
func Run(stdin io.Reader, stdout io.Writer, module string, handler http.Handler) error {
	version, err := moduleVersion(module)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- http.Serve(ln, handler) }()
	if _, err := fmt.Fprintln(stdout, ln.Addr().(*net.TCPAddr).Port, version); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, stdin); err != nil {
		return err
	}
	ln.Close()
	<-served
	return nil
}

func moduleVersion(module string) (string, error) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "", fmt.Errorf("no build information in this program")
	}
	for _, dep := range info.Deps {
		if dep.Path == module {
			return dep.Version, nil
		}
	}
	return "", fmt.Errorf("module %s is not in this program", module)
}
