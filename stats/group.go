package stats

import "slices"

// A Group is messages that are counted apart from others: those of some of the
// connections, or of some time. A run has groups or stages, never both.
type Group struct {
	Name        string  `json:"name"`
	Connections int64   `json:"connections,omitempty"` // of the group; 0 where all connections are in each
	FromS       float64 `json:"from_s,omitempty"`      // from the start of the measured window; both 0: all of it
	ToS         float64 `json:"to_s,omitempty"`
	// Aside says that the group is in no other number of messages or latencies
	// of the result, and that what it lost is no failure: it is there for what
	// it does to the others.
	Aside bool `json:"aside,omitempty"`
	// What became of connections that read badly.
	BytesReceived int64   `json:"bytes_received,omitempty"` // read in the measured window
	Cut           int64   `json:"cut,omitempty"`            // ended by the server
	CutAfterS     float64 `json:"cut_after_s,omitempty"`    // after they were opened, the median

	Messages Messages `json:"messages"`
	RTT      *Latency `json:"rtt,omitempty"`
}

// NewGroupCollector is NewCollector with groups in place of stages: the shards
// were all made for the product of groups and sizes, and entry
// group×len(sizes) + size counts the messages of that size and group. Name and
// Aside of each group are set now, and the caller, who keeps the slice, may set
// more until Fill, which sets Messages and RTT in a copy.
func NewGroupCollector(shards []*Shard, sizes []string, groups []Group) *Collector {
	c := newCollector(shards, sizes, len(groups))
	c.groups = groups
	for i := range c.parts {
		c.aside[i] = len(groups) > 0 && groups[i/len(sizes)].Aside
	}
	return c
}

// fillGroups breaks messages and RTT down by group.
func (c *Collector) fillGroups(r *Result) {
	r.Groups = slices.Clone(c.groups)
	for i := range r.Groups {
		g := &r.Groups[i]
		length := r.WindowS
		if g.ToS > g.FromS {
			length = g.ToS - g.FromS
		}
		s := some{first: i * len(c.sizes), step: 1, n: len(c.sizes)}
		g.Messages = c.messages(s, length)
		g.RTT = c.latency(s, g.Messages.Unanswered())
	}
}

// asideShare returns the share of the connections that are in groups aside.
func (r *Result) asideShare() float64 {
	var aside, all int64
	for _, g := range r.Groups {
		all += g.Connections
		if g.Aside {
			aside += g.Connections
		}
	}
	if aside == 0 {
		return 0
	}
	return float64(aside) / float64(all)
}
