// Package knee searches for the most load that a server holds within an
// objective: it doubles the load until the objective is missed, then bisects. It
// knows neither servers nor clocks; its caller runs the probes.
package knee

import "errors"

// An Outcome is how one probe ended.
type Outcome uint8

// The outcomes.
const (
	Held    Outcome = iota // the server kept to the objective
	Missed                 // it did not
	Invalid                // the measurement is not to be believed: the client was the limit
)

// String returns the outcome in one word.
func (o Outcome) String() string {
	return [...]string{"held", "missed", "invalid"}[o]
}

// A Search says where to look. Loads are rates or numbers of connections.
type Search struct {
	Start     float64 // the first load to probe; positive
	Least     float64 // no load below this one is probed
	Most      float64 // nor above this one
	Precision float64 // stop when the bounds are this close: 0.05 is 5%
	Whole     bool    // loads are whole numbers
}

// A Probe is one load and what became of it.
type Probe struct {
	Load    float64
	Outcome Outcome
}

// A Result is what a search found.
type Result struct {
	Held   float64 // the highest load that was held; 0: none was
	Beyond float64 // the lowest load above it that was not; 0: none was found up to Search.Most
	// Limit says why Beyond was not held: Missed, the server gave up, or
	// Invalid, the client did and the server may hold more.
	Limit  Outcome
	Probes []Probe // in the order in which they were run
}

// retries is how often an invalid probe is run again: a moment's disturbance is
// no limit.
const retries = 1

// Run searches with the given probe. An error of a probe ends it; the Result
// then holds what was found so far.
func (s Search) Run(probe func(load float64) (Outcome, error)) (Result, error) {
	if !(s.Start > 0 && s.Least > 0 && s.Most >= s.Start && s.Least <= s.Start && s.Precision > 0) {
		return Result{}, errors.New("a search needs 0 < least <= start <= most, and a precision")
	}
	var r Result
	try := func(load float64) (Outcome, error) {
		for again := 0; ; again++ {
			o, err := probe(load)
			if err != nil {
				return o, err
			}
			r.Probes = append(r.Probes, Probe{load, o})
			if o == Invalid && again < retries {
				continue
			}
			if o == Held {
				r.Held = max(r.Held, load)
			} else if r.Beyond == 0 || load < r.Beyond {
				r.Beyond, r.Limit = load, o
			}
			return o, nil
		}
	}
	// Up by doubling while the load is held; down by halving until it is.
	load := s.Start
	for r.Held == 0 || r.Beyond == 0 {
		o, err := try(load)
		if err != nil {
			return r, err
		}
		switch {
		case o == Held && r.Beyond == 0:
			if load >= s.Most {
				return r, nil
			}
			load = min(2*load, s.Most)
		case o != Held && r.Held == 0:
			if load <= s.Least {
				return r, nil
			}
			load = max(load/2, s.Least)
		}
		if s.Whole {
			load = float64(int64(load))
		}
	}
	for r.Beyond-r.Held > s.Precision*r.Held {
		middle := (r.Held + r.Beyond) / 2
		if s.Whole {
			if middle = float64(int64(middle)); middle == r.Held {
				break
			}
		}
		if _, err := try(middle); err != nil {
			return r, err
		}
	}
	return r, nil
}
