package loadgen

import (
	"bytes"
	"testing"
	"time"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

// turns has the session take in p, which the server sent in one piece, and returns
// how many further turns that took.
func (st *story) turns(p []byte) int {
	st.t.Helper()
	st.hears(p)
	clear(p) // the driver reads into it what comes next, of whatever connection
	n := 0
	for ; st.s.behind(st.worker); n++ {
		if n == 1<<16 {
			st.t.Fatal("the session never catches up")
		}
		st.hears(nil)
	}
	return n
}

// TestManyFramesTakeTurns: what comes in one piece and is long to handle is handled
// bit by bit, whole, and in order.
func TestManyFramesTakeTurns(t *testing.T) {
	st := newStory(t, Plan{InFlight: 1})
	sent := st.messages()
	const n = 3*turnWork + 7
	flood := append(binaryFrame(sent[0]), repeated(binaryFrame(nil), 2*n)[:2*n]...)
	if got := st.turns(flood); got != 3 {
		t.Errorf("%d frames took %d turns more, want 3", n+1, got)
	}
	st.counts(stats.Messages{Sent: 1, Received: 1, Unexpected: n})
	if got := st.turns(binaryFrame(st.messages()[0])); got != 0 {
		t.Errorf("one frame took %d turns more", got)
	}
	st.counts(stats.Messages{Sent: 2, Received: 2, Unexpected: n})
}

// TestInflatingTakesTurns: a small frame that becomes a large message is decompressed
// bit by bit, and so is one that is nothing but blocks without anything in them.
func TestInflatingTakesTurns(t *testing.T) {
	const size = 16 << 20
	var d wsclient.Deflater
	large := d.Append(nil, make([]byte, size), true)
	st := newStory(t, Plan{InFlight: 1, MaxMessage: 1 << 30})
	st.s.agree(st.worker, wsclient.DeflateParams{})
	frame := appendFrame(nil, wholeBinary|0x40, large)
	if n, most := st.turns(frame), size/turnWork/inflatedWork+2; n < most-3 || n > most {
		t.Errorf("%d bytes that inflate to %d took %d turns more, want about %d", len(large), size, n, most)
	}
	if c := st.result().Compression; c == nil || c.ReceivedRaw != size {
		t.Errorf("got compression %+v, want %d bytes", c, size)
	}
	st.counts(stats.Messages{Sent: 0, Unexpected: 1})
	blocks := appendFrame(nil, wholeBinary|0x40, append(bytes.Repeat([]byte{1, 0, 0, 0xFF, 0xFF}, 800), 0))
	if n := st.turns(repeated(blocks, 100*len(blocks))); n < 10 {
		t.Errorf("100 messages of 800 empty blocks took %d turns more, want many", n)
	}
	st.counts(stats.Messages{Sent: 0, Unexpected: 101})
}

// TestWhatWaitsEndsWithItsConnection: nothing of it reaches the next life.
func TestWhatWaitsEndsWithItsConnection(t *testing.T) {
	st := newStory(t, Plan{InFlight: 1})
	st.hears(repeated(binaryFrame(nil), 1<<16))
	if !st.s.behind(st.worker) {
		t.Fatal("32,768 frames were taken in at once")
	}
	st.s.finish(st.worker, st.now)
	if st.s.behind(st.worker) || len(st.backlog) > 0 {
		t.Errorf("%d bytes wait for a connection that is gone", len(st.backlog[st.s.id]))
	}
}

// TestTimeIsUp: the driver reads once more before time ends a connection.
func TestTimeIsUp(t *testing.T) {
	st := newStory(t, Plan{InFlight: 1, CloseTimeout: time.Second})
	if st.s.timeIsUp(st.worker, time.Minute) {
		t.Error("overdue while the run goes on")
	}
	st.ctl.close.set(time.Minute)
	if !st.s.timeIsUp(st.worker, time.Minute) {
		t.Error("not overdue as the run comes to its end")
	}
	st.at(time.Minute).sends()
	if st.s.timeIsUp(st.worker, time.Minute+time.Second-1) || !st.s.timeIsUp(st.worker, time.Minute+time.Second) {
		t.Error("want it overdue at the end of the close timeout, and not before")
	}
	st.at(time.Minute + time.Second)
	if st.s.timeIsUp(st.worker, time.Hour) {
		t.Error("overdue though it is over")
	}
}

// TestFloodsLeaveOthersTheirTurns: a server that sends what is long to handle, without
// end, on some connections takes nothing from those beside them but time: they are
// answered, and closed in order.
func TestFloodsLeaveOthersTheirTurns(t *testing.T) {
	flood := func(upgrade func(*wildConn), frame []byte) func(*wildConn) {
		p := repeated(frame, 1<<16)
		return func(c *wildConn) {
			upgrade(c)
			c.message()
			c.flood(p)
		}
	}
	for what, do := range map[string]func(*wildConn){
		"frames":   flood(func(c *wildConn) { c.upgrade() }, binaryFrame(nil)),
		"inflates": flood((*wildConn).upgradeDeflate, appendFrame(nil, wholeBinary|rsv1, deflated(make([]byte, 32<<20)))),
	} {
		for driver, p := range driverPlans() {
			t.Run(what+", "+driver, func(t *testing.T) {
				s := startWild(t, &wildServer{wild: do})
				p = aimed(t, p, s.URL())
				p.Connections, p.InFlight, p.Workers, p.Duration = 10, 1, 1, 300*time.Millisecond
				p.Request.Deflate = &wsclient.DeflateParams{}
				p.Drain, p.CloseTimeout = 100*time.Millisecond, slowness*time.Second
				r := load(t, t.Context(), p)
				s.hangUp()
				c := r.Connections
				if c.Opened != 10 || c.Closed != 8 || c.StillOpen != 2 || s.parted.Load() != 8 {
					t.Errorf("%+v, %d parted: want 8 of 10 closed in order, and 2 given up", c, s.parted.Load())
				}
				if n := s.echoed.Load(); n < 8 || n != s.messages.Load() {
					t.Errorf("%d of %d messages echoed on healthy connections, want all, and 8 at least", n, s.messages.Load())
				}
			})
		}
	}
}
