package stats

// Totals are a run's counts so far, for somebody who watches it.
type Totals struct {
	Opened, Failed int64 // connections
	Sent, Received int64 // messages, whatever their due time
	Errors         int64 // of all classes
	Lost           int64 // of these: messages without a reply
}

// Totals returns the counts as of the last Tick.
func (c *Collector) Totals() Totals {
	return Totals{
		Opened: c.counters.Opened, Failed: c.counters.Failed,
		Sent: c.counters.AllSent, Received: c.counters.AllReceived,
		Errors: c.errorCount(), Lost: c.errors[ErrLost],
	}
}
