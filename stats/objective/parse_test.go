package objective

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	tests := []struct {
		in    string
		text  string
		limit float64
		unit  unit
		row   time.Duration
	}{
		{"rtt.p99>25ms", "rtt.p99>25ms", 25e6, duration, 0},
		{"  rtt.p99 > 25 ms ", "rtt.p99>25ms", 25e6, duration, 0},
		{"close.max>=1m30s", "close.max>=1m30s", 90e9, duration, 0},
		{"rtt.p99.999>1.5us", "rtt.p99.999>1.5us", 1500, duration, 0},
		{"ping.min<0", "ping.min<0", 0, duration, 0},
		{"rtt.count<1M", "rtt.count<1M", 1e6, count, 0},
		{"messages.rate<50k", "messages.rate<50k", 50e3, rate, 0},
		{"rate<1.1k/s", "rate<1.1k/s", 1100, rate, 0},
		{"errors>0", "errors>0", 0, count, 0},
		{"errors.refused!=2", "errors.refused!=2", 2, count, 0},
		{"lost>0.1%", "lost>0.1%", 0.001, share, 0},
		{"connections.failed>5%", "connections.failed>5%", 0.05, share, 0},
		{"connections==50", "connections==50", 50, count, 0},
		{"bytes.sent<=64KiB", "bytes.sent<=64KiB", 65536, size, 0},
		{"client.max_rss>1.5GB", "client.max_rss>1.5GB", 1.5e9, size, 0},
		{"client.cpu>57%", "client.cpu>57%", 0.57, share, 0}, // and not 0.5700000000000001
		{"rtt.p99>25ms for 5s", "rtt.p99>25ms for 5s", 25e6, duration, 5 * time.Second},
		{"rtt.p99>25ms  for  5", "rtt.p99>25ms for 5s", 25e6, duration, 5 * time.Second},
		{"received<10k for 1m", "received<10k for 60s", 10e3, rate, time.Minute},
		{"errors>0 for 2s", "errors>0 for 2s", 0, rate, 2 * time.Second},
	}
	for _, tt := range tests {
		o, err := Parse(tt.in)
		if err != nil || o.String() != tt.text || o.limit != tt.limit || o.unit != tt.unit || o.Row() != tt.row {
			t.Errorf("Parse(%q): got %q, limit %v %v, row %v, error %v, want %q, %v %v, %v",
				tt.in, o, o.limit, o.unit, o.Row(), err, tt.text, tt.limit, tt.unit, tt.row)
			continue
		}
		if again, err := Parse(o.String()); err != nil || again != o {
			t.Errorf("Parse(%q): got %+v, error %v, want %+v", o, again, err, o)
		}
	}
}

func TestParseErrors(t *testing.T) {
	form, noFor := errForm.Error(), " is known of the whole run only"
	tests := []struct{ in, want string }{
		{"", form},
		{"rtt.p99", form},
		{">5", form},
		{"rtt.p99>", form},
		{"rtt.p99 25ms", form},
		{"errors=0", "= is no operator: want >, >=, <, <=, == or !="},
		{"errors=>0", "=> is no operator"},
		{"errors<>0", "<> is no operator"},

		// A bare number is seconds to one reader and milliseconds to the next.
		{"rtt.p99>25", "rtt.p99: want a duration with its unit: 25ms, 500us or 1.5s"},
		{"rtt.p99>25mss", "want a duration"},
		{"rtt.p99>-1s", "want a duration"},
		{"errors>-1", "errors: want a number, perhaps with k or M: 5 or 10k"},
		{"errors>1e3", "want a number"},
		{"errors>0x10", "want a number"},
		{"errors>1.2.3", "want a number"},
		{"errors>NaN", "want a number"},
		{"errors>5%", "errors: want a number, perhaps with k or M: 5 or 10k"},
		{"lost>five", "lost: want a number, perhaps with k or M, or a percentage: 5, 10k or 0.1%"},
		{"lost>5K", "lost: want a number"},
		{"rate<50ms", "rate: want a number a second, perhaps with k or M: 500 or 50k"},
		{"bytes.sent<5k", "bytes.sent: want bytes, perhaps with kB, MB, KiB or MiB: 500 or 64KiB"},
		{"client.cpu>0.8", "client.cpu: want a percentage: 5%"},

		{"close.p99>1s for 5s", "close.p99" + noFor},
		{"rtt.p95>1s for 5s", "rtt.p95" + noFor},
		{"errors.lost>1 for 5s", "errors.lost" + noFor},
		{"errors==1 for 5s", `== does not go with "for": want >, >=, < or <=`},
		{"errors>1 for 1.5s", "want whole seconds, which is what a run is cut into: for 5s"},
		{"errors>1 for 0s", "want whole seconds"},
		{"errors>1 for", "want whole seconds"},
		{"errors>1 for ever", "want whole seconds"},
		{"errors>1% for 5s", "errors: want a number a second"},
	}
	for _, tt := range tests {
		o, err := Parse(tt.in)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Parse(%q): got %q, error %v, want an error with %q", tt.in, o, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("Parse(%q): the error has several lines: %v", tt.in, err)
		}
	}
}

func TestUnknownMetric(t *testing.T) {
	const percentiles = "p50|p75|p90|p95|p99|p99.9|p99.99|p99.999|min|mean|stddev|max|count|clamped|censored"
	tests := []struct{ in, metric, choice string }{
		{"rtt.p98>1s", "rtt.p98", "rtt." + percentiles},
		{"bytes>1", "bytes", "bytes.sent|received"},
		{"fairness.mean>1", "fairness.mean", "fairness.min|p50|max|starved"},
		{"RTT.p99>1s", "RTT.p99", "rtt|service|lag|queue|dns|connect|tls|upgrade|open|close|ping|open_after|idle|delivery|skew|recovery." + percentiles + "; messages.sent|"},
		{"latency>1s", "latency", "; errors; errors.dns|refused|"},
		{"rtt p99>1s", "rtt p99", "; in short blocked|connections|"},
	}
	for _, tt := range tests {
		_, err := Parse(tt.in)
		var unknown *UnknownError
		if !errors.As(err, &unknown) || unknown.Metric != tt.metric || !strings.Contains(unknown.Choice(), tt.choice) {
			t.Errorf("Parse(%q): got %v, want the metric %q unknown and %q in the choice", tt.in, err, tt.metric, tt.choice)
		}
	}
}

func TestNamesAreMetrics(t *testing.T) {
	names := Names()
	for i, name := range names {
		if m, ok := named(name); !ok || m.value == nil {
			t.Errorf("%s is no metric", name)
		}
		if slices.Contains(names[:i], name) {
			t.Errorf("%s is there twice", name)
		}
	}
	if len(names) < 200 {
		t.Errorf("got %d names", len(names))
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"rtt.p99>25ms for 5s", "lost>0.1%", "bytes.sent<=1.5KiB", "rate<50k/s", "=", "a for"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		o, err := Parse(s)
		if err != nil {
			return
		}
		if again, err := Parse(o.String()); err != nil || again != o {
			t.Errorf("%q was read as %+v, and that, written as %q, as %+v, error %v", s, o, o, again, err)
		}
		if o.limit < 0 || o.limit != o.limit {
			t.Errorf("%q: got the limit %v", s, o.limit)
		}
	})
}
