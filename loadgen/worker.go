package loadgen

import (
	"errors"
	"math/bits"
	"time"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

// A worker is a share of the run's connections and what they have in common.
// One driver moves their bytes. All of it but the first group of fields is
// guarded by the shard's lock.
type worker struct {
	plan     *Plan
	ctl      *control
	sizes    *sizes
	payloads *payloads
	schedule schedule
	poke     func() // tells the engine that something it may wait for has come
	index    int    // of this worker

	shard    *stats.Shard
	sessions []session
	agenda   agenda
	silences silences
	all      int    // workers: session i is connection i*all + index
	lives    []life // by session; nil where connections live once
	plain    []byte // scratch: what is about to be compressed

	// backlog is what sessions have received and not taken in yet, by their number: of
	// few at a time, and so not part of each.
	backlog map[uint32][]byte

	// Of a broadcast, otherwise nil.
	publication *publication
	subscribers []subscriber    // by session
	dues        []time.Duration // by session: of the message that is going out, which its stamp says
	receipts    *receipts       // since the run last collected them

	returning   agenda           // sessions that wait to be opened again
	leaving     int              // sessions that a close storm takes, and that are not gone yet
	unburied    int              // sessions that are over and come back, and that the driver has not let go of
	away        int              // sessions that were lost, and are not back yet
	lastGone    time.Duration    // when the latest connection ended that we closed; see Closing
	nextNew     int              // index of the first session that was never begun
	opening     int              // sessions in stateOpening
	settled     int              // sessions that have left stateNew and stateOpening
	tried       int              // sessions whose first connection was opened, or could not be
	live        int              // sessions that opened and are not over
	pending     int64            // messages on their way; in a broadcast, of all workers together: copies
	joining     int              // subscribers that the server may not have heard yet
	tickets     int64            // closed loop: messages still to send; negative: no bound
	sending     int              // open loop with a bound: sessions with messages left
	badReaders  []badReader      // by session; nil where there are none
	bytesRead   [numHabits]int64 // in the measured window, by bad readers
	cuts        []cut            // of bad readers' connections
	lastReply   time.Duration    // when the latest reply came
	walkedOut   int64            // connections that the close storm took
	neverClosed int64            // connections that the peer did not end after us
	progress    time.Duration    // when the latest piece of a message went out, or of a reply came
}

// newWorker returns worker index of all, without connections begun.
func newWorker(r *run, index, all int) *worker {
	n := (r.plan.Connections - index + all - 1) / all
	w := &worker{
		plan: &r.plan, ctl: r.ctl, sizes: r.sizes, payloads: r.payloads, schedule: r.schedule, poke: r.poke, index: index, all: all,
		shard:    stats.NewShard(len(r.plan.Sizes) * max(1, len(r.plan.stages()), len(r.groups))),
		sessions: make([]session, n),
		agenda:   newAgenda(n),
		tickets:  -1,
	}
	if r.plan.hasBadReaders() {
		w.badReaders = make([]badReader, n)
	}
	if r.plan.lives() {
		w.lives = newLives(n)
		w.returning = newAgenda(n)
	}
	if r.plan.Messages > 0 {
		w.tickets = part(r.plan.Messages, index, all)
	}
	if r.plan.broadcasts() {
		w.publication = r.publication
		w.subscribers = newSubscribers(n, r.plan.Broadcast.Publishers)
		w.dues = make([]time.Duration, n)
		w.receipts = newReceipts()
	}
	// One allocation for the rings of all sessions; an open loop's grow later.
	ring := 0
	if n := r.plan.InFlight; n > 0 {
		ring = 1 << bits.Len(uint(min(n, 1024)-1))
	}
	rings := make([]sentMessage, ring*n)
	for i := range w.sessions {
		s := &w.sessions[i]
		s.id = uint32(i*all + index)
		s.deadline, s.retireAt = never, never
		s.q.ring = rings[i*ring : (i+1)*ring : (i+1)*ring]
	}
	return w
}

// assign gives each session its habit; without any, all read on.
func (w *worker) assign(habits []habit) {
	for i := range w.sessions {
		if s := &w.sessions[i]; habits != nil {
			s.habit = habits[s.id]
		}
	}
}

// part returns the share of n that item index of all gets.
func part(n int64, index, all int) int64 {
	share := n / int64(all)
	if int64(index) < n%int64(all) {
		share++
	}
	return share
}

// dial returns the session whose connection is to be opened now, or the instant
// at which to ask again: never, if an event has to come first.
func (w *worker) dial(now time.Duration, concurrency int) (i int, again time.Duration) {
	if w.ctl.stop.passed(now) {
		return -1, never
	}
	// Whoever comes back does not wait for the others: it is a herd.
	if i, due := w.returning.pop(now); due {
		w.sessions[i].begun(w, now)
		return i, 0
	}
	if w.nextNew < len(w.sessions) && w.opening < concurrency {
		i, again = w.dialNew(now)
	} else {
		i, again = -1, never
	}
	return i, min(again, w.returning.next())
}

// dialNew is dial for connections that were not opened yet.
func (w *worker) dialNew(now time.Duration) (i int, again time.Duration) {
	s := &w.sessions[w.nextNew]
	if len(w.plan.ConnectStages) > 0 {
		start := w.ctl.start.get()
		if start == never {
			return -1, never
		}
		opened, closed := crowd(w.plan.ConnectStages).stay(s.id)
		if opened == never {
			return -1, never
		}
		if opened += start; now < opened {
			return -1, opened
		}
		if closed != never {
			s.retireAt = start + closed
		}
	}
	if rate := w.plan.ConnectRate; rate > 0 {
		if due := time.Duration(min(float64(s.id)*float64(time.Second)/rate, float64(horizon))); now < due {
			return -1, due
		}
	}
	w.nextNew++
	s.begun(w, now)
	return w.nextNew - 1, 0
}

// settle counts session s, which is no longer opening.
func (w *worker) settle(s *session) {
	w.opening--
	w.settled++
	w.triedOnce(s)
}

// triedOnce counts a session whose first connection is open, or will never be.
func (w *worker) triedOnce(s *session) {
	if w.lifeNumber(s) == 0 {
		w.tried++
	}
}

// slot returns where messages of a size class are counted that are due on s at the
// given instant: each stage or group has the classes for itself.
func (w *worker) slot(s *session, class int, due time.Duration) int {
	return w.group(s, due)*len(w.plan.Sizes) + class
}

// group returns which of the run's stages or groups a message belongs to that is
// due on s at the given instant; 0 without any.
func (w *worker) group(s *session, due time.Duration) int {
	if w.plan.hasBadReaders() {
		return int(s.habit)
	}
	stages := w.plan.stages()
	switch {
	case w.plan.storm():
		return w.stormGroup(s, due)
	case len(stages) == 0:
		return 0
	}
	stage, end := 0, w.ctl.measure.get()+stages[0].Length
	for due >= end && stage < len(stages)-1 {
		stage++
		end += stages[stage].Length
	}
	return stage
}

// heard returns how many connections are open whose end by the peer would be
// noticed: all but those that do not read.
func (w *worker) heard() int64 {
	n := int64(w.live)
	for i := range w.badReaders {
		if s := &w.sessions[i]; s.habit == readsNothing && s.wasOpen && s.state != stateOver {
			n--
		}
	}
	return n
}

// counting reports whether bytes belong to the measured window or its drain.
func (w *worker) counting(now time.Duration) bool {
	return w.ctl.measure.passed(now) && !w.ctl.close.passed(now)
}

// spent reports whether no message is on its way and none will be sent.
func (w *worker) spent() bool {
	if w.plan.broadcasts() {
		return w.ctl.audience.sending.Load() == 0 // copies are the run's to count
	}
	if w.pending > 0 {
		return false
	}
	if w.plan.openLoop() {
		return w.sending == 0
	}
	return w.tickets == 0 || w.live == 0
}

// sends counts sessions with messages left, of a bounded number.
func (w *worker) sends(n int) {
	w.sending += n
	w.ctl.audience.sending.Add(int64(n))
}

// owes reports whether the schedule of an open loop has messages left for
// connections that are open, or, of these, for one that is not blocked. Nobody
// waits for bad readers.
func (w *worker) owes(unblocked bool) bool {
	for i := range w.sessions {
		s := &w.sessions[i]
		if s.state == stateOpen && !s.aside() && !(unblocked && s.blocked) && s.due(w) != never {
			return true
		}
	}
	return false
}

// checkpoint tells the engine when the worker has come to the end of a phase.
// A driver calls it after each batch of work.
func (w *worker) checkpoint(now time.Duration) {
	switch {
	case w.live == 0 && w.settled == len(w.sessions),
		w.tried == len(w.sessions) && w.ctl.start.get() == never,
		w.ctl.stop.passed(now) && (w.pending == 0 || w.plan.broadcasts()),
		w.plan.Messages > 0 && w.spent():
		w.poke()
	}
}

func (w *worker) recordOpen(t wsclient.Timings) {
	record := func(m stats.Metric, d time.Duration) {
		if d > 0 {
			w.shard.Record(m, d)
		}
	}
	record(stats.DNS, t.DNS)
	record(stats.Connect, t.Connect)
	record(stats.TLS, t.TLS)
	record(stats.Upgrade, t.Upgrade)
	record(stats.Open, t.Total())
}

// overdueOpen takes note of the step of opening a connection that took too long.
func (w *worker) overdueOpen(class stats.Class, err error) {
	m := stats.Upgrade
	switch class {
	case stats.ErrUpgradeTimeout:
	case stats.ErrConnectTimeout:
		m = stats.Connect
		var open *wsclient.OpenError
		if errors.As(err, &open) && open.Stage == wsclient.StageTLS {
			m = stats.TLS
		}
	default:
		return
	}
	w.shard.Overdue[m]++
	w.shard.Overdue[stats.Open]++
}

// fail counts a failure, and formats it only if its text will be kept.
func (w *worker) fail(c stats.Class, err error) {
	example := ""
	if w.shard.WantsExample(c) {
		example = err.Error()
	}
	w.shard.Fail(c, example)
}
