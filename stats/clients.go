package stats

// clientsTogether is what several processes used at the same time.
func clientsTogether(parts []*Result, received int64) Client {
	c := addClients(parts, received)
	for _, p := range parts {
		c.MaxRSSBytes += p.Client.MaxRSSBytes
		// Of a thread, a hypervisor and a quota the worst: no two parts share a
		// thread, and nobody knows whether they shared the others.
		c.BusiestThreadS = max(c.BusiestThreadS, p.Client.BusiestThreadS)
		c.Steal = max(c.Steal, p.Client.Steal)
		c.ThrottledS = max(c.ThrottledS, p.Client.ThrottledS)
	}
	return c
}

// clientInTurn is what one process used in one cycle after the other.
func clientInTurn(cycles []*Result, received int64) Client {
	c := addClients(cycles, received)
	stolen, length := 0.0, 0.0
	for _, p := range cycles {
		c.Cores = max(c.Cores, p.Client.Cores)
		c.MaxRSSBytes = max(c.MaxRSSBytes, p.Client.MaxRSSBytes)
		// Each cycle has threads of its own: an upper bound.
		c.BusiestThreadS += p.Client.BusiestThreadS
		c.ThrottledS += p.Client.ThrottledS
		stolen += p.Client.Steal * p.WindowS
		length += p.WindowS
	}
	if length > 0 {
		c.Steal = stolen / length
	}
	return c
}

// addClients adds up what adds up either way. Of the quantiles of pauses and
// waits it takes the worst, which is an upper bound of that of all.
func addClients(parts []*Result, received int64) Client {
	var c Client
	for _, p := range parts {
		c.CPUUserS += p.Client.CPUUserS
		c.CPUSystemS += p.Client.CPUSystemS
		c.GC.Cycles += p.Client.GC.Cycles
		c.GC.PauseP999NS = max(c.GC.PauseP999NS, p.Client.GC.PauseP999NS)
		c.GC.PauseMaxNS = max(c.GC.PauseMaxNS, p.Client.GC.PauseMaxNS)
		if q := p.Client.SchedLatency; q != nil {
			if c.SchedLatency == nil {
				c.SchedLatency = new(Quantiled)
			}
			s := c.SchedLatency
			s.Count += q.Count
			s.P50NS, s.P99NS = max(s.P50NS, q.P50NS), max(s.P99NS, q.P99NS)
			s.P999NS, s.MaxNS = max(s.P999NS, q.P999NS), max(s.MaxNS, q.MaxNS)
		}
	}
	if received > 0 {
		c.CPUPerMessageNS = (c.CPUUserS + c.CPUSystemS) * 1e9 / float64(received)
	}
	return c
}
