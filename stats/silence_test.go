package stats

import (
	"testing"
	"time"
)

func TestSetCuts(t *testing.T) {
	s := time.Second
	for _, c := range []struct {
		name    string
		longest time.Duration
		cuts    []Silence
		want    IdleRound
	}{
		{"nothing was cut", 5 * s, nil, IdleRound{}},
		{"by a FIN", 5 * s, []Silence{{7 * s, ErrEOF, false}, {6 * s, ErrEOF, false}},
			IdleRound{Cut: 2, CutS: 6, How: "eof", Told: true}},
		{"silently, and one by chance", 5 * s, []Silence{{2 * s, ErrReset, false}, {6 * s, ErrPingTimeout, true}, {7 * s, ErrPingTimeout, true}},
			IdleRound{Cut: 3, Early: 1, CutS: 6, How: "ping_timeout"}},
		{"by a FIN that crosses a Ping", 5 * s, []Silence{{6 * s, ErrEOF, true}, {6 * s, ErrEOF, false}, {6 * s, ErrEOF, false}},
			IdleRound{Cut: 3, CutS: 6, How: "eof", Told: true}},
		{"by chance only", 5 * s, []Silence{{2 * s, ErrReset, false}}, IdleRound{Cut: 1, Early: 1}},
		{"none survived", 0, []Silence{{2 * s, ErrReset, true}}, IdleRound{Cut: 1, CutS: 2, How: "reset"}},
	} {
		var got IdleRound
		if got.SetCuts(c.longest, c.cuts); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestIdleTimeoutOfRounds(t *testing.T) {
	first := IdleRound{ToS: 600, SurvivedS: 48, CutS: 60, How: "ping_timeout"}
	for _, c := range []struct {
		name   string
		rounds []IdleRound
		want   IdleTimeout
		close  bool
	}{
		{"one", []IdleRound{first}, IdleTimeout{UpToS: 600, SurvivedS: 48, CutS: 60, How: "ping_timeout"}, false},
		{"a narrower one", []IdleRound{first, {FromS: 48, ToS: 60, SurvivedS: 52.4, CutS: 52.6, How: "reset"}},
			IdleTimeout{UpToS: 600, SurvivedS: 52.4, CutS: 52.6, How: "reset"}, true},
		{"all survived it", []IdleRound{first, {FromS: 48, ToS: 60, SurvivedS: 59.8}},
			IdleTimeout{UpToS: 600, SurvivedS: 59.8, CutS: 60, How: "ping_timeout"}, true},
		{"told", []IdleRound{{ToS: 600, SurvivedS: 48, CutS: 60, How: "eof", Told: true}},
			IdleTimeout{UpToS: 600, SurvivedS: 48, CutS: 60, How: "eof", Told: true}, true},
		{"no cut", []IdleRound{{ToS: 600, SurvivedS: 600}}, IdleTimeout{UpToS: 600, SurvivedS: 600}, true},
	} {
		var got IdleTimeout
		for _, r := range c.rounds {
			got.Add(r)
		}
		if got.UpToS != c.want.UpToS || got.SurvivedS != c.want.SurvivedS || got.CutS != c.want.CutS || got.How != c.want.How || got.Told != c.want.Told {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
		if got.Close(0.01) != c.close {
			t.Errorf("%s: Close: got %v, want %v", c.name, !c.close, c.close)
		}
	}
}

// TestConnectionsAreMeantToBeCut: a search for the idle timeout is not weakened
// by what it finds.
func TestConnectionsAreMeantToBeCut(t *testing.T) {
	r := &Result{Connections: Connections{Requested: 10, Opened: 10, Dropped: 5, Lost: 5}}
	if found := checkConnections(r); len(found) != 1 {
		t.Errorf("got %+v, want a finding", found)
	}
	r.IdleTimeout = &IdleTimeout{}
	if found := checkConnections(r); len(found) != 0 {
		t.Errorf("got %+v in a search, want none", found)
	}
}
