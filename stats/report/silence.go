package report

import (
	"fmt"
	"strconv"
	"strings"

	"wsstorm/stats"
)

// Silence returns a time for which nothing was said, with as many digits as are
// of use: "60.3 s" even beyond a minute, since that is how servers are set up.
func Silence(s float64) string {
	if s < 10 || s > 1e9 {
		return Duration(seconds(s))
	}
	return strconv.FormatFloat(s, 'f', 1, 64) + " s"
}

// endings say how a connection was cut that is counted under a class.
var endings = map[string]string{
	stats.ErrEOF.String():         "a FIN without a Close frame",
	stats.ErrReset.String():       "a RST",
	stats.ErrPeerClosed.String():  "a Close frame",
	stats.ErrPingTimeout.String(): "a Ping is not answered any more",
}

// IdleConclusion says in a sentence what the search for an idle timeout found.
func IdleConclusion(i *stats.IdleTimeout) string {
	var text string
	ending, known := endings[i.How]
	if !known {
		ending = i.How
	}
	ending = clean(ending)
	switch {
	case i.CutS > 0 && i.Told:
		text = fmt.Sprintf("a connection is cut after %s of silence (%s)", Silence(i.CutS), ending)
		if i.SurvivedS > 0 {
			text += fmt.Sprintf("; %s it survives", Silence(i.SurvivedS))
		}
	case i.CutS > 0 && i.SurvivedS > 0:
		text = fmt.Sprintf("a connection survives %s of silence, and is cut at %s (%s)", Silence(i.SurvivedS), Silence(i.CutS), ending)
	case i.CutS > 0:
		text = fmt.Sprintf("no connection survives: the shortest silence, %s, is cut (%s)", Silence(i.CutS), ending)
	case i.SurvivedS > 0:
		text = fmt.Sprintf("no cut up to %s of silence", Silence(i.SurvivedS))
	default:
		text = "nothing is known: no silence was over"
	}
	if early := early(i); early > 0 {
		text += fmt.Sprintf("; %s cut after less, and not for the silence", plural(early, "connection"))
	}
	text += "."
	if broken := broken(i); broken > 0 {
		text += fmt.Sprintf(" The peer itself kept breaking the silence of %s: what it sends keeps them alive.", plural(broken, "connection"))
	}
	if i.Interrupted {
		return "Interrupted: " + text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

func early(i *stats.IdleTimeout) int64 {
	var n int64
	for _, r := range i.Rounds {
		n += r.Early
	}
	return n
}

// broken returns the silences that the peer broke in the latest round.
func broken(i *stats.IdleTimeout) int64 {
	if len(i.Rounds) == 0 {
		return 0
	}
	return i.Rounds[len(i.Rounds)-1].Broken
}

// silences says between which bounds those of a round lay.
func silences(r stats.IdleRound) string {
	if r.FromS == 0 {
		return "up to " + Silence(r.ToS)
	}
	return Silence(r.FromS) + " to " + Silence(r.ToS)
}

// The columns of the table of rounds.
const (
	silencesWidth = 24
	roundWidth    = 13
)

// idleTimeout tells what was found of it, and by which connections.
func (t *text) idleTimeout() {
	i := t.r.IdleTimeout
	if i == nil {
		return
	}
	t.line(bold, pad("Silences tried", silencesWidth)+padLeft("connections", roundWidth)+padLeft("survived", roundWidth)+padLeft("cut", roundWidth))
	for _, r := range i.Rounds {
		t.line(plain, pad(strings.Repeat(" ", indent)+silences(r), silencesWidth)+
			padLeft(" "+ShortCount(r.Connections), roundWidth)+padLeft(" "+ShortCount(r.Survived), roundWidth)+padLeft(" "+ShortCount(r.Cut), roundWidth))
	}
	t.line(plain, "")
	t.sentence(IdleConclusion(i))
	t.line(plain, "")
	if len(i.Rounds) > 1 {
		t.line(bold, "The last round:")
	}
}

// idleTimeout tells the same in Markdown.
func (m *markdown) idleTimeout() {
	i := m.r.IdleTimeout
	if i == nil {
		return
	}
	fmt.Fprintf(m, "\n**%s**\n", escapeMarkdown(IdleConclusion(i)))
	m.heading("silences tried", "connections", "survived", "cut")
	for _, r := range i.Rounds {
		m.row(silences(r), Count(r.Connections), Count(r.Survived), Count(r.Cut))
	}
}

// lostSilent tells after how much silence connections of an idle run were lost.
func lostSilent(r *stats.Result) []string {
	l := r.Latency[stats.Idle.String()]
	if l == nil || !isIdle(r) {
		return nil
	}
	items := []string{plural(l.Count, "connection")}
	least, most := Silence(float64(l.MinNS)/1e9), Silence(float64(l.MaxNS)/1e9)
	median, known := l.Quantile(stats.P50)
	switch {
	case least == most:
		return append(items, "after "+least+" of silence")
	case known:
		items = append(items, "after "+Silence(float64(median)/1e9)+" of silence (median)")
		return append(items, least+" to "+most)
	}
	return append(items, "after "+least+" to "+most+" of silence")
}
