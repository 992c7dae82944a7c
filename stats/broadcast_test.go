package stats

import (
	"testing"
	"time"
)

// TestBroadcastCountsCopies: the headline of a broadcast is the delivery, of as
// many copies as there are subscribers.
func TestBroadcastCountsCopies(t *testing.T) {
	r := broadcastResult()
	want := Broadcast{
		Publishers: 1, Subscribers: 2, Published: 101, Expected: 202, Delivered: 200, Lost: 2,
		Incomplete: 1, Other: 4, Rate: 200, Fanout: 200.0 / 101,
	}
	if *r.Broadcast != want {
		t.Errorf("got %+v\nwant %+v", *r.Broadcast, want)
	}
	d, skew := r.Latency["delivery"], r.Latency["skew"]
	if d == nil || d.Count != 200 || d.Censored != 2 || r.Latency["rtt"] != nil {
		t.Errorf("delivery: got %+v, want 200 values and 2 censored, and no rtt", d)
	}
	if skew == nil || skew.Count != 100 || skew.Censored != 1 {
		t.Errorf("skew: got %+v, want 100 values and 1 censored", skew)
	}
	// What was due outside of the window is seen by the intervals only.
	if got := r.Intervals[0].RTTMaxNS; got < 1e9 {
		t.Errorf("interval: got a maximum of %d ns, want a second", got)
	}
	if r.Headline() != Delivery || r.Expected() != 202 {
		t.Errorf("got %v of %d", r.Headline(), r.Expected())
	}
	found := false
	for _, f := range r.Verdict.Findings {
		found = found || f.Check == "lost" && f.Level == Suspect && f.Value == 2.0/202
	}
	if !found {
		t.Errorf("lost copies weaken nothing: %+v", r.Verdict)
	}
	if echo := emptyResult(); echo.Broadcast != nil || echo.Headline() != RTT {
		t.Errorf("an echo: got %+v, %v", echo.Broadcast, echo.Headline())
	}
}

func TestMergeOfBroadcasts(t *testing.T) {
	one, other := broadcastResult(), broadcastResult()
	other.Started = other.Started.Add(time.Millisecond)
	sum, err := Merge([]*Result{one, other})
	if err != nil {
		t.Fatal(err)
	}
	want := Broadcast{
		Publishers: 2, Subscribers: 4, Published: 202, Expected: 404, Delivered: 400, Lost: 4,
		Incomplete: 2, Other: 8, Rate: 400 / sum.WindowS, Fanout: 400.0 / 202,
	}
	if *sum.Broadcast != want {
		t.Errorf("got %+v\nwant %+v", *sum.Broadcast, want)
	}
	d, skew := sum.Latency["delivery"], sum.Latency["skew"]
	if d.Count != 400 || d.Censored != 4 || skew.Count != 200 || skew.Censored != 2 {
		t.Errorf("got %+v and %+v", d, skew)
	}
	if _, err := Merge([]*Result{one, emptyResult()}); err == nil {
		t.Error("a broadcast and an echo were added up")
	}
}
