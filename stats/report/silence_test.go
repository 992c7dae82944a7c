package report

import (
	"strings"
	"testing"
	"time"

	"wsstorm/stats"
)

func TestIdleConclusion(t *testing.T) {
	for _, c := range []struct {
		i    stats.IdleTimeout
		want string
	}{
		{stats.IdleTimeout{SurvivedS: 59.84, CutS: 60.3, How: "ping_timeout"},
			"A connection survives 59.8 s of silence, and is cut at 60.3 s (a Ping is not answered any more)."},
		{stats.IdleTimeout{SurvivedS: 48, CutS: 60.02, How: "eof", Told: true},
			"A connection is cut after 60.0 s of silence (a FIN without a Close frame); 48.0 s it survives."},
		{stats.IdleTimeout{CutS: 0.2, How: "io"}, "No connection survives: the shortest silence, 200 ms, is cut (io)."},
		{stats.IdleTimeout{SurvivedS: 600, Interrupted: true}, "Interrupted: no cut up to 600.0 s of silence."},
		{stats.IdleTimeout{}, "Nothing is known: no silence was over."},
		{stats.IdleTimeout{SurvivedS: 30, Rounds: []stats.IdleRound{{Early: 1, Broken: 7}}},
			"No cut up to 30.0 s of silence; 1 connection cut after less, and not for the silence. " +
				"The peer itself kept breaking the silence of 7 connections: what it sends keeps them alive."},
	} {
		if got := IdleConclusion(&c.i); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// TestReportOfIdleTimeout: the rounds and the answer come first, and what was
// lost, with its silence.
func TestReportOfIdleTimeout(t *testing.T) {
	s := stats.NewShard(1)
	for i := range 40 {
		s.Opened++
		s.Dropped++
		s.Record(stats.Idle, time.Minute+time.Duration(i)*10*time.Millisecond)
	}
	r := base()
	r.Connections.Requested = 40
	r = finish(s, []string{"20"}, r)
	r.IdleTimeout = &stats.IdleTimeout{}
	r.IdleTimeout.Add(stats.IdleRound{ToS: 600, Connections: 50, Survived: 4, Cut: 46, SurvivedS: 48, CutS: 60, How: "reset"})
	r.IdleTimeout.Add(stats.IdleRound{FromS: 48, ToS: 60, Connections: 50, Survived: 47, Cut: 3, SurvivedS: 59.8, CutS: 60.1, How: "reset"})
	text := render(t, r, TextOptions{})
	for _, want := range []string{
		"Silences tried            connections     survived          cut\n" +
			"  up to 600.0 s                    50            4           46\n" +
			"  48.0 s to 60.0 s                 50           47            3\n",
		"\nA connection survives 59.8 s of silence, and is cut at 60.0 s (a RST).\n",
		"  cut            40 connections, after 60.2 s of silence (median),\n                 60.0 s to 60.4 s\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	var md strings.Builder
	if err := Markdown(&md, r, nil); err != nil {
		t.Fatal(err)
	}
	if want := "| 48.0 s to 60.0 s | 50 | 47 | 3 |"; !strings.Contains(md.String(), want) {
		t.Errorf("%q is missing in\n%s", want, md.String())
	}
}
