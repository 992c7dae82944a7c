package loadgen

import (
	"math"
	"slices"
	"time"

	"wsstorm/stats"
)

// A habit is how a connection reads after its opening handshake.
type habit uint8

const (
	readsOn      habit = iota // whatever comes, as it comes
	readsSlowly               // Plan.ReadRate bytes a second
	readsNothing              // never again

	numHabits
)

// habitNames are the groups in which messages are counted where not every
// connection reads on.
var habitNames = [numHabits]string{"others", "slow readers", "not reading"}

const (
	// A slow reader takes what it may in readTurns portions a second: few enough
	// to cost nothing, enough for its peer to see a stream.
	readTurns = 10
	// maxPortion bounds one of them, in bytes.
	maxPortion = 64 << 10
	// minReceive is the least receive buffer that is asked for, in bytes. What
	// waits in a larger one is a server's trouble that the server does not see.
	minReceive = 4 << 10
	// lastMoment is how long a connection waits at its end for what it is writing:
	// one that does not read, so that a Close frame can follow, and one that is
	// over, so that its peer gets to know why.
	lastMoment = 100 * time.Millisecond
)

// badReaders returns how many connections read slowly, and how many do not read:
// exactly their share, rounded, and at least one of each kind that is asked for.
func (p *Plan) badReaders() (slow, deaf int) {
	of := func(share float64) int { return max(1, int(math.Round(share*float64(p.Connections)))) }
	if p.DeafShare > 0 {
		deaf = min(of(p.DeafShare), p.Connections)
	}
	if p.ReadRate > 0 {
		slow = min(of(p.SlowShare), p.Connections-deaf)
	}
	return slow, deaf
}

// hasBadReaders reports whether there are any.
func (p *Plan) hasBadReaders() bool { return p.ReadRate > 0 || p.DeafShare > 0 }

// habits draws which connections are the bad readers, by their ids; nil where
// there are none. Drawn and not every nth, which could all belong to one worker.
func (p *Plan) habits() []habit {
	if !p.hasBadReaders() {
		return nil
	}
	slow, deaf := p.badReaders()
	all := make([]habit, p.Connections)
	for id := range all {
		// Knuth, The Art of Computer Programming, Volume 2, 3.4.2, Algorithm S.
		switch at := int(mix(p.Seed^mix(uint64(id)+1)) % uint64(len(all)-id)); {
		case at < slow:
			all[id] = readsSlowly
			slow--
		case at < slow+deaf:
			all[id] = readsNothing
			deaf--
		}
	}
	return all
}

// groups returns the groups in which messages are counted apart; see
// worker.group.
func (p *Plan) groups() []stats.Group {
	switch {
	case p.storm():
		return p.stormGroups()
	case !p.hasBadReaders():
		return nil
	}
	groups := make([]stats.Group, numHabits)
	for h, name := range habitNames {
		groups[h] = stats.Group{Name: name, Aside: habit(h) != readsOn}
	}
	return groups
}

// portion returns how many bytes a slow reader reads at a time, at most.
func (p *Plan) portion() int {
	return int(min(max(1, p.ReadRate/readTurns), maxPortion))
}

// digest returns for how long a slow reader does not read after n bytes.
func (p *Plan) digest(n int) time.Duration {
	return time.Duration(float64(n) / float64(p.ReadRate) * float64(time.Second))
}

// receiveBuffer returns the size of the receive buffer of a connection, in bytes;
// 0 leaves that to the system.
func (p *Plan) receiveBuffer(h habit) int {
	switch h {
	case readsSlowly:
		return max(minReceive, p.portion())
	case readsNothing:
		return minReceive
	}
	return 0
}

// aside reports whether the session is there for what it does to the others: it
// is in no total of messages or latencies, and what it loses is no failure.
func (s *session) aside() bool { return s.habit != readsOn }

// reading returns how the session reads at present: once it is closing, a slow
// reader reads on, or it would not live to see the end.
func (s *session) reading() habit {
	if s.habit == readsSlowly && s.state != stateOpen {
		return readsOn
	}
	return s.habit
}

// A badReader is what is kept of one beside its session: of few connections, and so
// not part of each.
type badReader struct {
	openedAt time.Duration
	readAt   time.Duration // a slow reader: when it may read again
	unread   bool          // its socket may hold more: read at readAt
}

// badReader returns what is kept of s, which is one.
func (w *worker) badReader(s *session) *badReader { return &w.badReaders[int(s.id)/w.all] }

// cutOff takes note that the server has ended the connection of a bad reader, as a
// healthy one does sooner or later.
func (w *worker) cutOff(s *session, now time.Duration) {
	w.shard.Cut++
	w.cuts = append(w.cuts, cut{s.habit, now - w.badReader(s).openedAt})
}

// cut is the end of a bad reader's connection by the server, and how long after
// it was opened that was.
type cut struct {
	habit habit
	after time.Duration
}

// tellGroups completes the groups of bad readers, when the run is over.
func (r *run) tellGroups() {
	if !r.plan.hasBadReaders() {
		return
	}
	var after [numHabits][]time.Duration
	for _, w := range r.workers {
		w.shard.Lock()
		for i := range w.sessions {
			if s := &w.sessions[i]; s.wasOpen {
				r.groups[s.habit].Connections++
			}
		}
		for h, n := range w.bytesRead {
			r.groups[h].BytesReceived += n
		}
		for _, c := range w.cuts {
			after[c.habit] = append(after[c.habit], c.after)
		}
		w.shard.Unlock()
	}
	for h, all := range after {
		if n := len(all); n > 0 {
			slices.Sort(all)
			r.groups[h].Cut = int64(n)
			r.groups[h].CutAfterS = all[(n-1)/2].Seconds()
		}
	}
}
