package stats

// retransmitted returns the counts of retransmitted SYNs that are not 0.
func (c *Counters) retransmitted() []SYNRetransmission {
	var all []SYNRetransmission
	for i, s := range c.SYNs {
		if s.Connections > 0 {
			all = append(all, SYNRetransmission{
				Retransmissions: int64(i + 1),
				Connections:     s.Connections,
				ConnectMeanS:    s.Connect.Seconds() / float64(s.Connections),
			})
		}
	}
	return all
}

// FillOpening sets how long it took until half, 99% and all of the requested
// connections were open, from the histogram of OpenAfter.
func (r *Result) FillOpening() {
	c := &r.Connections
	c.Open50S, c.Open99S, c.AllOpenS = 0, 0, 0
	l := r.Latency[OpenAfter.String()]
	if l == nil {
		return
	}
	h, err := l.Histogram()
	if err != nil {
		return
	}
	after := func(part float64) float64 {
		return float64(l.atRank(h, share(c.Requested, part))) / 1e9
	}
	c.Open50S, c.Open99S, c.AllOpenS = after(0.50), after(0.99), after(1)
}

// Retransmitted returns the number of connections whose SYN was sent again.
func (r *Result) Retransmitted() int64 {
	var n int64
	for _, s := range r.SYNs {
		n += s.Connections
	}
	return n
}
