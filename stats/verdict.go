package stats

// Judge runs every self-check on r, which is complete but for its Verdict, and
// returns what did not pass. The status is that of the worst finding.
func Judge(r *Result) Verdict {
	v := Verdict{Status: Valid, Findings: []Finding{}}
	for _, c := range checks {
		for _, f := range c.run(r) {
			f.Check = c.name
			v.Findings = append(v.Findings, f)
			v.Status = worse(v.Status, f.Level)
		}
	}
	return v
}

// worse returns the level that weakens a result more. A note weakens nothing.
func worse(a, b Level) Level {
	if a == Invalid || b == Invalid {
		return Invalid
	}
	if a == Suspect || b == Suspect {
		return Suspect
	}
	return Valid
}
