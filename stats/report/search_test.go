package report

import (
	"strings"
	"testing"
	"time"

	"wsstorm/stats"
)

// probe returns one with an rtt in milliseconds; 0 for one that is not known.
func probe(load, rate, p50, p99 float64) stats.Probe {
	ns := func(ms float64) int64 { return int64(ms * float64(time.Millisecond)) }
	return stats.Probe{Load: load, Outcome: stats.ProbeHeld, Rate: rate, RTTP50NS: ns(p50), RTTP99NS: ns(p99), Verdict: stats.Valid}
}

// missing returns p as a probe that missed conditions, each with its value.
func missing(p stats.Probe, objectives ...stats.Objective) stats.Probe {
	p.Outcome, p.Missed = stats.ProbeMissed, objectives
	return p
}

func excluded(p stats.Probe, checks ...string) stats.Probe {
	p.Outcome, p.Checks, p.Verdict = stats.ProbeInvalid, checks, stats.Invalid
	return p
}

func p99(ms float64) stats.Objective {
	value := ms * 1e6
	return stats.Objective{Objective: "rtt.p99>=25ms", Value: &value, Limit: 25e6, Unit: "ns", Missed: true}
}

func searches() map[string]*stats.Search {
	errors := 23.0
	return map[string]*stats.Search{
		"server": {Objective: "rtt.p99<25ms", Vary: stats.VaryRate, Held: 12_000, Beyond: 12_500, Limit: stats.ProbeMissed, Probes: []stats.Probe{
			probe(1000, 1000, 0.12, 0.31), probe(2000, 2000, 0.124, 0.35), probe(4000, 4000, 0.14, 0.52), probe(8000, 8000, 0.19, 1.9),
			missing(probe(16_000, 12_710, 2310, 4720), p99(4720), stats.Objective{Objective: "errors>0", Value: &errors, Unit: "count", Missed: true}),
			probe(12_000, 11_998, 0.41, 14.2), missing(probe(14_000, 12_690, 480, 912), p99(912)),
			missing(probe(13_000, 12_701, 31.1, 103), p99(103)), missing(probe(12_500, 12_488, 1.9, 61), p99(61)),
		}},
		"client": {Objective: "rtt.p99<25ms", Vary: stats.VaryConnections, Held: 2000, Beyond: 2100, Limit: stats.ProbeInvalid, Probes: []stats.Probe{
			probe(1000, 41_210, 9.1, 12), probe(2000, 41_720, 17.5, 22.1),
			excluded(probe(4000, 0, 0, 0), "lag", "cpu"), excluded(probe(4000, 40_122, 40.1, 0), "cpu"), excluded(probe(2100, 40_122, 19.1, 24.1), "cpu"),
		}},
		"none": {Objective: "rtt.p99<25ms", Vary: stats.VaryRate, Beyond: 50, Limit: stats.ProbeMissed, Probes: []stats.Probe{
			missing(probe(200, 199, 52.1, 0), stats.Objective{Objective: "rtt.p99>=25ms", Limit: 25e6, Unit: "ns", Missed: true, Text: "more messages were lost than lie beyond it"}),
			missing(probe(100, 100, 51.7, 74.3), p99(74.3)), missing(probe(50, 50, 51, 72.9), p99(72.9)),
		}},
		"between": {Objective: "rtt.p99<25ms", Vary: stats.VaryRate, Held: 1200, Beyond: 1240, Limit: stats.ProbeInvalid, Probes: []stats.Probe{
			probe(1200, 1200, 2.06, 2.91), missing(probe(2400, 2400, 142, 240), p99(240)), excluded(probe(1800, 1800, 34, 71.4), "lag", "behind"),
			excluded(probe(1500, 1500, 2.17, 24.1), "lag"), missing(probe(1280, 1280, 2.38, 43.7), p99(43.7)), excluded(probe(1240, 1240, 2.14, 41.9), "lag"),
		}},
		"excluded": {Objective: "lost<1%", Vary: stats.VaryConnections, Beyond: 1, Limit: stats.ProbeInvalid, Probes: []stats.Probe{
			excluded(probe(1, 0.25, 0, 0), "steal"),
		}},
		"below": {Objective: "rtt.p99<25ms", Vary: stats.VaryRate, Beyond: 250, Limit: stats.ProbeInvalid, Probes: []stats.Probe{
			missing(probe(500, 500, 2.12, 89.5), p99(89.5)), excluded(probe(250, 250, 2.07, 13.1), "lag", "gc"), excluded(probe(250, 250, 2.08, 27.6), "lag", "behind"),
		}},
		"above": {Objective: "rtt.p99<25ms", Vary: stats.VaryRate, Held: 250, Beyond: 260, Limit: stats.ProbeMissed, Probes: []stats.Probe{
			missing(probe(1000, 1000, 1510, 2980), p99(2980)), missing(probe(500, 500, 740, 1490), p99(1490)), probe(250, 250, 2.12, 14.1),
			missing(probe(375, 375, 410, 750), p99(750)), missing(probe(260, 260, 2.31, 49.4), p99(49.4)),
		}},
		"everything": {Objective: "rtt.p99<25ms", Vary: stats.VaryConnections, Held: 16_000, Probes: []stats.Probe{
			probe(16_000, 51_211, 12.1, 23.9),
		}},
		"interrupted": {Objective: "rtt.p99<25ms", Vary: stats.VaryRate, Held: 1000, Interrupted: true, Probes: []stats.Probe{
			probe(1000, 1000, 0.12, 0.31),
		}},
		"closed": {Objective: "rtt.p50<2ms", Vary: stats.VaryConnections, Probes: []stats.Probe{
			{Load: 5, Outcome: stats.ProbeGone, Verdict: stats.Invalid},
		}},
		"gone": {Objective: "rtt.p99<25ms", Vary: stats.VaryRate, Beyond: 500, Limit: stats.ProbeMissed, Probes: []stats.Probe{
			missing(probe(1000, 1000, 1510, 2980), p99(2980)), missing(probe(500, 500, 740, 1490), p99(1490)),
			{Load: 250, Outcome: stats.ProbeGone, Verdict: stats.Invalid},
		}},
		"nothing": {Objective: "rtt.p99<25ms", Vary: stats.VaryRate, Interrupted: true, Probes: []stats.Probe{}},
	}
}

func TestSearchGolden(t *testing.T) {
	for name, s := range searches() {
		r := &stats.Result{Search: s, Objectives: []stats.Objective{p99(14)}}
		page := text{r: r, page: page{width: minWidth}}
		page.search(false)
		checkGolden(t, "search-"+name+".txt", []byte(page.String()))
		for line := range strings.Lines(page.String()) {
			if n := cells(strings.TrimSuffix(line, "\n")); n > minWidth {
				t.Errorf("%s: %d columns, want %d at most: %s", name, n, minWidth, line)
			}
		}
	}
	r := closedLoop()
	r.Search = searches()["server"]
	checkGolden(t, "search.md", rendered(t, "md", r))
}

// A program that prints the probes as they come prints in the end what Text
// would have printed at once.
func TestSearchInPieces(t *testing.T) {
	r := closedLoop()
	r.Search = searches()["server"]
	for _, opt := range []TextOptions{{}, {Color: true, Width: 100}} {
		pieces := SearchHeading(r.Search, opt)
		for _, p := range r.Search.Probes {
			pieces += SearchProbe(r.Search, p, opt)
		}
		rest := opt
		rest.Probed = true
		pieces += render(t, r, rest)
		if whole := render(t, r, opt); pieces != whole {
			t.Errorf("got in pieces\n%s\nwant\n%s", pieces, whole)
		}
	}
}

// A document may hold any numbers.
func TestSearchOfAnyNumbers(t *testing.T) {
	for _, load := range []float64{0, 1e-300, 1, 1e300} {
		for _, ns := range []int64{0, 1, 1 << 62} {
			s := &stats.Search{Objective: "rtt.p99", Vary: "neither", Held: load, Beyond: load, Limit: "any"}
			for _, l := range []float64{load, 2 * load, 1} {
				s.Probes = append(s.Probes, stats.Probe{Load: l, RTTP50NS: ns, RTTP99NS: ns})
			}
			s.Probes = append(s.Probes, stats.Probe{Load: load, RTTP50NS: -9000, RTTP99NS: -9000})
			limit := stats.Objective{Objective: "rtt.p99>1", Limit: 1e300, Unit: "ns"}
			render(t, &stats.Result{Search: s, Objectives: []stats.Objective{limit}}, TextOptions{})
		}
	}
}

// A search for the most load of a broadcast is about its delivery.
func TestSearchOfABroadcast(t *testing.T) {
	for objective, want := range map[string]string{"delivery.p99<25ms": " p50 ", "rtt.p99<25ms": "rtt p50", "lost<1%": "rtt p50"} {
		s := &stats.Search{Objective: objective, Vary: stats.VaryRate}
		if got := SearchHeading(s, TextOptions{}); !strings.Contains(got, want) || strings.Contains(got, "rtt p50") != strings.HasPrefix(want, "rtt") {
			t.Errorf("%s: got %s, want %q in it", objective, got, want)
		}
	}
}
