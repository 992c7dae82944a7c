package regress

import (
	"slices"
	"testing"

	"wsstorm/stats"
)

func usual() *stats.Result {
	return &stats.Result{
		Tool:   stats.Tool{Version: "v1", Go: "go1.26", OS: "linux", Arch: "amd64"},
		Flags:  []string{"--connections=50", "--text", "--header=A: 1", "--header=Authorization: ***", "--output=json=old.json"},
		URL:    "ws://127.0.0.1:9001/",
		Driver: "epoll",
		Load:   stats.Load{InFlight: 1, Workers: 2},
		Client: stats.Client{Cores: 2},
	}
}

func TestDifferences(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*stats.Result)
		want   []string
	}{
		{"nothing", func(*stats.Result) {}, nil},
		{"the target, the output, the version", func(r *stats.Result) {
			r.URL = "ws://127.0.0.1:9002/"
			r.Tool.Version, r.Tool.Go = "v2", "go1.27"
			r.Flags = append([]string{"--unix-socket=/tmp/s", "--quiet", "--fail-if=rtt.p99>25ms", "--abort-early"}, r.Flags[:4]...)
		}, nil},
		{"the order of other flags, and how they are written", func(r *stats.Result) {
			r.Flags = []string{"--text", "--header", "A: 1", "--header", "Authorization: ***", "--connections", "50"}
		}, nil},
		{"the driver asked for", func(r *stats.Result) { r.Flags = append(r.Flags, "--driver=epoll", "--workers=2") }, nil},
		{"a quota's last digits", func(r *stats.Result) { r.Client.Cores = 2.0000001 }, nil},
		{"a value", func(r *stats.Result) { r.Flags[0] = "--connections=100" },
			[]string{"The old result was made with --connections=50, the new one with --connections=100."}},
		{"a flag less", func(r *stats.Result) { r.Flags = r.Flags[1:] },
			[]string{"The old result was made with --connections=50, the new one without --connections."}},
		{"a flag more", func(r *stats.Result) { r.Flags = append(r.Flags, "--fragment=random") },
			[]string{"The old result was made without --fragment, the new one with --fragment=random."}},
		{"a flag without a value", func(r *stats.Result) { r.Flags = slices.Delete(r.Flags, 1, 2) },
			[]string{"The old result was made with --text, the new one without --text."}},
		{"the order of a repeated one", func(r *stats.Result) { r.Flags[2], r.Flags[3] = r.Flags[3], r.Flags[2] },
			[]string{"The old result was made with --header=A: 1 --header=Authorization: ***, the new one with --header=Authorization: *** --header=A: 1."}},
		{"two flags", func(r *stats.Result) { r.Flags = []string{"--connections=50", "--size=1"} }, []string{
			"The old result was made with --text, the new one without --text.",
			"The old result was made with --header=A: 1 --header=Authorization: ***, the new one without --header.",
			"The old result was made without --size, the new one with --size=1.",
		}},
		{"the load, which a flag says", func(r *stats.Result) {
			r.Flags = append(r.Flags, "--in-flight=2")
			r.Load.InFlight = 2
		}, []string{"The old result was made without --in-flight, the new one with --in-flight=2."}},
		{"the load, which no flag says", func(r *stats.Result) { r.Load = stats.Load{Rate: 100, Arrival: "poisson", Messages: 7, Workers: 2} }, []string{
			"Not the same number of messages in flight: 1 in the old result, 0 in the new one.",
			"Not the same rate: 0 in the old result, 100 in the new one.",
			"Not the same kind of arrivals: none in the old result, poisson in the new one.",
			"Not the same number of messages: 0 in the old result, 7 in the new one.",
		}},
		{"the machine", func(r *stats.Result) {
			r.Tool.OS, r.Tool.Arch, r.Client.Cores, r.Driver, r.Load.Workers = "darwin", "arm64", 8, "portable", 8
		}, []string{
			"Not the same operating system: linux in the old result, darwin in the new one.",
			"Not the same architecture: amd64 in the old result, arm64 in the new one.",
			"Not the same number of cores: 2 in the old result, 8 in the new one.",
			"Not the same driver: epoll in the old result, portable in the new one.",
			"Not the same number of workers: 2 in the old result, 8 in the new one.",
		}},
		{"an interrupted run", func(r *stats.Result) { r.Interrupted = true }, []string{"The new run was interrupted."}},
		{"a suspect result", func(r *stats.Result) { r.Verdict.Status = stats.Suspect }, nil},
		{"an invalid result", func(r *stats.Result) {
			r.Verdict = stats.Verdict{Status: stats.Invalid, Findings: []stats.Finding{
				{Check: "lag", Level: stats.Invalid}, {Check: "cpu", Level: stats.Suspect},
				{Check: "gc", Level: stats.Invalid}, {Check: "lag", Level: stats.Invalid},
			}}
		}, []string{"The new result is invalid by its own checks: lag, gc."}},
	} {
		changed := usual()
		c.change(changed)
		if got := Differences(usual(), changed); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		if got := len(Differences(changed, usual())); got != len(c.want) {
			t.Errorf("%s, the other way round: got %d differences, want %d", c.name, got, len(c.want))
		}
	}
}

func TestApart(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*stats.Result)
		want   []string
	}{
		{"nothing", func(*stats.Result) {}, nil},
		{"seed, source, output, machine, verdict", func(r *stats.Result) {
			r.Flags = append(r.Flags, "--seed=7", "--source-ip=127.0.0.2", "--output=json=b.json")
			r.Tool.OS, r.Client.Cores, r.Load.Workers = "darwin", 8, 8
			r.Interrupted, r.Verdict.Status = true, stats.Invalid
		}, nil},
		{"the target", func(r *stats.Result) { r.URL = "ws://127.0.0.1:9002/" },
			[]string{"Not the same target: ws://127.0.0.1:9001/ in the first result, ws://127.0.0.1:9002/ in the second one."}},
		{"the socket", func(r *stats.Result) { r.Flags = append(r.Flags, "--unix-socket=/tmp/b") },
			[]string{"The first result was made without --unix-socket, the second one with --unix-socket=/tmp/b."}},
		{"a flag", func(r *stats.Result) { r.Flags[0] = "--connections=100" },
			[]string{"The first result was made with --connections=50, the second one with --connections=100."}},
		{"the load, which no flag says", func(r *stats.Result) { r.Load.InFlight = 2 },
			[]string{"Not the same number of messages in flight: 1 in the first result, 2 in the second one."}},
		{"the driver", func(r *stats.Result) { r.Driver = "portable" },
			[]string{"Not the same driver: epoll in the first result, portable in the second one."}},
	} {
		other := usual()
		c.change(other)
		if got := Apart(usual(), other); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
