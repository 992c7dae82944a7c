// Command conformance runs the Autobahn test suite against wsclient.
//
// It installs the suite into the user's cache directory (Python 2.7, pinned by
// constraints.txt; Docker's image where there is no Python 2.7), starts the
// suite's fuzzing server, and has the testee run its cases (with --full all, else
// a selection of the slow sections on compression), once through the blocking Conn
// and once through Handshake, Decoder and AppendFrame, the two at the same time and
// each against a server of its own. It prints a table by section, and exits 1 where a case is anything but OK, save the few that the
// suite itself leaves undefined.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"

	"wsstorm/internal/install"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := pflag.NewFlagSet("conformance", pflag.ContinueOnError)
	flags.SetOutput(stderr)
	reports := flags.String("reports", "", "keep the suite's reports (HTML and JSON) in this folder")
	full := flags.Bool("full", false, "run all cases of sections 12 and 13, not a selection; a quarter of an hour and more")
	ways := flags.StringSlice("paths", paths, "ways through wsclient to test")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	for _, way := range *ways {
		if !slices.Contains(paths, way) {
			fmt.Fprintf(stderr, "conformance: --paths %s: want %s\n", way, strings.Join(paths, " or "))
			return 2
		}
	}
	if len(*ways) == 0 {
		fmt.Fprintln(stderr, "conformance: --paths: want one at least")
		return 2
	}
	well, err := conform(ctx, *ways, *full, *reports, stdout)
	if err != nil {
		fmt.Fprintln(stderr, "conformance:", err)
		return 1
	}
	if !well {
		return 1
	}
	return 0
}

// paths are the ways through wsclient that the testee has.
var paths = []string{"conn", "sansio"}

// conform runs the suite, or the selection of a short run, over paths and reports
// whether no case failed.
func conform(ctx context.Context, paths []string, full bool, keep string, stdout io.Writer) (bool, error) {
	suite, err := findSuite()
	if err != nil {
		return false, err
	}
	work, err := os.MkdirTemp("", "wsstorm-conformance-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(work)
	testee := filepath.Join(work, "testee")
	if err := install.Run(".", "go", "build", "-o", testee, "wsstorm/internal/conformance/testee"); err != nil {
		return false, err
	}
	took := make([]time.Duration, len(paths))
	g, gctx := errgroup.WithContext(ctx)
	for i, path := range paths {
		g.Go(func() error {
			start := time.Now()
			defer func() { took[i] = time.Since(start) }()
			return runPath(gctx, suite, testee, path, full, filepath.Join(work, path))
		})
	}
	if err := g.Wait(); err != nil {
		return false, err
	}
	well := true
	for i, path := range paths {
		outcomes, err := readIndex(filepath.Join(work, path, "reports"), agent(path))
		if err != nil {
			return false, err
		}
		tallies, findings := judge(outcomes, sections, full)
		title := fmt.Sprintf("%s, %v", agent(path), took[i].Round(time.Second))
		well = printVerdict(stdout, title, tallies, findings) && well
	}
	if keep != "" {
		if err := os.CopyFS(keep, os.DirFS(work)); err != nil {
			return false, fmt.Errorf("keeping the reports: %w", err)
		}
	}
	return well, nil
}

// agent is the name under which the suite reports on path.
func agent(path string) string { return "wsstorm-" + path }

// runPath runs the cases through one path, all files in dir.
func runPath(ctx context.Context, suite suite, testee, path string, full bool, dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	var patterns []string
	for _, s := range sections {
		_, ids := s.selected(full)
		patterns = append(patterns, ids...)
	}
	srv, err := suite.start(ctx, dir, patterns)
	if err != nil {
		return err
	}
	defer srv.close()
	cmd := exec.CommandContext(ctx, testee, "--url", srv.url, "--path", path, "--agent", agent(path))
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return fmt.Errorf("testee over %s: %w\n%s", path, err, complaints.Bytes())
	}
	return nil
}
