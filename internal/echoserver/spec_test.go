package echoserver

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// specs are the parsers, each as one that returns what String or its like makes
// of the value.
var specs = map[string]func(string) (string, error){
	"delay":     func(s string) (string, error) { v, err := ParseDelay(s); return v.String(), err },
	"stall":     func(s string) (string, error) { v, err := ParseStall(s); return v.String(), err },
	"after":     func(s string) (string, error) { v, err := ParseAfter(s); return v.String(), err },
	"answer":    func(s string) (string, error) { v, err := ParseAnswer(s); return v.String(), err },
	"slow read": func(s string) (string, error) { v, err := ParseSlowRead(s); return v.String(), err },
	"broadcast": func(s string) (string, error) { v, err := ParseBroadcast(s); return v.String(), err },
	"share":     func(s string) (string, error) { v, err := ParseShare(s); return FormatShare(v), err },
	"code":      func(s string) (string, error) { v, err := ParseCloseCode(s); return fmt.Sprint(v), err },
}

var specTests = []struct {
	kind, in string
	want     string // "" if err is not
	err      string // a part of the error
}{
	{"delay", "fixed:5ms", "fixed:5ms", ""},
	{"delay", "fixed:1", "fixed:1s", ""},
	{"delay", "fixed:0.005", "fixed:5ms", ""},
	{"delay", "exp:2ms", "exp:2ms", ""},
	{"delay", "exp:6m", "exp:6m", ""},
	{"delay", "uniform:1ms,5ms", "uniform:1ms,5ms", ""},
	{"delay", "bimodal:1ms,50ms:0.01", "bimodal:1ms,50ms:0.01", ""},
	{"delay", "bimodal:1ms,50ms:1%", "bimodal:1ms,50ms:0.01", ""},
	{"delay", "", "", "want fixed:5ms, exp:2ms"},
	{"delay", "5ms", "", "want fixed:5ms, exp:2ms"},
	{"delay", "none", "", "want fixed:5ms, exp:2ms"},
	{"delay", "fixed", "", "want fixed:5ms"},
	{"delay", "fixed:0s", "", "want fixed:5ms"},
	{"delay", "fixed:-1s", "", "want fixed:5ms"},
	{"delay", "fixed:1ms,2ms", "", "want fixed:5ms"},
	{"delay", "fixed:61m", "", "want delays up to 1h"},
	{"delay", "exp:7m", "", "want a mean up to 6m"},
	{"delay", "uniform:1ms", "", "uniform takes two delays: uniform:1ms,5ms"},
	{"delay", "uniform:5ms,1ms", "", "has to be the longer one"},
	{"delay", "uniform:1ms,2h", "", "want delays up to 1h"},
	{"delay", "bimodal:1ms,50ms", "", "probability of the second delay is missing"},
	{"delay", "bimodal:1ms:0.5", "", "bimodal takes two delays"},
	{"delay", "bimodal:1ms,50ms:2", "", "want a share from 0 to 1"},

	{"stall", "1s/10s", "1s/10s", ""},
	{"stall", "0.5/60", "500ms/1m", ""},
	{"stall", "1s", "", "1s/10s"},
	{"stall", "10s/1s", "", "the second the longer one"},
	{"stall", "1s/1s", "", "the second the longer one"},
	{"stall", "0s/1s", "", "1s/10s"},
	{"stall", "1s/10s/2s", "", "1s/10s"},

	{"after", "100", "100", ""},
	{"after", "1.5k", "1500", ""},
	{"after", "30s:0.1", "30s:0.1", ""},
	{"after", "10:100%", "10", ""},
	{"after", "0", "", "want a number of messages or a duration"},
	{"after", "1.5", "", "want a number of messages or a duration"},
	{"after", "3000M", "", "want a number of messages or a duration"},
	{"after", "-5s", "", "want a number of messages or a duration"},
	{"after", "", "", "want a number of messages or a duration"},
	{"after", "10:0", "", "above 0"},
	{"after", "10:x", "", "want a share"},

	{"answer", "1011", "1011", ""},
	{"answer", "1011:0.25", "1011:0.25", ""},
	{"answer", "1006", "1006", ""}, // a violation, on purpose
	{"answer", "999", "", "want a close code from 1000 to 4999"},
	{"answer", "5000", "", "want a close code from 1000 to 4999"},
	{"code", "1012", "1012", ""},
	{"code", "x", "", "want a close code from 1000 to 4999"},

	{"slow read", "1KiB/s", "1KiB/s", ""},
	{"slow read", "1000", "1000B/s", ""},
	{"slow read", "1.5kB/s:0.5", "1500B/s:0.5", ""},
	{"slow read", "2MiB/s", "2MiB/s", ""},
	{"slow read", "0", "", "want bytes a second"},
	{"slow read", "0.5B/s", "", "want bytes a second"},
	{"slow read", "2048MiB/s", "", "want bytes a second"},
	{"slow read", "1k/s", "", "want bytes a second"},

	{"broadcast", "all", "all", ""},
	{"broadcast", "others", "others", ""},
	{"broadcast", "some", "", "want all or others"},

	{"share", "0", "0", ""},
	{"share", "0.001", "0.001", ""},
	{"share", "0.1%", "0.001", ""},
	{"share", "100%", "1", ""},
	{"share", "1.1", "", "want a share from 0 to 1"},
	{"share", "-0.1", "", "want a share from 0 to 1"},
	{"share", "NaN", "", "want a share from 0 to 1"},
	{"share", "1e-3", "", "want a share from 0 to 1"},
	{"share", "%", "", "want a share from 0 to 1"},
}

func TestSpecs(t *testing.T) {
	for _, tt := range specTests {
		got, err := specs[tt.kind](tt.in)
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s %q: got %q, error %v, want an error with %q", tt.kind, tt.in, got, err, tt.err)
			}
			continue
		}
		if err != nil || got != tt.want {
			t.Errorf("%s %q: got %q, error %v, want %q", tt.kind, tt.in, got, err, tt.want)
		}
	}
}

// FuzzSpecs holds every parser to: an error is one line; what is accepted is
// written in a form that means the same, and that Listen accepts.
func FuzzSpecs(f *testing.F) {
	for _, tt := range specTests {
		f.Add(tt.in)
	}
	f.Fuzz(func(t *testing.T, in string) {
		for kind, parse := range specs {
			first, err := parse(in)
			if err != nil {
				if strings.Contains(err.Error(), "\n") || err.Error() == "" {
					t.Errorf("%s %q: got the error %q, want one line", kind, in, err)
				}
				continue
			}
			if second, err := parse(first); err != nil || second != first {
				t.Errorf("%s %q, written %q: got %q, error %v", kind, in, first, second, err)
			}
		}
		var faults Faults
		faults.Delay, _ = ParseDelay(in)
		faults.Stall, _ = ParseStall(in)
		faults.CloseAfter, _ = ParseAfter(in)
		faults.CloseAnswer, _ = ParseAnswer(in)
		faults.SlowRead, _ = ParseSlowRead(in)
		faults.Drop, _ = ParseShare(in)
		if err := faults.check(); err != nil {
			t.Errorf("%q: parsed and then refused: %v", in, err)
		}
		if d := faults.Delay.Quantile(0.999999); d < 0 || d > maxDelay {
			t.Errorf("%q: got a delay of %v", in, d)
		}
	})
}

func TestListenRefusesBadFaults(t *testing.T) {
	for name, f := range map[string]Faults{
		"share above 1":           {Drop: 1.5},
		"share below 0":           {NoPong: -0.5},
		"delay without kind":      {Delay: Delay{Base: time.Second}},
		"negative delay":          {Delay: Delay{Kind: DelayFixed, Base: -1}},
		"stall longer than apart": {Stall: Stall{For: 2, Every: 1}},
		"close code":              {CloseCode: 99},
		"close answer":            {CloseAnswer: Answer{Code: 5000}},
		"negative queue":          {Queue: -1},
	} {
		if s, err := Listen("127.0.0.1:0", Config{Faults: f}); err == nil {
			s.listener.Close()
			t.Errorf("%s: got a server, want an error", name)
		}
	}
}
