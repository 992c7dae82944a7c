package report

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"wsstorm/stats"
)

// storms are runs of a thousand connections that come and go, one of which is
// refused some of them.
func storms(n int, apart time.Duration) []*stats.Result {
	var all []*stats.Result
	for i := range n {
		rng := rand.New(rand.NewPCG(uint64(i), 7))
		s := stats.NewShard(1)
		openings(s, rng, 1000-20*i)
		for range 20 * i {
			s.Failed++
			s.Fail(stats.ErrRefused, "dial tcp 127.0.0.1:9001: connect: connection refused")
		}
		for range 12_000 * (i + 1) {
			rtt := around(rng, time.Millisecond)
			s.RecordReply(true, 0, rtt, rtt)
			s.Sizes[0].Sent++
			s.Sizes[0].Received++
		}
		r := base()
		r.Started = r.Started.Add(time.Duration(i) * apart)
		r.Load = stats.Load{InFlight: 1, Workers: 2}
		r.Connections.Requested = 1000
		finish(s, []string{"20"}, r)
		r.Intervals = []stats.Interval{{TimeS: -1, Phase: "open", LengthS: 0.12}, {TimeS: 10.5, Phase: "close", LengthS: 0.045}}
		all = append(all, r)
	}
	return all
}

func TestGoldenParts(t *testing.T) {
	for _, c := range []struct {
		name  string
		apart time.Duration
		add   func([]*stats.Result) (*stats.Result, error)
	}{
		{"merged", 50 * time.Millisecond, stats.Merge},
		{"cycles", time.Minute, stats.Chain},
	} {
		r, err := c.add(storms(3, c.apart))
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := Text(&b, r, TextOptions{}); err != nil {
			t.Fatal(err)
		}
		checkGolden(t, c.name+".txt", b.Bytes())
		checkGolden(t, c.name+".md", rendered(t, "md", r))
		var document bytes.Buffer
		if err := WriteJSON(&document, r); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadJSON(&document, c.name); err != nil {
			t.Errorf("%s: read back: %v", c.name, err)
		}
	}
}

// Where no messages were to be sent, no table tells that there were none.
func TestPartsOfIdleRuns(t *testing.T) {
	r := base()
	r.Merged = make([]stats.Part, 2)
	var headings []string
	partTables(r, func(cells []string) { headings = append(headings, strings.Join(cells[1:], ", ")) }, func([]string) {})
	if len(headings) != 2 || headings[1] != "errors, verdict" {
		t.Errorf("got %q", headings)
	}
	// A broadcast is about deliveries.
	r.Load.Rate, r.Broadcast = 1, &stats.Broadcast{}
	r.Merged[1].Latency = map[string]stats.Figures{"delivery": {Count: 1000, Percentiles: map[string]int64{"50": 5e6}}}
	var last []string
	partTables(r, func([]string) {}, func(cells []string) { last = cells })
	if last[3] != "5.00 ms" {
		t.Errorf("got %q", last)
	}
}

// With connections that came back there is no more in a line than fits.
func TestPartsThatCameBackFitALine(t *testing.T) {
	r, err := stats.Chain(storms(2, time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	r.Recovery = &stats.Recovery{Lost: 1}
	var b bytes.Buffer
	if err := Text(&b, r, TextOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"closed in     back in\n", "received        rate     rtt p50     rtt p99      errors     verdict\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("got\n%s\nwant a line that ends with %q", b.String(), want)
		}
	}
}

// Of many cycles the tables show the first and the last.
func TestPartsInBetweenAreLeftOut(t *testing.T) {
	for n, want := range map[int]int{25: 25, 26: 25, 1000: 25} {
		r := base()
		r.Cycles = make([]stats.Part, n)
		rows := 0
		var last []string
		partTables(r, func([]string) { rows = 0 }, func(cells []string) { rows, last = rows+1, cells })
		if rows != want || last[0] != fmt.Sprint(n) {
			t.Errorf("%d cycles: got %d rows, the last one %q, want %d", n, rows, last, want)
		}
	}
}

// The connections of several cycles are never there at the same time.
func TestOpeningAndClosingOfCycles(t *testing.T) {
	r := &stats.Result{
		WindowS:     3,
		Connections: stats.Connections{Requested: 60, Opened: 60, Open50S: 0.012, AllOpenS: 0.0266},
		Closing:     stats.NewClosing(3*time.Second, 0, 15400*time.Microsecond, 60, 1),
	}
	const opened, closed = "60 open after 26.6 ms, 50% after 12.0 ms", "60 closed at once at the end, the last one gone after 15.4 ms, 1 never closed by the server"
	for n, want := range map[int][2]string{
		0: {opened, closed},
		1: {opened, closed},
		3: {
			"20 open in each of 3 cycles after 26.6 ms at most, 50% after 12.0 ms",
			"60 closed in 3 cycles, each time at once at the end, the last one gone after 15.4 ms at most, 1 never closed by the server",
		},
	} {
		r.Cycles = make([]stats.Part, n)
		if got := [2]string{strings.Join(opening(r), ", "), strings.Join(closing(r), ", ")}; got != want {
			t.Errorf("%d cycles: got %q, want %q", n, got, want)
		}
	}
}

// Where no connection was opened, nothing says how long that took.
func TestPartsWithoutConnections(t *testing.T) {
	r := base()
	r.Cycles = []stats.Part{
		{OpenS: 0.401, CloseS: 0.001, Connections: stats.Connections{Requested: 3, Failed: 3}},
		{OpenS: 0.401, CloseS: 0.001, Connections: stats.Connections{Requested: 3, Opened: 1, Failed: 2}},
	}
	var rows []string
	partTables(r, func([]string) {}, func(cells []string) { rows = append(rows, strings.Join(cells, " ")) })
	if rows[0] != "1 0 3 – – – –" || rows[1] != "2 1 2 401 ms – – 1.00 ms" {
		t.Errorf("got %q", rows[:2])
	}
}
