package loadgen

import (
	"slices"
	"sync"
	"testing"
	"time"

	"wsstorm/stats"
)

// A hostileCase is one way in which a server misbehaves on every fifth
// connection of a run, and what the run has to make of it.
type hostileCase struct {
	heavy bool // moves many megabytes
	name  string
	do    func(*wildConn)
	plan  func(*Plan) // changes to the load, or nil

	// waits says at which points nothing that the server does lets the run go
	// on: a timeout has to. All others are of a minute, and never used.
	waits wait

	as    outcome
	class []stats.Class  // one of them, for each hostile connection
	also  []stats.Class  // what else may be counted
	want  stats.Messages // of what goes wrong with messages; lost and unsent follow from what the server did
	any   bool           // it depends on time what goes wrong with messages
	wrote int64          // bytes that the server has to have sent at least
	check func(t *testing.T, r *stats.Result)
}

// wait is a set of timeouts.
type wait uint8

const (
	toOpen wait = 1 << iota
	toDrain
	toClose
)

// outcome is what becomes of a connection.
type outcome uint8

const (
	isFailed outcome = iota
	isClosed
	isPeerClosed
	isDropped
	isStillOpen
)

const (
	hostileConns = 20
	hostileOnes  = hostileConns / wildEvery
)

// TestHostileServers runs a load against each case, on each driver. Beside the
// hostile connections there are healthy ones in the same run, and they lose
// nothing.
func TestHostileServers(t *testing.T) {
	t.Parallel() // it mostly waits
	cases := slices.Concat(openingFaults(), transportFaults(), finFaults(), frameFaults(), deflateFaults(), replyFaults())
	waiting, others := map[string]hostileCase{}, map[string]hostileCase{}
	for _, c := range cases {
		if c.waits > 0 {
			waiting[c.name] = c
		} else {
			others[c.name] = c
		}
	}
	if n := len(waiting) + len(others); n != len(cases) {
		t.Errorf("%d cases have %d names", len(cases), n)
	}
	run := func(t *testing.T, p Plan, c hostileCase) { c.run(t, p) }
	var both sync.WaitGroup
	both.Go(func() { atOnce(t, 100, waiting, run) })
	both.Go(func() { atOnce(t, 4, others, run) })
	both.Wait()
	t.Logf("%d cases, and %d more in TestHostileMemory", len(cases), len(memoryFaults()))
}

// run puts the load of p on a server that does what c says.
func (c *hostileCase) run(t *testing.T, p Plan) {
	if c.heavy && slowness > 1 {
		t.Skip("the race detector would look at each of many megabytes, which takes longer than any drain")
	}
	s := startWild(t, &wildServer{wild: c.do})
	p = aimed(t, p, s.URL())
	p.Connections = hostileConns
	p.Rate, p.Duration = 2000, 50*time.Millisecond
	p.Workers = 1 // where hostile and healthy connections meet
	if c.waits&toOpen > 0 {
		p.ConnectTimeout = patience
	}
	if c.waits&toDrain > 0 {
		p.Drain = patience
	}
	if c.waits&toClose > 0 {
		p.CloseTimeout = patience
	}
	if c.plan != nil {
		c.plan(&p)
	}
	r := load(t, t.Context(), p)
	s.hangUp()

	all := int64(p.Connections)
	hostile := all / wildEvery
	if n := s.hostile.Load(); n != hostile || s.accepted.Load() != all {
		t.Errorf("%d hostile connections of %d, want %d of %d", n, s.accepted.Load(), hostile, all)
	}
	want := stats.Connections{Requested: all, Opened: all, Closed: all - hostile}
	switch c.as {
	case isFailed:
		want.Opened -= hostile
		want.Failed = hostile
	case isClosed:
		want.Closed += hostile
	case isPeerClosed:
		want.PeerClosed = hostile
	case isDropped:
		want.Dropped = hostile
	case isStillOpen:
		want.StillOpen = hostile
	}
	wantConnections(t, r, want)
	// The class of the connections, and no other class of connections.
	if len(c.class) > 0 && sumOf(r, c.class...) != hostile {
		t.Errorf("%d errors of the classes %v, want %d", sumOf(r, c.class...), c.class, hostile)
	}
	allowed := slices.Concat(c.class, c.also, []stats.Class{stats.ErrLost, stats.ErrUnsent})
	for name, e := range r.Errors {
		if !slices.ContainsFunc(allowed, func(c stats.Class) bool { return c.String() == name }) {
			t.Errorf("%d errors of class %s: %s", e.Count, name, e.Example)
		}
		if e.Example == "" {
			t.Errorf("class %s has no example", name)
		}
	}

	// The healthy connections are undisturbed: each message was answered, each
	// answer counted, each connection closed in order.
	parted := &s.parted
	if len(p.Exits) > 0 {
		parted = &s.finished
	}
	if s.messages.Load() != s.echoed.Load() || parted.Load() != all-hostile {
		t.Errorf("healthy connections: %d messages, %d echoed, %d connections closed; want %d closed",
			s.messages.Load(), s.echoed.Load(), parted.Load(), all-hostile)
	}
	if s.messages.Load() == 0 {
		t.Error("the healthy connections had nothing to do")
	}
	if c.check != nil {
		c.check(t, r)
	}
	if n := s.wrote.Load(); n < c.wrote {
		t.Errorf("the server could send only %d bytes, want %d", n, c.wrote)
	}
	m := r.Messages
	if got, want := m.Received, s.echoed.Load()+s.answered.Load(); got != want {
		t.Errorf("received %d, but the server answered %d", got, want)
	}
	if due := int64(p.Rate * p.Duration.Seconds()); m.Sent+m.Unsent != due && p.Rate > 0 {
		t.Errorf("%d sent and %d unsent, want %d together", m.Sent, m.Unsent, due)
	}
	if c.any {
		return
	}
	wrong := stats.Messages{Mismatched: m.Mismatched, Duplicated: m.Duplicated, Reordered: m.Reordered, Unexpected: m.Unexpected}
	n := s.wrong.Load()
	if c.want != (stats.Messages{}) && n == 0 {
		t.Error("the server did nothing wrong")
	}
	// Of what comes beside the replies, some may come after the last of them.
	if late := r.Errors["late"].Count; c.want.Duplicated > 0 {
		wrong.Duplicated += late
	} else if c.want.Unexpected > 0 {
		wrong.Unexpected += late
	}
	if wrong != scaled(c.want, n) {
		t.Errorf("wrong messages:\n got %+v\nwant %+v", wrong, scaled(c.want, n))
	}
}

// scaled returns n times the counts of what can be wrong with messages.
func scaled(m stats.Messages, n int64) stats.Messages {
	return stats.Messages{Mismatched: n * m.Mismatched, Duplicated: n * m.Duplicated, Reordered: n * m.Reordered, Unexpected: n * m.Unexpected}
}
