package objective

import "testing"

func TestNot(t *testing.T) {
	for text, want := range map[string]string{
		"rtt.p95 < 250ms": "rtt.p95>=250ms",
		"rtt.p95<=1h":     "rtt.p95>1h",
		"rate>50k":        "rate<=50k",
		"rate>=50k":       "rate<50k",
		"lost==0":         "lost!=0",
		"lost!=0":         "lost==0",
	} {
		o := parse(t, text)
		if got := o.Not().String(); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
		// It can be read again, and one of both is always missed.
		not := parse(t, want)
		r := run()
		if Check([]Objective{o}, r)[0].Missed == Check([]Objective{not}, r)[0].Missed {
			t.Errorf("%s and %s: both are missed, or both are met", o, not)
		}
		if got, again := Check([]Objective{o.Not()}, r)[0], Check([]Objective{not}, r)[0]; got.Missed != again.Missed || got.Objective != again.Objective {
			t.Errorf("%s: got %+v, and read again %+v", not, got, again)
		}
		if got := o.Not().Not().String(); got != o.String() {
			t.Errorf("%s: twice not is %s", o, got)
		}
	}
}

func TestValues(t *testing.T) {
	for text, want := range map[string]int64{
		"rtt.p50<1s": 20, "rtt.p90<1s": 100, "rtt.p99<1s": 1000, "rtt.p99.9<1s": 10000, "ping.p99.99<1s": 100000,
		"rtt.max<1s": 0, "rtt.mean<1s": 0, "lost<1%": 0, "rate>5": 0, "client.scheduler.p99<1s": 0,
	} {
		if got := parse(t, text).Values(); got != want {
			t.Errorf("%s: got %d, want %d", text, got, want)
		}
	}
}
