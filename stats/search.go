package stats

// A Search is how the most load was found that a server holds within an
// objective: the runs that were made for it, each at another load. The Result
// that it is a part of is that of the run at Held or, where nothing was held, of
// the last run.
type Search struct {
	Objective   string  `json:"objective"`        // what the server was held to, "rtt.p99<25ms"
	Vary        string  `json:"vary"`             // what a load is: rate or connections
	Held        float64 `json:"held"`             // the highest load that was held; 0: none was
	Beyond      float64 `json:"beyond,omitempty"` // the lowest load above it that was not; 0: none was tried
	Limit       string  `json:"limit,omitempty"`  // why that one was not held: ProbeMissed or ProbeInvalid
	Interrupted bool    `json:"interrupted"`      // by the user, before its end
	Probes      []Probe `json:"probes"`           // in the order in which they were made
}

// What a Search varies.
const (
	VaryRate        = "rate"        // messages a second, in total
	VaryConnections = "connections" // open at the same time
)

// A Probe is one run of a Search.
type Probe struct {
	Load     float64     `json:"load"` // messages a second, or connections
	Outcome  string      `json:"outcome"`
	Rate     float64     `json:"rate"`                 // messages received a second
	RTTP50NS int64       `json:"rtt_p50_ns,omitempty"` // 0 where it is not known
	RTTP99NS int64       `json:"rtt_p99_ns,omitempty"`
	Verdict  Level       `json:"verdict"`
	Missed   []Objective `json:"missed,omitempty"` // the conditions under which it counts as missed, and that held
	Checks   []string    `json:"checks,omitempty"` // the self-checks that made it invalid
}

// The outcomes of a Probe.
const (
	ProbeHeld    = "held"    // the server kept to the objective
	ProbeMissed  = "missed"  // it did not
	ProbeInvalid = "invalid" // not to be believed: the client was the limit
	ProbeGone    = "gone"    // no connection could be opened, or none any more, which ends the search
)

// ProbeOf sums up r, a run at the given load. The server's own failures make no
// Probe invalid, even where they leave nothing to measure: connections that it
// did not take, and replies that it did not send.
func ProbeOf(load float64, r *Result) Probe {
	p := Probe{Load: load, Outcome: ProbeHeld, Rate: r.Messages.Rate, Verdict: r.Verdict.Status}
	if rtt := r.headline(); rtt != nil {
		p.RTTP50NS, _ = rtt.Quantile(P50)
		p.RTTP99NS, _ = rtt.Quantile(P99)
	}
	for _, o := range r.Objectives {
		if o.Missed {
			p.Missed = append(p.Missed, o)
			p.Outcome = ProbeMissed
		}
	}
	for _, f := range r.Verdict.Findings {
		if f.Level == Invalid && f.Check != "connections" && f.Check != "lost" {
			p.Checks = append(p.Checks, f.Check)
			p.Outcome = ProbeInvalid
		}
	}
	return p
}
