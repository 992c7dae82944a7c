package stats

// An Objective is a condition under which a run fails, and what came of it.
type Objective struct {
	Objective string   `json:"objective"`       // the condition, "rtt.p99>25ms"
	Value     *float64 `json:"value,omitempty"` // of the metric; nil where it is not known
	Limit     float64  `json:"limit"`
	Unit      string   `json:"unit"`                // of both: ns, per_s, bytes, ratio or count
	Missed    bool     `json:"missed"`              // the condition holds, or cannot be checked
	Text      string   `json:"text,omitempty"`      // what else there is to say: why there is no value
	Default   bool     `json:"default,omitempty"`   // nobody asked for it: what holds of every run
	EndedRun  bool     `json:"ended_run,omitempty"` // the run was ended because of it
}

// EndedByObjective reports whether the run was ended because an objective was
// missed.
func (r *Result) EndedByObjective() bool {
	for _, o := range r.Objectives {
		if o.EndedRun {
			return true
		}
	}
	return false
}
