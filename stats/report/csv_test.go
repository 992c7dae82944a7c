package report

import (
	"bytes"
	"encoding/csv"
	"testing"

	"wsstorm/stats"
)

func TestCSVHasARowPerInterval(t *testing.T) {
	r := bySecond("suspect")
	r.Intervals = append(r.Intervals, stats.Interval{Phase: `dr,ain "` + "\n", TimeS: 1.0004})
	rows, err := csv.NewReader(bytes.NewReader(rendered(t, "csv", r))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(rows), 1+len(r.Intervals); got != want {
		t.Fatalf("got %d rows, want %d", got, want)
	}
	column := make(map[string]int)
	for i, name := range rows[0] {
		column[name] = i
	}
	for _, c := range []struct {
		row          int
		column, want string
	}{
		{1, "t_s", "-0.500"},
		{1, "rtt_p50_ms", ""}, // no reply: 0 would be drawn as one
		{2, "received_per_s", "12000.0"},
		{2, "rtt_p50_ms", "0.020479"},
		{2, "rtt_max_ms", "1200.619519"},
		{2, "verdict", "suspect"},
		{3, "received_per_s", ""}, // an interval without a length has no rate
		{3, "phase", `dr,ain " `},
		{3, "findings", "rate lag cpu lost"},
	} {
		if got := rows[c.row][column[c.column]]; got != c.want {
			t.Errorf("row %d, %s: got %q, want %q", c.row, c.column, got, c.want)
		}
	}
}
