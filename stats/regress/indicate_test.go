package regress

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"wsstorm/stats"
)

func TestIndicate(t *testing.T) {
	random := newRandom(11)
	old := secondsOf(random, 30, 0.3, 0)
	new := secondsOf(random, 30, 0.3, 0)
	for i := range new.Intervals {
		s := &new.Intervals[i]
		s.Received = s.Received * 10 / 13
		s.RTTP50NS = s.RTTP50NS * 13 / 10
		s.RTTP99NS = s.RTTP99NS * 2
	}
	changes, left, err := Indicate(old, new, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 1 || left[0].Reason != "rtt.p99.9 is not known second by second." {
		t.Errorf("got %v left out", left)
	}
	for i, want := range []struct {
		name  string
		share float64
	}{{"messages.rate", 0.3}, {"rtt.p50", 0.3}, {"rtt.p99", 1}} {
		c := changes[i]
		if e := c.Effect; c.Metric.Name != want.name || e.Low > math.Log1p(want.share) || e.High < math.Log1p(want.share) || e.Low >= e.Point || e.Point >= e.High {
			t.Errorf("%s: got %+v, want ln(1 + %v) inside", want.name, c, want.share)
		}
		if got := c.Metric.effect(c.Old, c.New); got != c.Effect.Point {
			t.Errorf("%s: got an effect of %v, and %v from %v to %v", want.name, c.Effect.Point, got, c.Old, c.New)
		}
		if !c.Exceeds(0.15) || c.Exceeds(1.2) {
			t.Errorf("%s: got that it exceeds 15%%: %v, and 120%%: %v", want.name, c.Exceeds(0.15), c.Exceeds(1.2))
		}
	}

	again, _, err := Indicate(old, new, nil, 1)
	if err != nil || !reflect.DeepEqual(changes, again) {
		t.Errorf("the same seed gave %v and then %v, %v", changes, again, err)
	}
	other, _, err := Indicate(old, new, nil, 2)
	if err != nil || reflect.DeepEqual(changes, other) {
		t.Errorf("another seed gave the same, %v, %v", changes, err)
	}
}

func TestIndicateTakesTheMeasuredSeconds(t *testing.T) {
	r := &stats.Result{Intervals: []stats.Interval{
		{Phase: "warmup", LengthS: 1, Received: 1, RTTP50NS: 1, RTTP99NS: 1},
		{Phase: "measure", LengthS: 0},
		{Phase: "drain", LengthS: 1, Received: 1, RTTP50NS: 1, RTTP99NS: 1},
	}}
	for range LeastSeconds {
		r.Intervals = append(r.Intervals,
			stats.Interval{Phase: "measure", LengthS: 1, Received: 300, RTTP50NS: 1000, RTTP99NS: 5000},
			stats.Interval{Phase: "measure", LengthS: 0.5},                // the server stood still
			stats.Interval{Phase: "measure", LengthS: 0.5, Received: 100}, // what came was no reply
			stats.Interval{Phase: "measure", LengthS: 0.5, Received: 100, RTTP50NS: 2000, RTTP99NS: 9000})
	}
	changes, _, err := Indicate(r, r, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{500 / 2.5, 1000, 6000} {
		if got := changes[i].Old; math.Abs(got-want) > 1e-9 {
			t.Errorf("%s: got %v, want %v", changes[i].Metric.Name, got, want)
		}
	}
}

// One bad second of thirty is no matter of the p50, and one of the p99.
func TestIndicateOfOneBadSecond(t *testing.T) {
	seconds := func(bad int64) *stats.Result {
		r := &stats.Result{}
		for i := range int64(30) {
			p50 := 1000 + i
			if i == 7 {
				p50 *= bad
			}
			r.Intervals = append(r.Intervals, stats.Interval{Phase: "measure", LengthS: 1, Received: 300, RTTP50NS: p50, RTTP99NS: 3 * p50})
		}
		return r
	}
	changes, _, err := Indicate(seconds(1), seconds(300), nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	if p50 := changes[1]; p50.Old != 1014 || p50.New != 1015 || p50.Effect.High > math.Log(1.05) {
		t.Errorf("got %+v, want the median second's", p50)
	}
	if p99 := changes[2]; p99.New < 10*p99.Old {
		t.Errorf("got %+v, want the mean of all", p99)
	}
}

// The seconds weigh as much as replies came in them, and those without say
// nothing.
func TestMedianIsWeighted(t *testing.T) {
	r := &stats.Result{}
	for i := range int64(2 * LeastSeconds) {
		s := stats.Interval{Phase: "measure", LengthS: 1, Received: 100, RTTP50NS: 9000, RTTP99NS: 9000} // slow, and few
		if i%2 == 0 {
			s.Received, s.RTTP50NS = 900, 1000
		}
		r.Intervals = append(r.Intervals, s, stats.Interval{Phase: "measure", LengthS: 1})
	}
	r.Intervals = append(r.Intervals, stats.Interval{Phase: "measure", LengthS: 1, Received: 100, RTTP50NS: 9000, RTTP99NS: 9000})
	changes, _, err := Indicate(r, r, nil, 1)
	if err != nil || changes[1].Old != 1000 {
		t.Errorf("got %+v, %v, want an rtt.p50 of 1000", changes, err)
	}
}

// Seconds that resemble their neighbours tell less than as many that do not, and
// only blocks show it.
func TestBlocksWidenTheInterval(t *testing.T) {
	width := func(seconds [][]fraction, block int) float64 {
		s := &series{seconds: seconds, order: make([][]int, 1), block: block}
		e := bootstrap(s, s, DefaultMetrics()[2:3], 1_999, newRandom(12))[0].Effect
		return e.High - e.Low
	}
	var seconds [][]fraction
	for i := range 64 {
		seconds = append(seconds, []fraction{{amount: float64(10 + i/8%2), weight: 1}})
	}
	if one, four := width(seconds, 1), width(seconds, 4); four < 1.3*one {
		t.Errorf("got a width of %v with blocks of 1, and %v with blocks of 4", one, four)
	}
	s, err := newSeries(secondsOf(newRandom(13), 60, 0, 0), DefaultMetrics()[:1])
	if err != nil || s.block != 4 {
		t.Errorf("60 seconds: got blocks of %d, %v, want 4", s.block, err)
	}
}

func TestTooFewSeconds(t *testing.T) {
	random := newRandom(14)
	enough, few := secondsOf(random, LeastSeconds, 0, 0), secondsOf(random, LeastSeconds-1, 0, 0)
	if _, _, err := Indicate(enough, enough, nil, 1); err != nil {
		t.Errorf("got %v", err)
	}
	for want, sides := range map[string][2]*stats.Result{"the new result": {enough, few}, "the old result": {few, enough}} {
		_, _, err := Indicate(sides[0], sides[1], nil, 1)
		if err == nil || !strings.HasPrefix(err.Error(), want+": replies in 7 measured seconds") {
			t.Errorf("got %v, want it to be of %s", err, want)
		}
	}
	if left, err := Indicative(enough, nil); err != nil || len(left) != 1 || left[0].Metric.Name != "rtt.p99.9" {
		t.Errorf("got %v left out and %v, want rtt.p99.9 alone", left, err)
	}
	if _, err := Indicative(few, nil); err == nil || !strings.HasPrefix(err.Error(), "replies in 7 measured seconds") {
		t.Errorf("got %v", err)
	}
	blank := secondsOf(random, LeastSeconds, 0, 0)
	for i := range blank.Intervals {
		blank.Intervals[i].RTTP99NS = 0
	}
	if _, _, err := Indicate(enough, blank, nil, 1); err == nil { // and it ends
		t.Error("without any p99: got no error")
	}
	if _, _, err := Indicate(enough, enough, []Metric{mustMetric(t, "close.p99")}, 1); err == nil {
		t.Error("close.p99: got no error")
	}
}
