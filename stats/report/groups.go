package report

import (
	"fmt"
	"slices"
	"strings"

	"wsstorm/stats"
)

// The columns of the table of groups: names, connections where the groups have
// them, and three quantiles.
const (
	groupWidth   = 16
	membersWidth = 13
)

// groups tells the rtt of each group of messages.
func (t *text) groups() {
	if len(t.r.Groups) == 0 {
		return
	}
	members := hasMembers(t.r)
	title := pad("rtt by group", groupWidth)
	if members {
		title += padLeft("connections", membersWidth)
	}
	t.columns(title+padLeft("received", receivedWidth), stageColumns[:])
	for _, g := range t.r.Groups {
		line := pad(strings.Repeat(" ", indent)+clean(g.Name), groupWidth)
		if members {
			line += padLeft(" "+ShortCount(g.Connections), membersWidth)
		}
		t.values(line+padLeft(" "+ShortCount(g.Messages.Received), receivedWidth), stageColumns[:], g.RTT)
		t.row("", groupNotes(t.r, g)...)
	}
}

// groups tells the rtt of each group of messages.
func (m *markdown) groups() {
	if len(m.r.Groups) == 0 {
		return
	}
	m.times("rtt by group", "connections", "received")
	for _, g := range m.r.Groups {
		members := ""
		if hasMembers(m.r) {
			members = Count(g.Connections)
		}
		m.row(append([]string{escapeMarkdown(g.Name), members, Count(g.Messages.Received)}, m.quantiles(g.RTT)...)...)
	}
	m.WriteByte('\n')
	for _, g := range m.r.Groups {
		if notes := groupNotes(m.r, g); len(notes) > 0 {
			fmt.Fprintf(m, "- %s: %s\n", escapeMarkdown(g.Name), escapeMarkdown(strings.Join(notes, ", ")))
		}
	}
}

// hasMembers reports whether the groups are of connections, not of time.
func hasMembers(r *stats.Result) bool {
	return slices.ContainsFunc(r.Groups, func(g stats.Group) bool { return g.Connections > 0 })
}

// groupNotes returns what else there is to say of a group: when it was, how its
// connections read and what became of them, and what went wrong in it.
func groupNotes(r *stats.Result, g stats.Group) []string {
	var items []string
	if g.BytesReceived > 0 && r.WindowS > 0 && g.Connections > 0 {
		items = append(items, "read "+Bytes(float64(g.BytesReceived)/r.WindowS/float64(g.Connections))+"/s each")
	}
	if g.Cut > 0 {
		note := Count(g.Cut) + " cut by the server"
		if g.CutAfterS > 0 {
			note += " after " + Duration(seconds(g.CutAfterS)) + " (median)"
		}
		items = append(items, note)
	}
	if g.ToS > 0 {
		items = append(items, since(seconds(g.FromS))+" to "+since(seconds(g.ToS)))
	}
	return append(items, trouble(g.Messages)...)
}
