package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"wsstorm/loadgen"
	"wsstorm/stats"
)

// scrape returns what an address serves.
func scrape(t *testing.T, url string) string {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	response, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: got %s, %v", url, response.Status, err)
	}
	return string(text)
}

// The metrics as they are before the run, while it opens its connections, and in
// each of two seconds, the latter without a reply and too short for rates.
func TestMetrics(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there are fewer metrics than on Linux")
	}
	m, err := serveMetrics("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer m.stop()
	second := stats.Interval{
		LengthS: 2, Phase: "measure", Sent: 2468, Received: 2460, Connections: 98,
		RTTP50NS: 1_000_000, RTTP99NS: 25_000_000, RTTMaxNS: 1_500_000_000,
		Client: stats.ClientSample{CPUCores: 1.25, BusiestThread: 0.75, GCPauseNS: 50_000, SchedNS: 2_000_000, Steal: 0.01, ThrottledS: 0.125},
	}
	var got strings.Builder
	for _, step := range []struct {
		name string
		p    loadgen.Progress
	}{
		{"before", loadgen.Progress{}},
		{"open", loadgen.Progress{Phase: "open", Elapsed: 100 * time.Millisecond, Left: -1,
			Interval: stats.Interval{LengthS: 0.1, Connections: 7}, Totals: stats.Totals{Opened: 7, Failed: 2, Errors: 2}}},
		{"measure", loadgen.Progress{Phase: "measure", Elapsed: 2500 * time.Millisecond, Left: 7500 * time.Millisecond,
			Interval: second, Totals: stats.Totals{Opened: 98, Failed: 2, Sent: 3000, Received: 2990, Errors: 12, Lost: 10}}},
		{"drain", loadgen.Progress{Phase: "drain", Elapsed: 10 * time.Second,
			Interval: stats.Interval{LengthS: 0.1, Connections: 90}, Totals: stats.Totals{Opened: 98, Failed: 2, Sent: 9000, Received: 8990, Errors: 12, Lost: 10}}},
		{"silence", loadgen.Progress{Phase: "drain", Elapsed: 11 * time.Second,
			Interval: stats.Interval{LengthS: 1, Connections: 90}, Totals: stats.Totals{Opened: 98, Failed: 2, Sent: 9000, Received: 8990, Errors: 12, Lost: 10}}},
	} {
		if step.p.Phase != "" {
			m.show(step.p)
		}
		got.WriteString("== " + step.name + "\n" + scrape(t, m.url))
	}
	const golden = "testdata/metrics.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("got\n%s\nwant %s (go test -run Metrics -update, if it is right)", got.String(), golden)
	}
}

// While the run lasts, somebody can look; when it has ended, nobody answers.
func TestListen(t *testing.T) {
	t.Parallel() // it mostly waits
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	stderr := &firstLine{line: make(chan string, 1)}
	ended := make(chan int)
	go func() {
		ended <- run(ctx, []string{"-c", "2", "--rate", "200", "-d", "10m", "--listen", "127.0.0.1:0"}, strings.NewReader(""), io.Discard, stderr)
	}()
	url, found := strings.CutPrefix(<-stderr.line, "wsstorm: metrics at ")
	if !found {
		t.Fatalf("got %q on standard error", url)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		text := scrape(t, url)
		if strings.Contains(text, "\nwsstorm_live_rtt_p99_seconds ") && strings.Contains(text, "\nwsstorm_live_connections 2\n") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the run never told of a reply: %s", text)
		}
	}
	interrupt()
	if code := <-ended; code != exitInterrupted {
		t.Errorf("got exit code %d, want %d", code, exitInterrupted)
	}
	addr := strings.TrimSuffix(strings.TrimPrefix(url, "http://"), metricsPath)
	if conn, err := net.Dial("tcp", addr); err == nil {
		conn.Close()
		t.Errorf("%s still answers", addr)
	}
}
