package stats

import "time"

// An IdleTimeout is for how long a connection may be silent before somebody (the
// server, or a box in the middle) cuts it, as found by connections that were
// silent for different times.
type IdleTimeout struct {
	UpToS       float64     `json:"up_to_s"`       // the longest silence that was to be tried
	SurvivedS   float64     `json:"survived_s"`    // the longest one that a connection survived; 0: none did
	CutS        float64     `json:"cut_s"`         // the shortest one beyond it that cut a connection; 0: none did
	How         string      `json:"how,omitempty"` // how most of those were cut, as the name of a Class
	Told        bool        `json:"told"`          // the peer cut it while it was silent, so that CutS is the limit itself
	Interrupted bool        `json:"interrupted"`   // by the user, before the end
	Rounds      []IdleRound `json:"rounds"`
}

// An IdleRound is one set of connections, whose silences were spread evenly
// between two bounds. Those that are neither Survived nor Cut were not awaited
// once the answer was known, unless the peer had broken their silence.
type IdleRound struct {
	FromS       float64 `json:"from_s"`
	ToS         float64 `json:"to_s"`
	Connections int64   `json:"connections"` // opened
	Survived    int64   `json:"survived"`    // answered a Ping afterwards
	Cut         int64   `json:"cut"`
	Early       int64   `json:"early"`  // of these: after less than others survived
	Broken      int64   `json:"broken"` // the peer itself said something, and their silence was not over at the end
	SurvivedS   float64 `json:"survived_s"`
	CutS        float64 `json:"cut_s"`
	How         string  `json:"how,omitempty"`
	Told        bool    `json:"told"`
}

// A Silence is one that a connection did not survive.
type Silence struct {
	Length time.Duration
	Class  Class // how it ended
	Asked  bool  // a Ping had been sent, to see whether it lives
}

// SetCuts fills in what follows from the connections that were cut; longest is
// the longest silence that one survived.
func (r *IdleRound) SetCuts(longest time.Duration, cuts []Silence) {
	var how [NumClasses]int
	first, told, asked := time.Duration(0), 0, 0
	for _, c := range cuts {
		r.Cut++
		if c.Length <= longest {
			r.Early++
			continue
		}
		how[c.Class]++
		if first == 0 || c.Length < first {
			first = c.Length
		}
		// One may have sent its Ping in the moment in which it was cut.
		if c.Asked {
			asked++
		} else {
			told++
		}
	}
	if first == 0 {
		return
	}
	most := Class(0)
	for c := range NumClasses {
		if how[c] > how[most] {
			most = c
		}
	}
	r.CutS, r.How, r.Told = first.Seconds(), most.String(), told > asked
}

// Add takes in the next round.
func (i *IdleTimeout) Add(round IdleRound) {
	i.Rounds = append(i.Rounds, round)
	i.UpToS = max(i.UpToS, round.ToS)
	i.SurvivedS = max(i.SurvivedS, round.SurvivedS)
	i.CutS, i.How, i.Told = 0, "", false
	for _, r := range i.Rounds {
		if r.CutS > i.SurvivedS && (i.CutS == 0 || r.CutS < i.CutS) {
			i.CutS, i.How, i.Told = r.CutS, r.How, r.Told
		}
	}
}

// Close reports whether the bounds of the limit are as close to each other as a
// part of it, or there is nothing between them to look for.
func (i *IdleTimeout) Close(part float64) bool {
	return i.CutS == 0 || i.Told || i.CutS-i.SurvivedS <= part*i.CutS
}
