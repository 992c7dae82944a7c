package report

import (
	"maps"
	"strings"
	"testing"
)

// A benchmark is a line as benchstat takes it: what it is told apart by, and
// the number of its values.
type benchmark struct {
	config map[string]string
	fields []string
}

// readBenchmarks reads the Go benchmark format (golang.org/design/14313).
func readBenchmarks(text string) []benchmark {
	var read []benchmark
	config := make(map[string]string)
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		key, value, isConfig := strings.Cut(line, ":")
		switch {
		case strings.HasPrefix(line, "Benchmark"):
			read = append(read, benchmark{maps.Clone(config), strings.Fields(line)})
		case isConfig && key != "" && key == strings.ToLower(key) && !strings.ContainsAny(key, " #"):
			config[key] = strings.TrimSpace(value)
			if config[key] == "" {
				delete(config, key)
			}
		}
	}
	return read
}

func TestGoBenchLines(t *testing.T) {
	for name, r := range results() {
		seen := make(map[string]bool)
		for _, b := range readBenchmarks(string(rendered(t, "bench", r))) {
			if len(b.fields) != 4 || b.fields[3] != "ns/op" && b.fields[3] != "messages/s" {
				t.Errorf("%s: got %q, want a name, a count, a value and its unit", name, b.fields)
			}
			if seen[b.fields[0]] {
				t.Errorf("%s: %s is there twice", name, b.fields[0])
			}
			seen[b.fields[0]] = true
		}
		if got, want := len(seen) > 0, len(r.Latency) > 0; got != want {
			t.Errorf("%s: benchmarks: got %v, want %v", name, got, want)
		}
	}
}

// Outputs in one file must not lend each other their configuration, above all
// not that of an invalid result.
func TestGoBenchOutputsFollowEachOther(t *testing.T) {
	var text strings.Builder
	var want []benchmark
	for _, name := range []string{"closed", "invalid", "suspect", "errors", "zero", "closed"} {
		one := string(rendered(t, "bench", results()[name]))
		text.WriteString(one)
		want = append(want, readBenchmarks(one)...)
	}
	got := readBenchmarks(text.String())
	if len(got) != len(want) {
		t.Fatalf("got %d benchmarks, want %d", len(got), len(want))
	}
	for i := range got {
		if !maps.Equal(got[i].config, want[i].config) {
			t.Errorf("%s: got configuration %v, want %v", got[i].fields[0], got[i].config, want[i].config)
		}
	}
}

// Runs of two servers are compared, and runs of two loads are not.
func TestGoBenchConfigTellsLoadsApart(t *testing.T) {
	a, b := *results()["closed"], *results()["closed"]
	config := func() [2]map[string]string {
		return [2]map[string]string{
			readBenchmarks(string(rendered(t, "bench", &a)))[0].config,
			readBenchmarks(string(rendered(t, "bench", &b)))[0].config,
		}
	}
	b.URL, b.Tool.Version, b.Started = "ws://127.0.0.1:9002/", "v0.2.0", b.Started.AddDate(0, 0, 1)
	if c := config(); !maps.Equal(c[0], c[1]) {
		t.Errorf("another server: got %v and %v, want the same", c[0], c[1])
	}
	b.Load.InFlight = 2
	if c := config(); maps.Equal(c[0], c[1]) {
		t.Errorf("another load: got %v for both", c[0])
	}
}
