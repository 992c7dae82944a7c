package main

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"wsstorm/loadgen"
	"wsstorm/scenarios"
	"wsstorm/wsclient"
)

// mustRead returns the request of a command line that is right.
func mustRead(t *testing.T, args ...string) *request {
	t.Helper()
	r, err := readRequest(args)
	if err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	return r
}

func TestDurationAndWarmupDefaults(t *testing.T) {
	tests := []struct {
		args             []string
		duration, warmup time.Duration
		messages         int64
	}{
		{nil, 10 * time.Second, time.Second, 0},
		{[]string{"-d", "3"}, 3 * time.Second, time.Second, 0},
		{[]string{"-z", "3"}, 3 * time.Second, time.Second, 0},
		{[]string{"-d", "3", "-z4"}, 4 * time.Second, time.Second, 0},
		{[]string{"-n", "5"}, 0, 0, 5},
		{[]string{"-n", "5", "-z", "3"}, 3 * time.Second, 0, 5},
		{[]string{"-n", "5", "--warmup", "0"}, 0, 0, 5},
		{[]string{"--idle"}, 10 * time.Second, 0, 0},
		{[]string{"--warmup", "2"}, 10 * time.Second, 2 * time.Second, 0},
	}
	for _, tt := range tests {
		p := mustRead(t, tt.args...).plan
		if p.Duration != tt.duration || p.Warmup != tt.warmup || p.Messages != tt.messages {
			t.Errorf("%q: got duration %v, warm-up %v, %d messages, want %v, %v, %d",
				tt.args, p.Duration, p.Warmup, p.Messages, tt.duration, tt.warmup, tt.messages)
		}
	}
}

func TestLoadModes(t *testing.T) {
	tests := []struct {
		args     []string
		inFlight int
		rate     float64
	}{
		{nil, 1, 0},
		{[]string{"--in-flight", "8"}, 8, 0},
		{[]string{"-r", "2k"}, 0, 2000},
		{[]string{"--idle"}, 0, 0},
		{[]string{"--idle=false"}, 1, 0},
	}
	for _, tt := range tests {
		if p := mustRead(t, tt.args...).plan; p.InFlight != tt.inFlight || p.Rate != tt.rate {
			t.Errorf("%q: got %d in flight, rate %v, want %d, %v", tt.args, p.InFlight, p.Rate, tt.inFlight, tt.rate)
		}
	}
}

// The command line wins wherever it stands: before --scenario, and after it.
func TestCommandLineWins(t *testing.T) {
	const text = "--connections 7\n--rate 100\n--arrival poisson\n-H 'A: 1' -H 'B: 2'\n--text\nws://file/\n"
	path := writeTemp(t, "my.flags", text)
	tests := []struct {
		args []string
		want string // of the flags that are saved, and the URL
	}{
		{nil, "--connections=7 --rate=100 --arrival=poisson --text --header=A: 1 --header=B: 2 ws://file/"},
		{[]string{"-c", "9"}, "--connections=9 --rate=100 --arrival=poisson --text --header=A: 1 --header=B: 2 ws://file/"},
		{[]string{"ws://line/"}, "--connections=7 --rate=100 --arrival=poisson --text --header=A: 1 --header=B: 2 ws://line/"},
		// A repeatable flag replaces the file's.
		{[]string{"-H", "C: 3"}, "--connections=7 --rate=100 --arrival=poisson --text --header=C: 3 ws://file/"},
		// What a run takes one of is displaced by its rival.
		{[]string{"--in-flight", "3"}, "--connections=7 --in-flight=3 --text --header=A: 1 --header=B: 2 ws://file/"},
		{[]string{"--idle"}, "--connections=7 --idle --header=A: 1 --header=B: 2 ws://file/"},
		// Switching something off displaces nothing.
		{[]string{"--idle=false"}, "--connections=7 --rate=100 --arrival=poisson --text --header=A: 1 --header=B: 2 ws://file/"},
		{[]string{"--compress=none"}, "--connections=7 --rate=100 --arrival=poisson --text --header=A: 1 --header=B: 2 ws://file/"},
		{[]string{"--text=false"}, "--connections=7 --rate=100 --arrival=poisson --header=A: 1 --header=B: 2 ws://file/"},
	}
	for _, tt := range tests {
		for _, args := range [][]string{
			append([]string{"--scenario", path}, tt.args...),
			append(slices.Clone(tt.args), "--scenario="+path),
		} {
			r := mustRead(t, args...)
			words := slices.DeleteFunc(r.args(), func(w string) bool {
				name, _, _ := strings.Cut(strings.TrimPrefix(w, "--"), "=")
				return !r.all.Lookup(name).Changed // those that shape every run
			})
			if got := strings.Join(append(words, r.url.value), " "); got != tt.want {
				t.Errorf("%q\ngot  %s\nwant %s", args, got, tt.want)
			}
		}
	}
}

func TestStages(t *testing.T) {
	step := func(length time.Duration, from, to float64) loadgen.Stage {
		return loadgen.Stage{Length: length, From: from, To: to}
	}
	preset := []loadgen.Stage{step(10*time.Second, 500, 5000), step(10*time.Second, 5000, 5000), step(10*time.Second, 5000, 500)}
	tests := []struct {
		args     []string
		stages   []loadgen.Stage
		warmup   time.Duration
		inFlight int
		rate     float64
		duration time.Duration
	}{
		{[]string{"--stage", "1s:5,2s:5-10", "--stage", "3s:10"}, []loadgen.Stage{step(time.Second, 5, 5), step(2*time.Second, 5, 10), step(3*time.Second, 10, 10)}, time.Second, 0, 0, 0},
		// At a rate of 0 there is nothing to warm up with.
		{[]string{"--stage", "1s:0-5"}, []loadgen.Stage{step(time.Second, 0, 5)}, 0, 0, 0, 0},
		{[]string{"--stage", "1s:0-5", "--warmup", "2"}, []loadgen.Stage{step(time.Second, 0, 5)}, 2 * time.Second, 0, 0, 0},
		{[]string{"--scenario", "ramp"}, preset, time.Second, 0, 0, 0},
		// The command line's take the place of the file's, and of its rivals.
		{[]string{"--scenario", "ramp", "--stage", "1s:5"}, []loadgen.Stage{step(time.Second, 5, 5)}, time.Second, 0, 0, 0},
		{[]string{"--scenario", "rate", "--stage", "1s:5"}, []loadgen.Stage{step(time.Second, 5, 5)}, time.Second, 0, 0, 0},
		{[]string{"--scenario", "close-storm", "--stage", "1s:5"}, []loadgen.Stage{step(time.Second, 5, 5)}, time.Second, 0, 0, 0},
		{[]string{"--scenario", "ramp", "--rate", "7"}, nil, time.Second, 0, 7, defaultDuration},
	}
	for _, tt := range tests {
		p := mustRead(t, tt.args...).plan
		if !slices.Equal(p.Stages, tt.stages) || p.Warmup != tt.warmup || p.InFlight != tt.inFlight || p.Rate != tt.rate || p.Duration != tt.duration {
			t.Errorf("%q: got stages %v, warm-up %v, %d in flight, rate %v, duration %v, want %+v", tt.args, p.Stages, p.Warmup, p.InFlight, p.Rate, p.Duration, tt)
		}
		if p.Messages != 0 {
			t.Errorf("%q: got %d messages, want none asked for", tt.args, p.Messages)
		}
	}
}

func TestConnectStages(t *testing.T) {
	want := []loadgen.Stage{{Length: time.Second, From: 0, To: 5}, {Length: 2 * time.Second, From: 5, To: 5}}
	for _, args := range [][]string{
		{"--connect-stage", "1s:0-5,2s:5"},
		{"--connect-stage", "1s:0-5", "--connect-stage", "2s:5"},
		{"--connect-stage", "1s:0-5,2s:5", "--warmup", "0"},
		// It takes the place of what a scenario has of its own.
		{"--scenario", "echo", "--connect-stage", "1s:0-5,2s:5"},
		{"--scenario", "ramp", "--connect-stage", "1s:0-5,2s:5"},
		{"--scenario", "close-storm", "--connect-stage", "1s:0-5,2s:5"},
	} {
		p := mustRead(t, args...).plan
		if !slices.Equal(p.ConnectStages, want) || p.Connections != 0 || p.Duration != 0 || p.Warmup != 0 || p.Messages != 0 || p.InFlight != 1 || mostConnections(&p) != 5 {
			t.Errorf("%q: got %+v", args, p)
		}
	}
}

func TestNumberOfMessagesDisplacesTheDurationOfAScenario(t *testing.T) {
	if p := mustRead(t, "--scenario", "echo", "-n", "100").plan; p.Messages != 100 || p.Duration != 0 || p.Warmup != 0 {
		t.Errorf("echo -n 100: got %d messages, duration %v, warm-up %v", p.Messages, p.Duration, p.Warmup)
	}
	if p := mustRead(t, "--scenario", "close-storm", "-d", "3").plan; p.Messages != 0 || p.Duration != 3*time.Second {
		t.Errorf("close-storm -d 3: got %d messages, duration %v", p.Messages, p.Duration)
	}
}

func TestPresetsAreRuns(t *testing.T) {
	for _, name := range scenarios.Names() {
		r := mustRead(t, "--scenario", name)
		if r.plan.Connections < 1 || r.plan.Duration == 0 && r.plan.Messages == 0 && len(r.plan.Stages) == 0 {
			t.Errorf("%s: got %+v", name, r.plan)
		}
		// The same text as the user's own file means the same.
		text, err := scenarios.Source(name)
		if err != nil {
			t.Fatal(err)
		}
		own := mustRead(t, "--scenario", writeTemp(t, name+".flags", string(text)))
		if !reflect.DeepEqual(own.plan, r.plan) {
			t.Errorf("%s as a file: got %+v, want %+v", name, own.plan, r.plan)
		}
	}
}

// every is a value for each flag, such that all of them can be given in one of
// the runs below.
var every = [][]string{
	{"-c", "3", "-d", "4s", "-r", "5.5", "--arrival", "poisson", "--warmup", "0", "--drain", "7s", "--seed", "8",
		"--driver", "portable", "--workers", "2", "-s", "0,5-9x3", "--payload", "zero", "--text", "--fragment", "3:0.5",
		"--reply", "any", "--compress=no-context,window:9", "--max-message", "1MiB", "--connect-rate", "10", "--connect-concurrency", "11",
		"--connect-timeout", "12s", "--ping-interval", "13s", "--close-code", "4000", "--close-reason", "it's # \"over\" \\",
		"--close-timeout", "14s", "-H", "X-A:  b 'c'", "-H", "X-B: d", "--host", "h:1", "--origin", "https://o",
		"--subprotocol", "p1", "--subprotocol", "p2", "--unix-socket", "/tmp/a b", "ws://host:81/path?a=b&c=%20"},
	{"--in-flight", "3", "--servername", "n", "--tls-min", "1.3", "-k", "-n", "1M", "--fragment", "random", "--compress", "wss://[::1]/"},
	{"--idle", "-c", "2"},
	{"--fail-if", "rtt.p99 > 25ms for 5s", "--fail-if", "lost>0.1%", "--abort-early"},
	{"--stage", "1s:5,2s:5-10.5", "--stage", "1m:7", "--arrival", "poisson", "--reply", "none"},
	{"--stage", "1s:0-5"},
	{"--broadcast", "-r", "5", "--publishers", "3", "--subscribe-message", `{"a": "b c"}`, "--subscribe-message", "it's", "--publish-message", `["{payload}"]`},
	{"--broadcast", "--stage", "1s:5", "-s", "32"},
	{"--scenario", "broadcast"},
	{"--scenario", "echo", "--broadcast", "-r", "5", "-s", "40"},
	{"--scenario", "rate", "--stage", "1s:7"},
	{"--connect-stage", "1s:0-5,2s:5", "--connect-stage", "1m:5-0", "--in-flight", "2"},
	{"--connect-stage", "1s:5", "--idle"},
	{"--max-load", "rtt.p99<25ms"},
	{"--max-load", "lag.p99<25ms", "--arrival", "poisson", "--rate", "700", "--reply", "none", "--vary", "rate", "-d", "5"},
	{"--max-load", "lost<=5", "--vary", "connections", "-c", "7", "--in-flight", "2"},
	{"--source-ip", "127.0.0.2-9,127.1.0.0/16,::1", "--connect-to", "127.0.0.1,127.0.0.3", "ws://host/"},
	{"--find-idle-timeout", "10m", "--ping-timeout", "3s", "-c", "200"},
	{"--scenario", "idle", "--find-idle-timeout", "10m"},
	{"--cycles", "3", "--pause", "5"},
	{"--read-rate", "1KiB/s:0.1", "--stop-reading=0.2", "-d", "5"},
	{"--close-share", "0.3", "--close-at", "2s", "--close-within", "1s", "--close-mode", "rst:0.5,fin:0.5", "--reconnect", "jitter:1s,30s"},
	{"--lifetime", "uniform:5s,60s", "--close-mode", "vanish"},
	{"--stop-reading", "--idle"},
	{"--payload", "@main.go"},
	{"--payload", "@main.go", "-s", "7"},
	{"--scenario", "boundaries", "-c", "4"},
	{"--scenario", "idle"},
}

// --print-flags prints a scenario file, and the run of that file is the same.
func TestPrintedFlagsRepeatTheRun(t *testing.T) {
	for _, args := range every {
		want := mustRead(t, args...)
		printed := wsstorm(t, append(args, "--print-flags")...)
		if printed.code != 0 || printed.err != "" {
			t.Errorf("%q: got %d, %q", args, printed.code, printed.err)
			continue
		}
		path := writeTemp(t, "printed.flags", printed.out)
		got := mustRead(t, "--scenario", path)
		if !reflect.DeepEqual(got.plan, want.plan) {
			t.Errorf("%q\nprinted as %s\ngot  %+v\nwant %+v", args, printed.out, got.plan, want.plan)
		}
		if again := wsstorm(t, "--scenario", path, "--print-flags"); again.out != printed.out {
			t.Errorf("%q: printed as\n%s\nand that as\n%s", args, printed.out, again.out)
		}
		// So are the flags in a result document.
		words := got.args()
		if got.url != nil {
			words = append(words, got.url.value)
		}
		if replayed := mustRead(t, words...); !reflect.DeepEqual(replayed.plan, want.plan) {
			t.Errorf("%q: got %+v, want %+v", words, replayed.plan, want.plan)
		}
	}
}

// A flag that is in none of these runs is one that --print-flags may forget.
func TestEveryFlagIsPrintedInSomeTest(t *testing.T) {
	secretOrFile := []string{"cookie", "user", "cacert", "cert", "key"} // have tests of their own
	newFlags().all.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || slices.Contains(notOfTheRun, f.Name) || slices.Contains(secretOrFile, f.Name) {
			return
		}
		for _, args := range every {
			if r := mustRead(t, args...); r.all.Lookup(f.Name).Changed {
				return
			}
		}
		t.Errorf("--%s is in no row of every", f.Name)
	})
}

func TestPlanOfFlags(t *testing.T) {
	p := mustRead(t, every[0]...).plan
	want := loadgen.Plan{
		Target: wsclient.Target{Host: "host", Port: "81", ServerName: "host", Authority: "host:81", RequestURI: "/path?a=b&c=%20"},
		Request: wsclient.Request{
			Headers: []wsclient.Header{{Name: "X-A", Value: "b 'c'"}, {Name: "X-B", Value: "d"}},
			Host:    "h:1", Origin: "https://o", Subprotocols: []string{"p1", "p2"},
			Deflate: &wsclient.DeflateParams{ServerNoContextTakeover: true, ClientNoContextTakeover: true, ServerMaxWindowBits: 9, ClientMaxWindowBits: 9},
		},
		UnixSocket: "/tmp/a b", Connections: 3, ConnectRate: 10, ConnectConcurrency: 11, ConnectTimeout: 12 * time.Second,
		Duration: 4 * time.Second, Drain: 7 * time.Second, CloseTimeout: 14 * time.Second,
		Rate: 5.5, Arrival: loadgen.Poisson, Seed: 8,
		Sizes:   []loadgen.SizeClass{{}, {Min: 5, Max: 9, Weight: 3}},
		Payload: loadgen.PayloadZero, Text: true, Fragment: 3, FragmentPart: 0.5, Reply: loadgen.ReplyAny,
		MaxMessage: 1 << 20, PingInterval: 13 * time.Second, CloseCode: 4000, CloseReason: "it's # \"over\" \\",
		Driver: loadgen.DriverPortable, Workers: 2,
	}
	if !reflect.DeepEqual(p, want) {
		t.Errorf("got  %+v\nwant %+v", p, want)
	}
}

func TestPayloadFileIsSentWhole(t *testing.T) {
	path := writeTemp(t, "payload", "hello, world")
	p := mustRead(t, "--payload", "@"+path).plan
	if want := []loadgen.SizeClass{{Min: 12, Max: 12}}; !slices.Equal(p.Sizes, want) || string(p.PayloadData) != "hello, world" {
		t.Errorf("got sizes %v, data %q, want %v", p.Sizes, p.PayloadData, want)
	}
	p = mustRead(t, "--payload", "@"+path, "-s", "5").plan
	if want := []loadgen.SizeClass{{Min: 5, Max: 5}}; !slices.Equal(p.Sizes, want) {
		t.Errorf("with --size 5: got sizes %v, want %v", p.Sizes, want)
	}
}

func TestLargeSizesRaiseTheLimit(t *testing.T) {
	if p := mustRead(t, "-s", "100MiB").plan; p.MaxMessage != 100<<20 {
		t.Errorf("got a limit of %d bytes, want %d", p.MaxMessage, 100<<20)
	}
}
