// Command testee is the client that the Autobahn suite's fuzzing server tests:
// it runs the suite's cases one after the other, echoing every message until the
// server ends the case, by way of wsclient.
//
// It judges nothing: the server does, and writes a report when asked to.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"wsstorm/wsclient"
)

// caseTimeout bounds one case; the suite's own timeouts are shorter, 8 minutes at
// most.
const caseTimeout = 10 * time.Minute

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stderr))
}

func run(ctx context.Context, args []string, stderr io.Writer) int {
	flags := pflag.NewFlagSet("testee", pflag.ContinueOnError)
	flags.SetOutput(stderr)
	server := flags.String("url", "", "of the fuzzing server")
	name := flags.String("path", "conn", "through wsclient: conn, or sansio")
	agent := flags.String("agent", "wsstorm", "name in the report")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	path, ok := paths[*name]
	if !ok {
		fmt.Fprintf(stderr, "testee: --path %s: want conn or sansio\n", *name)
		return 2
	}
	if err := runCases(ctx, *server, *agent, path); err != nil {
		fmt.Fprintln(stderr, "testee:", err)
		return 1
	}
	return 0
}

// offer goes out with every case; only sections 12 and 13 take it up. It leaves
// the server free to limit our window, which section 13 wants to.
var offer = wsclient.DeflateParams{ClientMaxWindowBits: 15}

// path is a way through wsclient: it opens a connection and echoes until that is
// over. Its error is nil once the connection was open: how a case ends is the
// server's to judge, and many have to end with an error.
type path func(ctx context.Context, u *wsclient.Upgrade) error

var paths = map[string]path{"conn": echoConn, "sansio": echoSansIO}

// runCases runs all cases that the server has, and has it write its report.
func runCases(ctx context.Context, server, agent string, echo path) error {
	base, err := url.Parse(server)
	if err != nil {
		return err
	}
	count, err := caseCount(ctx, base)
	if err != nil {
		return fmt.Errorf("asking for the number of cases: %w", err)
	}
	for n := 1; n <= count; n++ {
		u, err := prepare(base, "runCase", url.Values{"case": {strconv.Itoa(n)}, "agent": {agent}})
		if err != nil {
			return err
		}
		if err := bounded(ctx, u, echo); err != nil {
			return fmt.Errorf("case %d of %d: %w", n, count, err)
		}
	}
	u, err := prepare(base, "updateReports", url.Values{"agent": {agent}})
	if err != nil {
		return err
	}
	if err := bounded(ctx, u, echoConn); err != nil {
		return fmt.Errorf("asking for the report: %w", err)
	}
	return nil
}

// bounded runs one connection within caseTimeout.
func bounded(ctx context.Context, u *wsclient.Upgrade, echo path) error {
	ctx, cancel := context.WithTimeout(ctx, caseTimeout)
	defer cancel()
	if err := echo(ctx, u); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// caseCount asks the server how many cases it has.
func caseCount(ctx context.Context, base *url.URL) (int, error) {
	u, err := prepare(base, "getCaseCount", nil)
	if err != nil {
		return 0, err
	}
	c, err := (&wsclient.Dialer{Upgrade: u}).Dial(ctx)
	if err != nil {
		return 0, err
	}
	defer c.CloseNow()
	_, p, err := c.Read(ctx)
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(string(p))
	if err != nil {
		return 0, err
	}
	var closed *wsclient.CloseError
	if _, _, err := c.Read(ctx); !errors.As(err, &closed) {
		return 0, fmt.Errorf("got %v, want the server's Close frame", err)
	}
	return n, nil
}

// prepare returns the request for one of the server's commands.
func prepare(base *url.URL, command string, query url.Values) (*wsclient.Upgrade, error) {
	u := base.JoinPath(command)
	u.RawQuery = query.Encode()
	target, err := wsclient.ParseTarget(u.String())
	if err != nil {
		return nil, err
	}
	return wsclient.Request{Target: target, Deflate: &offer}.Prepare()
}
