package objective

import (
	"testing"

	"wsstorm/stats"
)

// seconds returns the measured window of a run, a second for each p99 in
// milliseconds; one of 0 has no reply.
func seconds(p99 ...int64) []stats.Interval {
	intervals := []stats.Interval{{Phase: "warmup", LengthS: 60, Received: 1, RTTP99NS: 60e9}}
	for _, ms := range p99 {
		i := stats.Interval{Phase: "measure", LengthS: 1, Sent: 100}
		if ms > 0 {
			i.Received, i.RTTP99NS = 100, ms*1e6
		}
		intervals = append(intervals, i)
	}
	return append(intervals, stats.Interval{Phase: "drain", LengthS: 60, Received: 1, RTTP99NS: 60e9})
}

func TestForSeconds(t *testing.T) {
	const ms = 1e6
	tests := []struct {
		name   string
		text   string
		p99    []int64
		missed bool
		value  float64 // 0: none
	}{
		{"never", "rtt.p99>25ms for 3s", []int64{10, 20, 25, 20, 10}, false, 20 * ms},
		{"too short", "rtt.p99>25ms for 3s", []int64{10, 30, 40, 20, 90, 80}, false, 20 * ms},
		{"long enough", "rtt.p99>25ms for 3s", []int64{10, 30, 40, 26, 10}, true, 26 * ms},
		{"longer", "rtt.p99>25ms for 3s", []int64{30, 40, 50, 60, 10}, true, 40 * ms},
		{"at the end", "rtt.p99>25ms for 3s", []int64{10, 10, 30, 40, 50}, true, 30 * ms},
		{"one second", "rtt.p99>25ms for 1s", []int64{10, 26, 10}, true, 26 * ms},
		{"all of it", "rtt.p99>25ms for 3s", []int64{30, 31, 32}, true, 30 * ms},
		{"downward", "rtt.p99<25ms for 2s", []int64{30, 20, 24, 30}, true, 24 * ms},
		{"downward, not", "rtt.p99<25ms for 2s", []int64{30, 20, 25, 24}, false, 25 * ms},

		// A second without replies is no fast one.
		{"a stall in a slow time", "rtt.p99>25ms for 3s", []int64{10, 30, 0, 40, 10}, true, 30 * ms},
		{"a stall", "rtt.p99>25ms for 3s", []int64{10, 10, 0, 0, 0, 10}, true, 0},
		{"a short stall", "rtt.p99>25ms for 3s", []int64{10, 10, 0, 0, 20, 10}, false, 20 * ms},
		{"a stall, downward", "rtt.p99<25ms for 3s", []int64{30, 0, 0, 0, 30}, true, 0},

		{"a window too short", "rtt.p99>25ms for 3s", []int64{10, 10}, true, 0},
		{"no window", "rtt.p99>25ms for 3s", nil, true, 0},
	}
	for _, tt := range tests {
		r := &stats.Result{Intervals: seconds(tt.p99...)}
		got := Check([]Objective{parse(t, tt.text)}, r)[0]
		if got.Missed != tt.missed || (got.Value == nil) != (tt.value == 0) || got.Value != nil && *got.Value != tt.value {
			t.Errorf("%s: got missed %v, value %v, text %q, want %v, %v", tt.name, got.Missed, deref(got.Value), got.Text, tt.missed, tt.value)
		}
	}
}

// What an interval lasted counts, not how many there were.
func TestForSecondsGoesByLength(t *testing.T) {
	tests := []struct {
		name    string
		lengths []float64
		missed  bool
	}{
		{"a little short", []float64{0.99, 0.98, 0.99}, true},
		{"two and a bit", []float64{1, 1, 0.4}, false},
		{"a client that slept", []float64{3.2}, true},
	}
	for _, tt := range tests {
		r := &stats.Result{Intervals: []stats.Interval{{Phase: "measure", LengthS: 5}}}
		for _, length := range tt.lengths {
			r.Intervals = append(r.Intervals, stats.Interval{Phase: "measure", LengthS: length, Errors: 1})
		}
		if got := Check([]Objective{parse(t, "errors>0 for 3s")}, r)[0]; got.Missed != tt.missed {
			t.Errorf("%s: got missed %v, value %v, %s, want %v", tt.name, got.Missed, deref(got.Value), got.Text, tt.missed)
		}
	}
	// Nor do 19 seconds and some pass for 20.
	r := &stats.Result{Intervals: []stats.Interval{{Phase: "measure", LengthS: 5}}}
	for range 19 {
		r.Intervals = append(r.Intervals, stats.Interval{Phase: "measure", LengthS: 1.02, Errors: 1})
	}
	if got := Check([]Objective{parse(t, "errors>0 for 20s")}, r)[0]; got.Missed {
		t.Errorf("19.38 s of errors: got missed, value %v, %s", deref(got.Value), got.Text)
	}
}

// What a server sends without having been asked makes no second fast.
func TestForSecondsTellsRepliesFromTheRest(t *testing.T) {
	r := &stats.Result{Intervals: seconds(90, 90, 0, 0, 90, 90)}
	r.Intervals[3].Received = 1 // unexpected: it has no latency
	if got := Check([]Objective{parse(t, "rtt.p99>25ms for 5s")}, r)[0]; !got.Missed {
		t.Errorf("got met, value %v", deref(got.Value))
	}
}

func TestSecondsAreCountedToTheSecond(t *testing.T) {
	r := &stats.Result{Intervals: []stats.Interval{
		{Phase: "measure", LengthS: 2, Sent: 10, Received: 8, Errors: 4, Connections: 7},
	}}
	for text, want := range map[string]float64{
		"sent<1 for 2s": 5, "received<1 for 2s": 4, "rate<1 for 2s": 4, "errors>9 for 2s": 2, "connections<1 for 2s": 7,
	} {
		if got := Check([]Objective{parse(t, text)}, r)[0]; got.Value == nil || *got.Value != want {
			t.Errorf("%s: got value %v, want %v", text, deref(got.Value), want)
		}
	}
}

func TestEarly(t *testing.T) {
	for text, want := range map[string]bool{
		"errors>0": true, "errors>=3": true, "lost>5": true, "errors.lost>5": true, "failed>0": true,
		"rtt.p99>25ms for 5s": true, "rate<5k for 2s": true,
		"errors<5": false, "errors==5": false, "errors!=0": false, "lost>1%": false, "failed>5%": false,
		"rtt.p99>25ms": false, "rate<5k": false, "errors.reset>0": false, "rtt.max>1s": false,
	} {
		if got := parse(t, text).Early(); got != want {
			t.Errorf("%s: got early %v, want %v", text, got, want)
		}
	}
}

// A Watch says no sooner and no later what Check would say of the run so far.
func TestWatch(t *testing.T) {
	intervals := seconds(10, 30, 0, 40, 10, 50, 60, 70)
	totals := stats.Totals{}
	var objectives []Objective
	for _, text := range []string{"rtt.max<1h", "rtt.p99>45ms for 3s", "rtt.p99>25ms for 3s", "errors>7", "lost>8"} {
		objectives = append(objectives, parse(t, text))
	}
	for _, o := range objectives {
		w, was := NewWatch([]Objective{o}), false
		for n, i := range intervals {
			totals = stats.Totals{Errors: int64(n), Lost: int64(n)}
			missed, ok := w.See(totals, i)
			was = was || ok
			r := &stats.Result{Intervals: intervals[:n+1], Messages: stats.Messages{Lost: int64(n)}, Errors: map[string]stats.Errors{"reset": {Count: int64(n)}}}
			checked := Check([]Objective{o}, r)[0]
			want := o.Early() && checked.Missed && checked.Text != "the run was measured for 0 s only" &&
				(checked.Value != nil || checked.Text == "for 3 s there was no reply at all")
			if was != want || ok && missed != o {
				t.Errorf("%s, interval %d: got missed %v (%s), want %v: %+v", o, n, was, missed, want, checked)
			}
		}
	}
	if missed, ok := NewWatch(objectives).See(stats.Totals{Errors: 8, Lost: 9}, stats.Interval{Phase: "open"}); !ok || missed.String() != "errors>7" {
		t.Errorf("got %v, %v, want the first one that is missed", missed, ok)
	}
}
