package stats

import (
	"strconv"
	"testing"
)

func TestQuantilePrintable(t *testing.T) {
	for _, c := range []struct {
		q               Quantile
		printable, firm int64 // the least counts
	}{
		{P50, 20, 200},
		{P75, 40, 400},
		{P90, 100, 1000},
		{P95, 200, 2000},
		{P99, 1000, 10_000},
		{P999, 10_000, 100_000},
		{P9999, 100_000, 1_000_000},
		{P99999, 1_000_000, 10_000_000},
	} {
		if c.q.Printable(c.printable-1) || !c.q.Printable(c.printable) {
			t.Errorf("p%v: printable with %d values: %v, with %d: %v; want false, true",
				c.q, c.printable-1, c.q.Printable(c.printable-1), c.printable, c.q.Printable(c.printable))
		}
		if c.q.Firm(c.firm-1) || !c.q.Firm(c.firm) {
			t.Errorf("p%v: firm with %d values: %v, with %d: %v; want false, true",
				c.q, c.firm-1, c.q.Firm(c.firm-1), c.firm, c.q.Firm(c.firm))
		}
	}
}

func TestQuantileNames(t *testing.T) {
	for q := range NumQuantiles {
		got := strconv.FormatFloat(q.Percent(), 'g', 8, 64)
		if got != q.String() {
			t.Errorf("quantile %d: Percent is %s, String %s", q, got, q)
		}
	}
}

func TestNames(t *testing.T) {
	seen := make(map[string]bool)
	unique := func(name string) {
		t.Helper()
		if name == "" || name == "unknown" || seen[name] {
			t.Errorf("name %q is empty or taken", name)
		}
		seen[name] = true
	}
	for m := range NumMetrics {
		unique(m.String())
	}
	clear(seen)
	for c := range NumClasses {
		unique(c.String())
	}
	if got := NumMetrics.String(); got != "unknown" {
		t.Errorf("a metric out of range: got %q, want unknown", got)
	}
	if got := NumClasses.String(); got != "unknown" {
		t.Errorf("a class out of range: got %q, want unknown", got)
	}
}
