package main

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"wsstorm/internal/calibrate"
	"wsstorm/stats"
)

// calibration is one whose figures do not depend on a machine.
func calibration() *calibrate.Calibration {
	spread := func(count int64, ns ...int64) calibrate.Distribution {
		d := calibrate.Distribution{Count: count, Percentiles: map[string]int64{}, MaxNS: ns[len(ns)-1]}
		for i, q := range []string{"50", "90", "99", "99.9"}[:len(ns)-1] {
			d.Percentiles[q] = ns[i]
		}
		return d
	}
	queue := spread(10_000, 1_000, 2_000, 9_000, 20_000, 30_000)
	return &calibrate.Calibration{
		Schema: calibrate.Schema, TookS: 48.5, Cores: 8,
		Clock: calibrate.Clock{ReadNS: 24.6, StepNS: 10},
		Waits: []calibrate.Wait{
			{Name: "epoll_pwait2", Late: spread(1_234, 4_100, 9_870, 55_000, 1_200_000)},
			{Name: "time.Sleep", Late: spread(999, 561_000, 962_000, 1_900_000)},
		},
		Clients: []calibrate.Client{
			{Name: "floor", Rounds: 3, Messages: 128_400, MessageCPUNS: 6_950, MessageRatio: 1, Connections: 15_321, ConnectionCPUNS: 39_000, ConnectionRatio: 1},
			{Name: "epoll", Rounds: 3, Messages: 119_000.4, MessageCPUNS: 7_420, MessageRatio: 1.0676, MessageSpread: 0.05, Connections: 14_200, ConnectionCPUNS: 42_000, ConnectionRatio: 1.08},
			{Name: "portable", Rounds: 3, Messages: 91_500, MessageCPUNS: 10_300, MessageRatio: 1.48, MessageSpread: 0.31, Connections: 8_000, ConnectionCPUNS: 104_000, ConnectionRatio: 2.67},
		},
		Paces: []calibrate.Pace{
			{Driver: "epoll", Rate: 1_000, Sent: 1_000, Lag: spread(1_050, 700, 4_200, 31_000, 88_000), Queue: &queue, Held: true},
			{Driver: "epoll", Rate: 64_000, Sent: 64_000, Lag: spread(64_000, 900, 9_000, 92_000, 410_000, 1_300_000), Queue: &queue, Held: true},
			{Driver: "epoll", Rate: 80_000, Sent: 80_001, Lag: spread(80_000, 2_000, 42_000, 182_000, 900_000, 2_000_000), Queue: &queue},
			{Driver: "portable", Rate: 1_000, Sent: 1_000, Lag: spread(1_050, 524_000, 976_000, 1_100_000, 4_130_000)},
		},
		Limits: calibrate.Limits{LatencyErrorNS: 40_000, Rate: 64_000, RateBeyond: 80_000},
		Truth: []calibrate.Experiment{
			{Name: "stall", Server: []string{"--stall=200ms/2s"}, Messages: 10_000, Quantiles: []calibrate.Expected{
				{Quantile: "95", TruthNS: 100e6, MeasuredNS: 100_400_000, LimitNS: 5e6, OK: true},
				{Quantile: "99", TruthNS: 180e6, MeasuredNS: 191e6, LimitNS: 5e6},
			}},
			{Name: "exponential", Server: []string{"--delay=exp:2ms"}, Messages: 15},
		},
		Control: []calibrate.Control{
			{Name: "paused", Expect: stats.Invalid, Got: stats.Invalid, Checks: []string{"rate", "lag"}, OK: true},
			{Name: "starved", Expect: stats.Invalid, Got: stats.Valid, Checks: []string{}},
			{Name: "slow server", Expect: stats.Valid, Got: stats.Suspect, Checks: []string{"lag"}, OK: true},
		},
		Others: &calibrate.Others{Busy: 0.8, Processors: 8},
	}
}

func TestCalibrationText(t *testing.T) {
	golden(t, "calibrate.txt", calibrationText(calibration(), false))
	if got := calibrationText(calibration(), true); strings.Count(got, red+"WRONG"+plain) != 2 {
		t.Errorf("in colour: got %q", got)
	}
}

// A platform may have next to nothing of all this.
func TestCalibrationOfLittle(t *testing.T) {
	c := calibration()
	c.Waits, c.Clients, c.Paces, c.Truth, c.Control = c.Waits[1:], c.Clients[2:], c.Paces[3:], nil, nil
	c.Clients[0].MessageRatio, c.Clients[0].ConnectionRatio = 0, 0
	c.Limits = calibrate.Limits{LatencyErrorNS: 1_100_000, RateBeyond: 1_000}
	golden(t, "calibrate-portable.txt", calibrationText(c, false))
}

func TestConclusions(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*calibrate.Calibration)
		want   string
	}{
		{"no limit", func(c *calibrate.Calibration) { c.Limits.RateBeyond = 0 }, "Rates: up to 64,000/s the schedule is kept to within 100 µs (lag p99), and no limit was found."},
		{"busy", func(c *calibrate.Calibration) { c.Others = &calibrate.Others{Busy: 0.81, Processors: 8} },
			"Other programs kept 0.8 of 8 processors busy meanwhile, and these figures are worth as much: calibrate while the machine is idle."},
		{"all is right", func(c *calibrate.Calibration) { c.Truth[0].Quantiles[1].OK = true }, "All of 2 quantiles that were known came out right."},
		{"blamed", func(c *calibrate.Calibration) { c.Control[2].OK = false },
			"The verdict blames the client for a slow server: the machine is too busy for any run of this kind."},
	} {
		c := calibration()
		before := strings.Join(conclusions(c), "\n")
		tt.change(c)
		if got := strings.Join(conclusions(c), "\n"); !strings.Contains(got, tt.want) || strings.Contains(before, tt.want) {
			t.Errorf("%s: got\n%s\nwant %q, and not without the change", tt.name, got, tt.want)
		}
	}
}

// A whole calibration, in as little time as it takes: what it finds is this
// machine's business, that it finds something of each is ours.
func TestCalibrate(t *testing.T) {
	path := t.TempDir() + "/calibration.json"
	got := wsstorm(t, "calibrate", "-d", "1s", "-o", "text", "-o", "json="+path)
	if got.code != exitOK || got.err != "" {
		t.Fatalf("got %d, %q", got.code, got.err)
	}
	if !strings.Contains(got.out, "What this machine can measure\n") {
		t.Errorf("got %s", got.out)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var c calibrate.Calibration
	if err := json.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	if c.Schema != calibrate.Schema || c.Tool != tool() || c.Clock.ReadNS <= 0 || c.Clock.StepNS <= 0 || c.TookS <= 0 {
		t.Errorf("got %+v", c)
	}
	drivers := map[string]bool{}
	for _, k := range c.Clients {
		drivers[k.Name] = true
		if k.Rounds == 0 || k.Connections <= 0 { // a busy machine may leave no time for messages
			t.Errorf("client: got %+v", k)
		}
	}
	for _, p := range c.Paces {
		if !drivers[p.Driver] || p.Rate <= 0 {
			t.Errorf("pace: got %+v", p)
		}
	}
	for _, w := range c.Waits {
		if w.Late.Count == 0 || w.Late.MaxNS <= 0 {
			t.Errorf("wait: got %+v", w)
		}
	}
	for _, e := range c.Truth {
		if e.Messages == 0 || len(e.Server) == 0 {
			t.Errorf("experiment: got %+v", e)
		}
	}
	for _, k := range c.Control {
		if k.Got == "" {
			t.Errorf("control: got %+v", k)
		}
	}
	if len(c.Clients) == 0 || len(c.Paces) == 0 || len(c.Waits) == 0 || len(c.Truth) != 3 || len(c.Control) == 0 {
		t.Errorf("got %d clients, %d paces, %d waits, %d experiments and %d controls", len(c.Clients), len(c.Paces), len(c.Waits), len(c.Truth), len(c.Control))
	}
}

func TestCalibrateIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if got := wsstormIn(ctx, "calibrate", "-d", "10m"); got.code != exitInterrupted || !strings.Contains(got.err, "there is no result") || got.out != "" {
		t.Errorf("got %d, %q, %q", got.code, got.err, got.out)
	}
}

func TestCalibrateHelp(t *testing.T) {
	for _, args := range [][]string{{"calibrate", "--help"}, {"help", "calibrate"}} {
		got := wsstorm(t, args...)
		if got.code != exitOK || got.err != "" {
			t.Errorf("%q: got exit code %d, %q", args, got.code, got.err)
		}
		golden(t, "help-calibrate.txt", got.out)
	}
}

func TestCalibrateUsage(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"-d", "10ms"}, `--duration "10ms": want 1s at least`},
		{[]string{"-o", "json=/"}, "--output json=/: it is a directory"},
		{[]string{"-o", "csv"}, "--output csv: calibrate writes text or json"},
		{[]string{"ws://h/"}, "calibrate takes 0 words besides its flags, here are 1; wsstorm help calibrate"},
	} {
		got := wsstorm(t, append([]string{"calibrate"}, tt.args...)...)
		if got.code != exitUsage || got.err != "wsstorm: "+tt.want+"\n" {
			t.Errorf("%q: got %d, %q, want %q", tt.args, got.code, got.err, tt.want)
		}
	}
}
