package regress

import (
	"math"
	"slices"
	"strings"
	"testing"

	"wsstorm/stats"
)

// run returns a result with these figures, and p99.9 where there are enough
// messages for it.
func run(rate float64, p50, p99, p999, count int64) *stats.Result {
	return &stats.Result{
		Messages: stats.Messages{Rate: rate},
		Latency: map[string]*stats.Latency{"rtt": {Count: count, Percentiles: map[string]int64{
			"50": p50, "99": p99, "99.9": p999,
		}}},
	}
}

func mustMetric(t *testing.T, name string) Metric {
	t.Helper()
	m, ok := MetricByName(name)
	if !ok {
		t.Fatalf("there is no metric %s", name)
	}
	return m
}

func TestMetricValue(t *testing.T) {
	r := run(50_000, 1e6, 3e6, 9e6, 100_000)
	short := run(50_000, 1e6, 3e6, 9e6, 99_999)
	// Its delivery stands in the place of an rtt.
	broadcast := run(50_000, 1e6, 3e6, 9e6, 100_000)
	broadcast.Broadcast = &stats.Broadcast{}
	broadcast.Latency = map[string]*stats.Latency{"delivery": broadcast.Latency["rtt"]}
	for _, c := range []struct {
		name   string
		result *stats.Result
		want   float64
		ok     bool
	}{
		{"messages.rate", r, 50_000, true},
		{"rtt.p50", r, 1e6, true},
		{"rtt.p99", r, 3e6, true},
		{"rtt.p99", short, 3e6, true},
		{"rtt.p99.9", r, 9e6, true},
		{"rtt.p99.9", short, 0, false},
		{"rtt.p95", r, 0, false},
		{"close.p99", r, 0, false},
		{"rtt.p99", broadcast, 3e6, true},
		{"delivery.p99", broadcast, 3e6, true},
		{"delivery.p99", r, 0, false},
		{"messages.rate", &stats.Result{}, 0, false},
	} {
		got, ok := mustMetric(t, c.name).Value(c.result)
		if got != c.want || ok != c.ok {
			t.Errorf("%s: got %v, %v, want %v, %v", c.name, got, ok, c.want, c.ok)
		}
	}
}

func TestMetricNames(t *testing.T) {
	names := MetricNames()
	for _, name := range names {
		if m := mustMetric(t, name); m.Name != name || m.LeastEffect <= 0 {
			t.Errorf("%s: got %+v", name, m)
		}
	}
	for _, m := range DefaultMetrics() {
		if !slices.Contains(names, m.Name) {
			t.Errorf("%s is a default and not among the names", m.Name)
		}
		if got := mustMetric(t, m.Name); got != m {
			t.Errorf("%s: got %+v, want the default, %+v", m.Name, got, m)
		}
	}
	for _, name := range []string{"", "rtt", "rtt.p51", "lag.p99", "queue.p50", "messages.sent"} {
		if _, ok := MetricByName(name); ok {
			t.Errorf("%q: got a metric, want none", name)
		}
	}
}

func TestOfMessages(t *testing.T) {
	for name, want := range map[string]bool{
		"messages.rate": true, "rtt.p50": true, "service.p99": true, "delivery.p99": true, "skew.p50": true,
		"open.p50": false, "connect.p99.9": false, "close.p99": false, "ping.p50": false,
	} {
		if got := mustMetric(t, name).OfMessages(); got != want {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
}

func TestDefaultLeastEffects(t *testing.T) {
	want := map[string]float64{"messages.rate": 0.03, "rtt.p50": 0.05, "rtt.p99": 0.10, "rtt.p99.9": 0.20}
	got := make(map[string]float64)
	for _, m := range DefaultMetrics() {
		got[m.Name] = m.LeastEffect
	}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for name, least := range want {
		if got[name] != least {
			t.Errorf("%s: got %v, want %v", name, got[name], least)
		}
	}
	// The slice is the caller's.
	DefaultMetrics()[0].LeastEffect = 1
	if got := DefaultMetrics()[0].LeastEffect; got != 0.03 {
		t.Errorf("got %v after a caller set it, want 0.03", got)
	}
}

func TestEffectIsPositiveWhereWorse(t *testing.T) {
	rate, p99 := mustMetric(t, "messages.rate"), mustMetric(t, "rtt.p99")
	for _, c := range []struct {
		metric             Metric
		old, new           float64
		effect, change     float64
		beyondTheLeastLoss bool
	}{
		{rate, 1000, 800, math.Log(1.25), -0.2, true},
		{rate, 1000, 1250, -math.Log(1.25), 0.25, false},
		{rate, 1000, 969, -math.Log(0.969), -0.031, true},
		{rate, 1000, 971, -math.Log(0.971), -0.029, false},
		{p99, 1e6, 1.25e6, math.Log(1.25), 0.25, true},
		{p99, 1e6, 0.8e6, -math.Log(1.25), -0.2, false},
		{p99, 1e6, 1.101e6, math.Log(1.101), 0.101, true},
		{p99, 1e6, 1.099e6, math.Log(1.099), 0.099, false},
	} {
		got := c.metric.effect(c.old, c.new)
		if math.Abs(got-c.effect) > 1e-12 {
			t.Errorf("%s from %v to %v: got %v, want %v", c.metric.Name, c.old, c.new, got, c.effect)
		}
		if change := c.metric.Change(got); math.Abs(change-c.change) > 1e-12 {
			t.Errorf("%s from %v to %v: got a change of %v, want %v", c.metric.Name, c.old, c.new, change, c.change)
		}
		if beyond := got >= c.metric.margin(); beyond != c.beyondTheLeastLoss {
			t.Errorf("%s from %v to %v: beyond the least effect: %v, want %v", c.metric.Name, c.old, c.new, beyond, c.beyondTheLeastLoss)
		}
		if back := c.metric.effect(c.new, c.old); back != -got {
			t.Errorf("%s from %v to %v: got %v, and back %v", c.metric.Name, c.old, c.new, got, back)
		}
	}
	if !rate.HigherIsBetter() || p99.HigherIsBetter() {
		t.Error("the rate is what is better when it is higher, and nothing else")
	}
}

func TestMetricsThatMakeNoSense(t *testing.T) {
	pairs := pairsOf(FirstLook, func(int) (old, new *stats.Result) { return run(1, 1, 1, 1, 1), run(1, 1, 1, 1, 1) })
	with := func(name string, least float64) Metric {
		m := mustMetric(t, name)
		m.LeastEffect = least
		return m
	}
	for _, c := range []struct {
		metrics []Metric
		want    string
	}{
		{[]Metric{{}}, "without a name"},
		{[]Metric{with("rtt.p50", -0.1)}, "least effect of rtt.p50"},
		{[]Metric{with("rtt.p50", math.NaN())}, "least effect of rtt.p50"},
		{[]Metric{with("rtt.p50", math.Inf(1))}, "least effect of rtt.p50"},
		{[]Metric{with("messages.rate", 1)}, "least effect of messages.rate"},
		{[]Metric{with("rtt.p50", 1), with("rtt.p50", 2)}, "rtt.p50 is asked for twice"},
	} {
		_, err := Bench(pairs, c.metrics)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Bench, %v: got %v, want %q in it", c.metrics, err, c.want)
		}
		_, _, err = Indicate(pairs[0].Old, pairs[0].New, c.metrics, 1)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Indicate, %v: got %v, want %q in it", c.metrics, err, c.want)
		}
	}
}
