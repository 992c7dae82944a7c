package loadgen

import (
	"bytes"
	"io"
	"slices"
	"testing"
	"time"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

// A story drives one session in virtual time, as a driver would: what the server
// says is fed in by hand, what the session sends is taken apart into frames.
type story struct {
	*worker
	t   testing.TB
	run *run
	s   *session
	now time.Duration
	raw []byte // sent, and not a whole frame yet
}

// newStory opens the one connection of p at instant 0 and lets traffic begin at
// once; the measured window begins then too, unless p has a warm-up.
func newStory(t testing.TB, p Plan) *story {
	t.Helper()
	p.Connections, p.Workers = 1, 1
	if p.Duration == 0 && p.Messages == 0 && p.Silences.To == 0 {
		p.Duration = time.Hour
	}
	r := newRun(completed(t, p))
	st := &story{t: t, run: r, worker: r.workers[0], s: &r.workers[0].sessions[0]}
	st.s.begun(st.worker, 0)
	st.s.opened(st.worker, 0, wsclient.Timings{Connect: 1, Upgrade: 2})
	st.ctl.population.Store(1)
	if r.plan.Rate > 0 {
		st.s.arrivals.begin(st.worker, 0, 0)
	}
	st.ctl.measure.set(r.plan.Warmup)
	if r.plan.Duration > 0 {
		st.ctl.stop.set(r.plan.Warmup + r.plan.Duration)
	}
	st.ctl.start.set(0)
	return st
}

// at moves time on, and wakes the session as a driver does then.
func (st *story) at(now time.Duration) *story {
	st.t.Helper()
	if now < st.now {
		st.t.Fatalf("time runs backwards, from %v to %v", st.now, now)
	}
	st.now = now
	st.s.wake(st.worker, now)
	return st
}

// fill asks for output once and returns the frames that are whole with it.
func (st *story) fill() []clientFrame {
	st.t.Helper()
	out := st.s.fill(st.worker, st.now, nil)
	if len(out) > fillLimit+1024 {
		st.t.Fatalf("fill gave %d bytes, its limit is %d", len(out), fillLimit)
	}
	st.raw = append(st.raw, out...)
	var frames []clientFrame
	for {
		r := bytes.NewReader(st.raw)
		f, err := readClientFrame(r)
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return frames
		}
		if err != nil {
			st.t.Fatalf("frame %d: %v", len(frames), err)
		}
		if f.rsv1 != (f.op == wsclient.OpBinary || f.op == wsclient.OpText) && st.s.deflate != nil || f.rsv1 && st.s.deflate == nil {
			st.t.Fatalf("frame %d: %v with RSV1 %v", len(frames), f.op, f.rsv1)
		}
		frames = append(frames, f)
		st.raw = st.raw[len(st.raw)-r.Len():]
	}
}

// sends asks for output until there is none and returns the frames.
func (st *story) sends() []clientFrame {
	st.t.Helper()
	var frames []clientFrame
	for {
		before := len(st.raw)
		more := st.fill()
		if len(more) == 0 && len(st.raw) == before {
			break
		}
		frames = append(frames, more...)
	}
	if len(st.raw) > 0 {
		st.t.Fatalf("the session stopped inside of a frame: %d bytes", len(st.raw))
	}
	return frames
}

// messages asks for output and returns the payloads of the data messages in it.
func (st *story) messages() [][]byte {
	st.t.Helper()
	return st.assemble(st.sends())
}

// assemble puts fragments together and leaves control frames out.
func (st *story) assemble(frames []clientFrame) [][]byte {
	st.t.Helper()
	var all [][]byte
	open := false
	for _, f := range frames {
		switch {
		case f.op.IsControl():
			continue
		case open != (f.op == wsclient.OpContinuation):
			st.t.Fatalf("%v frame where a message is open: %v", f.op, open)
		case !open:
			all = append(all, nil)
		}
		all[len(all)-1] = append(all[len(all)-1], f.payload...)
		open = !f.fin
	}
	if open {
		st.t.Fatal("the last message is not complete")
	}
	return all
}

// hears feeds what the server sends.
func (st *story) hears(server ...[]byte) *story {
	for _, p := range server {
		st.s.receive(st.worker, st.now, p)
	}
	return st
}

// echoes feeds replies to the given messages.
func (st *story) echoes(messages ...[]byte) *story {
	for _, m := range messages {
		st.hears(binaryFrame(m))
	}
	return st
}

// ends has the run come to the close phase.
func (st *story) ends() *story {
	st.ctl.stop.set(min(st.now, st.ctl.stop.get()))
	st.ctl.close.set(st.now)
	st.s.wake(st.worker, st.now)
	return st
}

// result returns what was counted so far.
func (st *story) result() *stats.Result {
	res := &stats.Result{WindowS: 1}
	st.run.collector.Fill(res)
	return res
}

// counts checks the messages counted so far.
func (st *story) counts(want stats.Messages) {
	st.t.Helper()
	got := st.result().Messages
	got.Rate = 0
	if got != want {
		st.t.Errorf("messages:\n got %+v\nwant %+v", got, want)
	}
}

// fails checks which failures were counted so far.
func (st *story) fails(want map[stats.Class]int64) {
	st.t.Helper()
	got := st.result().Errors
	for class := range stats.NumClasses {
		if n := got[class.String()].Count; n != want[class] {
			st.t.Errorf("errors of class %v: got %d, want %d", class, n, want[class])
		}
		if want[class] > 0 && got[class.String()].Example == "" {
			st.t.Errorf("class %v has no example", class)
		}
	}
}

// isOver checks how the connection was counted, and that it is over.
func (st *story) isOver(want stats.Connections) {
	st.t.Helper()
	want.Opened = 1
	wantConnections(st.t, st.result(), want)
	if st.s.state != stateOver || st.live != 0 || st.pending != 0 {
		st.t.Errorf("state %d, %d sessions live, %d messages pending; want it over", st.s.state, st.live, st.pending)
	}
	if at := st.s.next(st.worker); at != never {
		st.t.Errorf("a session that is over waits for %v", at)
	}
}

// closes checks the close codes counted.
func (st *story) closes(sent, received int) {
	st.t.Helper()
	want := []stats.CloseCount{{Sent: sent, Received: received, Count: 1}}
	if got := st.result().Closes; !slices.Equal(got, want) {
		st.t.Errorf("closes: got %v, want %v", got, want)
	}
}
