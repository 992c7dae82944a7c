package stats

import "time"

// A StageInfo is a stretch of the load as it was planned, in which the rate of an
// open loop, in messages a second of all connections together, or the number of
// connections of a closed one is constant or changes evenly; the other pair is 0.
// The first stage begins with the measured window, each other one at the end of
// the one before.
type StageInfo struct {
	Length                         time.Duration
	RateFrom, RateTo               float64
	ConnectionsFrom, ConnectionsTo int64
}

// constant reports whether nothing changes in the stage.
func (s *StageInfo) constant() bool {
	return s.RateFrom == s.RateTo && s.ConnectionsFrom == s.ConnectionsTo
}

// stagesWithin returns the stages as far as they lie within a window of that
// many seconds, which is shorter than planned where a run ended early. Only
// times and rates are filled in.
func stagesWithin(stages []StageInfo, windowS float64) []Stage {
	var within []Stage
	var at time.Duration
	for _, s := range stages {
		from, to := at.Seconds(), (at + s.Length).Seconds()
		if from >= windowS {
			break
		}
		stage := Stage{
			FromS: from, ToS: to, RateFrom: s.RateFrom, RateTo: s.RateTo,
			ConnectionsFrom: s.ConnectionsFrom, ConnectionsTo: s.ConnectionsTo,
		}
		if to > windowS {
			part := (windowS - from) / (to - from)
			stage.ToS = windowS
			stage.RateTo = s.RateFrom + (s.RateTo-s.RateFrom)*part
			stage.ConnectionsTo = s.ConnectionsFrom + int64(float64(s.ConnectionsTo-s.ConnectionsFrom)*part)
		}
		within = append(within, stage)
		at += s.Length
	}
	return within
}

// OfferedRate returns the messages a second that were due over the measured
// window: the mean where there are stages, 0 without an open loop. What was due
// on connections that are in a group aside is left out.
func (r *Result) OfferedRate() float64 {
	if len(r.Stages) == 0 || r.WindowS <= 0 || !r.openLoop() {
		return r.Load.Rate * (1 - r.asideShare())
	}
	var due, length float64 // the stages make up the window, or that of each cycle
	for _, s := range r.Stages {
		due += (s.RateFrom + s.RateTo) / 2 * (s.ToS - s.FromS)
		length += s.ToS - s.FromS
	}
	return due / length
}
