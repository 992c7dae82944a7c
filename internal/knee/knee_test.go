package knee

import (
	"errors"
	"testing"
)

// server holds loads up to most; the client is the limit from client on.
func server(most, client float64) func(float64) (Outcome, error) {
	return func(load float64) (Outcome, error) {
		switch {
		case load >= client:
			return Invalid, nil
		case load > most:
			return Missed, nil
		}
		return Held, nil
	}
}

func TestSearchEndsWithinPrecision(t *testing.T) {
	const never = 1e12
	for name, c := range map[string]struct {
		s            Search
		most, client float64
		limit        Outcome
		want         float64
	}{
		"the server's limit": {Search{100, 1, 1e6, 0.05, false}, 12345, never, Missed, 12345},
		"below the start":    {Search{1000, 1, 1e6, 0.05, false}, 37, never, Missed, 37},
		"the client's limit": {Search{100, 1, 1e6, 0.05, false}, never, 5000, Invalid, 5000},
		"whole numbers":      {Search{10, 1, 1e6, 0.001, true}, 77.5, never, Missed, 77},
	} {
		r, err := c.s.Run(server(c.most, c.client))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if r.Held > c.want || r.Held < c.want/(1+c.s.Precision)-1 || r.Limit != c.limit || r.Beyond <= r.Held {
			t.Errorf("%s: got %+v, want about %v", name, r, c.want)
		}
		if len(r.Probes) > 30 {
			t.Errorf("%s: %d probes", name, len(r.Probes))
		}
		for _, p := range r.Probes {
			if c.s.Whole && p.Load != float64(int64(p.Load)) {
				t.Errorf("%s: probed %v", name, p.Load)
			}
		}
	}
}

func TestSearchAtTheEdges(t *testing.T) {
	r, err := Search{Start: 100, Least: 1, Most: 1000, Precision: 0.05}.Run(server(1e9, 1e12))
	if err != nil || r.Held != 1000 || r.Beyond != 0 {
		t.Errorf("everything held: got %+v, %v", r, err)
	}
	r, err = Search{Start: 100, Least: 10, Most: 1000, Precision: 0.05}.Run(server(1, 1e12))
	if err != nil || r.Held != 0 || r.Beyond != 10 {
		t.Errorf("nothing held: got %+v, %v", r, err)
	}
	if _, err := (Search{Start: 1}).Run(server(1, 2)); err == nil {
		t.Error("a search without bounds was run")
	}
}

// TestOneDisturbanceIsNoLimit: an invalid probe is run again before it counts.
func TestOneDisturbanceIsNoLimit(t *testing.T) {
	n := 0
	held := server(5000, 1e12)
	r, err := Search{Start: 100, Least: 1, Most: 1e6, Precision: 0.05}.Run(func(load float64) (Outcome, error) {
		if n++; n%4 == 3 {
			return Invalid, nil
		}
		return held(load)
	})
	if err != nil || r.Held < 4700 || r.Held > 5000 || r.Limit != Missed {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestAnErrorEndsTheSearchWithWhatItHas(t *testing.T) {
	stop := errors.New("interrupted")
	r, err := Search{Start: 100, Least: 1, Most: 1e6, Precision: 0.05}.Run(func(load float64) (Outcome, error) {
		if load > 300 {
			return Held, stop
		}
		return Held, nil
	})
	if err != stop || r.Held != 200 || len(r.Probes) != 2 {
		t.Errorf("got %+v, %v", r, err)
	}
}
