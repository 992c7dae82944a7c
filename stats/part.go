package stats

import "time"

// A Part is one of the runs that a Result is the sum of: one of several
// processes, or one cycle. It has that run's own figures and no histogram, all
// of which are in the sum.
type Part struct {
	Started     time.Time          `json:"started"` // of its measured window
	WindowS     float64            `json:"window_s"`
	Flags       []string           `json:"flags,omitempty"` // where they are not all those of the Result
	Connections Connections        `json:"connections"`
	Messages    Messages           `json:"messages"`
	Errors      ErrorCounts        `json:"errors"`
	Latency     map[string]Figures `json:"latency"`          // by Metric name; only those with a count
	OpenS       float64            `json:"open_s"`           // Connections.AllOpenS or, where some failed, the length of the open phase
	CloseS      float64            `json:"close_s"`          // Closing.LastGoneS; without one the length of its close phase
	BackS       float64            `json:"back_s,omitempty"` // Recovery.AllNS, in seconds
	Verdict     Level              `json:"verdict"`
}

// ErrorCounts are failures by Class name; only those that occurred.
type ErrorCounts map[string]int64

// Total returns the failures of all classes.
func (e ErrorCounts) Total() int64 {
	var n int64
	for _, count := range e {
		n += count
	}
	return n
}

// Figures are a Latency without its histogram.
type Figures struct {
	Count       int64            `json:"count"`
	MinNS       int64            `json:"min_ns"`
	MeanNS      float64          `json:"mean_ns"`
	MaxNS       int64            `json:"max_ns"`
	Percentiles map[string]int64 `json:"percentiles_ns"` // as those of a Latency
	Censored    int64            `json:"censored,omitempty"`
}

// Latency returns f as a Latency that has no histogram.
func (f *Figures) Latency() *Latency {
	return &Latency{Count: f.Count, MinNS: f.MinNS, MeanNS: f.MeanNS, MaxNS: f.MaxNS, Percentiles: f.Percentiles, Censored: f.Censored}
}

// partOf sums up r.
func partOf(r *Result) Part {
	p := Part{
		Started: r.Started, WindowS: r.WindowS,
		Connections: r.Connections, Messages: r.Messages,
		Errors: ErrorCounts{}, Latency: map[string]Figures{},
		Verdict: r.Verdict.Status,
	}
	for class, e := range r.Errors {
		p.Errors[class] = e.Count
	}
	for metric, l := range r.Latency {
		p.Latency[metric] = Figures{
			Count: l.Count, MinNS: l.MinNS, MeanNS: l.MeanNS, MaxNS: l.MaxNS,
			Percentiles: l.Percentiles, Censored: l.Censored,
		}
	}
	for _, i := range r.Intervals {
		switch i.Phase {
		case "open":
			p.OpenS += i.LengthS
		case "close":
			p.CloseS += i.LengthS
		}
	}
	if r.Connections.AllOpenS > 0 {
		p.OpenS = r.Connections.AllOpenS
	}
	if r.Closing != nil {
		p.CloseS = r.Closing.LastGoneS
	}
	if r.Recovery != nil {
		p.BackS = float64(r.Recovery.AllNS) / 1e9
	}
	return p
}
