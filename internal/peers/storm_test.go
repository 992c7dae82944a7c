//go:build integration

package peers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"
	"time"
)

// document is what the suite reads of the result document. The keys are spelt
// out here, not shared with the program, because other people's scripts spell
// them out too.
type document struct {
	Connections struct {
		Requested, Opened, Failed, Closed, Dropped int
		Reattempts, Reopened, Departed, Vanished   int
		PeerClosed                                 int     `json:"peer_closed"`
		StillOpen                                  int     `json:"still_open"`
		ClosedFIN                                  int     `json:"closed_fin"`
		ClosedRST                                  int     `json:"closed_rst"`
		AllOpenS                                   float64 `json:"all_open_s"`
	}
	Messages struct {
		Sent, Received, Lost, Abandoned, Mismatched, Duplicated, Reordered, Unexpected int
	}
	Closing *struct {
		Connections int
		LastGoneS   float64 `json:"last_gone_s"`
		NeverClosed int     `json:"never_closed"`
	}
	Recovery *struct {
		Lost, Recovered, Attempts, Failed int
		AllNS                             int64 `json:"all_ns"`
	}
	Broadcast *struct{ Expected int }
	Groups    []struct {
		Name        string
		Connections int
		Messages    struct{ Received, Lost int }
	}
	Compression *struct{} // where it was agreed on
	Errors      map[string]struct {
		Count   int
		Example string
	}
	Closes []struct{ Sent, Received, Count int }
}

// load is one run against each server.
type load struct {
	name     string
	flags    []string
	conns    int
	messages int  // exactly so many; 0: some
	deflated bool // both ends compress
}

// runTimeout interrupts a run that a server's fault would keep waiting; these
// take a second.
const runTimeout = time.Minute

const sizes = "0,125,126,127,65535,65536"

var loads = []load{
	{"echo", []string{"-c", "20", "-n", "5000", "--size", sizes}, 20, 5000, false},
	{"fragmented", []string{"-c", "20", "-n", "2000", "--size", sizes, "--fragment", "random"}, 20, 2000, false},
	{"compressed", []string{"-c", "20", "-n", "2000", "--size", sizes, "--compress"}, 20, 2000, true},
	{"close storm", []string{"--scenario", "close-storm", "-c", "200", "-n", "600"}, 200, 600, false},
}

// storm runs wsstorm with these flags and returns its result.
func storm(t *testing.T, p process, flags []string) document {
	t.Helper()
	args := append(append([]string{"-o", "json"}, flags...), p.flags...)
	args = append(args, p.url)
	dir := must(t, programs) // built before the time runs
	ctx, cancel := context.WithTimeout(context.Background(), runTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(dir, "wsstorm"), args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = stopTimeout
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	// 5 says that the client was too busy for its times to be believed, which
	// on a shared machine says nothing against the protocol.
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 5) {
		t.Errorf("wsstorm %s: %v\n%s", strings.Join(args, " "), err, stderr.Bytes())
	}
	var doc document
	if err := json.Unmarshal(stdout.Bytes(), &doc); err != nil {
		t.Fatalf("wsstorm %s: %v in %q", strings.Join(args, " "), err, stdout.Bytes())
	}
	return doc
}

// check fails the test unless all went well.
func (l load) check(t *testing.T, doc document) {
	t.Helper()
	for _, c := range []struct {
		what      string
		got, want int
	}{
		{"connections requested", doc.Connections.Requested, l.conns},
		{"connections opened", doc.Connections.Opened, l.conns},
		{"connections failed", doc.Connections.Failed, 0},
		{"connections dropped", doc.Connections.Dropped, 0},
		{"connections closed by the peer", doc.Connections.PeerClosed, 0},
		{"connections still open", doc.Connections.StillOpen, 0},
		{"connections closed", doc.Connections.Closed, l.conns},
		{"messages sent", doc.Messages.Sent, l.messages},
		{"messages received", doc.Messages.Received, l.messages},
		{"messages lost", doc.Messages.Lost, 0},
		{"messages mismatched", doc.Messages.Mismatched, 0},
		{"messages duplicated", doc.Messages.Duplicated, 0},
		{"messages reordered", doc.Messages.Reordered, 0},
		{"messages unexpected", doc.Messages.Unexpected, 0},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %d, want %d", c.what, c.got, c.want)
		}
	}
	if deflated := doc.Compression != nil; deflated != l.deflated {
		t.Errorf("compressed: got %v, want %v", deflated, l.deflated)
	}
	for class, e := range doc.Errors {
		t.Errorf("got %d errors of class %s (%s), want none", e.Count, class, e.Example)
	}
	if len(doc.Closes) != 1 || doc.Closes[0].Sent != 1000 || doc.Closes[0].Received != 1000 || doc.Closes[0].Count != l.conns {
		t.Errorf("got closes %v, want code 1000 sent and received %d times", doc.Closes, l.conns)
	}
}

// row is one line of the table.
type row struct {
	process
	load
	document
}

// table returns the rows, aligned. Close codes are sent/received.
func table(rows []row) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nserver\tversion\trun\tconnections\tmessages\tlost\tmismatched\tclose codes")
	for _, r := range rows {
		var codes []string
		for _, c := range r.Closes {
			codes = append(codes, fmt.Sprintf("%d/%d ×%d", c.Sent, c.Received, c.Count))
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%s\n", r.process.name, r.version, r.load.name,
			r.Connections.Opened, r.Messages.Received, r.Messages.Lost, r.Messages.Mismatched, strings.Join(codes, ", "))
	}
	w.Flush()
	return b.String()
}
