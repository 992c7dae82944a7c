package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/spf13/pflag"
)

// faultTests has a row for every flag of serve that makes it do wrong.
var faultTests = []valueTest{
	{"delay", "bimodal:1ms,50ms:1%", "bimodal:1ms,50ms:0.01", ""},
	{"delay", "5ms", "", "want fixed:5ms"},
	{"delay-log", "a b", "a b", ""},
	{"stall", "1/10", "1s/10s", ""},
	{"stall", "10s/1s", "", "the second the longer one"},
	{"drop", "1%", "0.01", ""},
	{"drop", "2", "", "want a share from 0 to 1"},
	{"flip", "0.5", "0.5", ""},
	{"duplicate", "1", "1", ""},
	{"reorder", "0", "0", ""},
	{"close-after", "1k:0.1", "1000:0.1", ""},
	{"close-after", "often", "", "want a number of messages or a duration"},
	{"close-code", "4000", "4000", ""},
	{"close-code", "99", "", "want a close code from 1000 to 4999"},
	{"reset-after", "30s", "30s", ""},
	{"close-answer", "1011:0.5", "1011:0.5", ""},
	{"no-close", "0.1", "0.1", ""},
	{"reset-on-close", "0.1", "0.1", ""},
	{"no-pong", "0.1", "0.1", ""},
	{"refuse", "0.1", "0.1", ""},
	{"slow-read", "1KiB/s", "1KiB/s", ""},
	{"slow-read", "fast", "", "want bytes a second"},
	{"queue", "64KiB", "64KiB", ""},
	{"queue", "0", "", "want 1 at least"},
	{"seed", "7", "7", ""},
}

func TestFaultValues(t *testing.T) {
	set := func(name, in string) (string, error) {
		all := newFlagSet()
		newFaultFlags(all)
		flag := all.Lookup(name)
		err := flag.Value.Set(in)
		return flag.Value.String(), err
	}
	for _, tt := range faultTests {
		got, err := set(tt.flag, tt.in)
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("--%s %q: got %q, error %v, want an error with %q", tt.flag, tt.in, got, err, tt.err)
			}
			continue
		}
		if err != nil || got != tt.want {
			t.Errorf("--%s %q: got %q, error %v, want %q", tt.flag, tt.in, got, err, tt.want)
		}
		if again, err := set(tt.flag, got); err != nil || again != got {
			t.Errorf("--%s %q, as it was written: got %q, error %v", tt.flag, got, again, err)
		}
	}
	all := newFlagSet()
	newFaultFlags(all)
	all.VisitAll(func(f *pflag.Flag) {
		for _, tt := range faultTests {
			if tt.flag == f.Name {
				return
			}
		}
		if f.Value.Type() != nounBool {
			t.Errorf("--%s is in no row of faultTests", f.Name)
		}
	})
}

func TestFaultContradictions(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"--skip-sender"}, "--skip-sender needs --broadcast"},
		{[]string{"--close-code", "1000"}, "--close-code needs --close-after"},
		{[]string{"--queue", "1KiB", "--drop", "0.1"}, "--queue needs --delay, --delay-log, --reorder or --broadcast"},
		{[]string{"--delay-log", t.TempDir() + "/no/such/dir"}, "--delay-log: open"},
		{[]string{"--stall", "1s"}, `--stall "1s": want how long and how often`},
	} {
		got := wsstorm(t, append([]string{"serve", "--listen", "127.0.0.1:0"}, tt.args...)...)
		if got.code != exitUsage || !strings.Contains(got.err, tt.want) || strings.Count(got.err, "\n") != 1 || got.out != "" {
			t.Errorf("%q: got exit code %d, %q, want %d and one line with %q", tt.args, got.code, got.err, exitUsage, tt.want)
		}
	}
}

// The flags reach the server, and what it did is said at its end.
func TestServeWithFaults(t *testing.T) {
	log := t.TempDir() + "/delays.csv"
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	reader, writer := io.Pipe()
	var stderr strings.Builder
	served := make(chan int)
	go func() {
		served <- run(ctx, []string{"serve", "--listen", "127.0.0.1:0", "--duplicate", "1", "--delay", "fixed:1ms",
			"--delay-log", log, "--close-after", "3", "--close-code", "4000", "--broadcast", "--queue", "1MiB"}, strings.NewReader(""), writer, &stderr)
	}()
	out := bufio.NewReader(reader)
	url, err := out.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	c, _, err := websocket.DefaultDialer.Dial(strings.TrimSpace(url), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for range 3 {
		if err := c.WriteMessage(websocket.TextMessage, []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	replies := 0
	for err == nil {
		_, _, err = c.ReadMessage()
		replies++
	}
	if replies--; replies != 6 || !websocket.IsCloseError(err, 4000) {
		t.Errorf("got %d replies and %v, want 6 and close code 4000", replies, err)
	}
	stop()
	counts, err := out.ReadString('\n')
	if want := "connections 1, messages 3, replies 6, duplicated 3, closed 1\n"; err != nil || counts != want {
		t.Errorf("got %q, %v; want %q", counts, err, want)
	}
	if code := <-served; code != exitOK || stderr.Len() > 0 {
		t.Errorf("got exit code %d, %q", code, stderr.String())
	}
	text, err := os.ReadFile(log)
	if lines := strings.Count(string(text), "\n"); err != nil || lines != 4 {
		t.Errorf("got %d lines, %v; want a header and three", lines, err)
	}
}
