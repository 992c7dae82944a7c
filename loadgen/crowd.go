package loadgen

import "time"

// A crowd plans how many connections there are while traffic goes on. It rises
// and then falls, so that every connection is opened once: the first to come is
// the last to go.
type crowd []Stage // From and To are connections

// checkCrowd returns what is wrong with a plan's connect stages, "" if nothing.
func (c crowd) check() string {
	falling, last := false, 0.0
	for _, s := range c {
		if s.Length <= 0 || s.Length > horizon/1000 || !(min(s.From, s.To) >= 0) || max(s.From, s.To) > 1<<24 {
			return "a connect stage needs a length, and between 0 and 16777216 connections"
		}
		for _, n := range []float64{s.From, s.To} {
			if n > last && falling {
				return "connections may rise and then fall, but not rise again"
			}
			falling = falling || n < last
			last = n
		}
	}
	return ""
}

// most returns how many connections there are at the peak.
func (c crowd) most() int {
	most := 0.0
	for _, s := range c {
		most = max(most, s.From, s.To)
	}
	return int(most)
}

// stay returns when connection k is to be opened and when to be closed, since
// the start; never, where the plan does not say.
func (c crowd) stay(k uint32) (opened, closed time.Duration) {
	opened, closed = never, never
	n := float64(k) + 1 // the number of connections that takes k in
	begin := time.Duration(0)
	for _, s := range c {
		// cross is where the stage passes n, for one that does.
		cross := func() time.Duration {
			return begin + time.Duration((n-s.From)/(s.To-s.From)*float64(s.Length))
		}
		if opened == never {
			if s.From >= n {
				opened = begin
			} else if s.To >= n {
				opened = cross()
			}
		}
		if opened != never && closed == never {
			if s.From < n && opened < begin {
				closed = begin
			} else if s.To < n {
				closed = cross()
			}
		}
		begin += s.Length
	}
	return opened, closed
}
