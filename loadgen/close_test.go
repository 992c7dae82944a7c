package loadgen

import (
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

// eof and reset are the ends of a connection as a driver reports them.
func (st *story) eof() { st.s.ended(st.worker, st.now, classifyIO(io.EOF), io.EOF) }
func (st *story) reset() {
	st.s.ended(st.worker, st.now, classifyIO(syscall.ECONNRESET), syscall.ECONNRESET)
}

// wantClose asks for output, the last of which must be a Close frame.
func (st *story) wantClose(code wsclient.StatusCode, reason string) {
	st.t.Helper()
	frames := st.sends()
	if len(frames) == 0 || frames[len(frames)-1].op != wsclient.OpClose {
		st.t.Fatalf("got %v, want a Close frame at the end", frames)
	}
	gotCode, gotReason := wsclient.ParseClose(frames[len(frames)-1].payload)
	if gotCode != code || gotReason != reason {
		st.t.Errorf("Close frame: got %v %q, want %v %q", gotCode, gotReason, code, reason)
	}
	if more := st.sends(); len(more) > 0 {
		st.t.Errorf("got %v behind the Close frame", more)
	}
}

func TestWeClose(t *testing.T) {
	st := newStory(t, Plan{InFlight: 1, CloseCode: 3001, CloseReason: "that is it"})
	st.echoes(st.messages()...)
	last := st.messages()
	st.at(1000).ends()
	st.wantClose(3001, "that is it")
	st.at(2500).hears(closeFrame(3001, "so it is"))
	if st.live != 1 {
		t.Error("the connection is over before the server has closed TCP: RFC 6455, Section 7.1.1")
	}
	if got := st.result().Latency["close"]; got.Count != 1 || got.MinNS != 1500 {
		t.Errorf("close: got %d from %d ns, want 1 of 1500 ns", got.Count, got.MinNS)
	}
	// Section 1.4: what comes behind a Close frame is nobody's business.
	st.echoes(last...)
	st.hears(closeFrame(1000, ""), []byte{0xFF, 0xFF, 0xFF})
	if frames := st.sends(); len(frames) > 0 {
		t.Errorf("got %v after both Close frames", frames)
	}
	st.eof()
	st.isOver(stats.Connections{Closed: 1})
	st.closes(3001, 3001)
	st.fails(one(stats.ErrLost))
	st.counts(stats.Messages{Sent: 2, Received: 1, Lost: 1})
}

// TestReplyAfterTheDrain is lost and late, both: it never counts as received.
func TestReplyAfterTheDrain(t *testing.T) {
	st := newStory(t, Plan{InFlight: 2})
	sent := st.messages()
	st.at(1000).ends()
	st.wantClose(wsclient.StatusNormalClosure, "")
	st.echoes(sent...)
	st.hears(closeFrame(1000, ""))
	st.eof()
	st.isOver(stats.Connections{Closed: 1})
	st.fails(map[stats.Class]int64{stats.ErrLost: 2, stats.ErrLate: 2})
	st.counts(stats.Messages{Sent: 2, Lost: 2})
}

func TestCloseIsNotAnswered(t *testing.T) {
	for _, c := range []struct {
		name   string
		server func(st *story)
		want   stats.Connections
		errors map[stats.Class]int64
	}{
		{"silence", func(st *story) {}, stats.Connections{StillOpen: 1}, one(stats.ErrCloseTimeout)},
		{"FIN", (*story).eof, stats.Connections{Dropped: 1}, one(stats.ErrEOF)},
		{"RST", (*story).reset, stats.Connections{Dropped: 1}, one(stats.ErrReset)},
		{"garbage", func(st *story) { st.hears([]byte{0xFF, 0xFF}) }, stats.Connections{Dropped: 1}, one(stats.ErrProtocol)},
	} {
		t.Run(c.name, func(t *testing.T) {
			st := newStory(t, Plan{CloseTimeout: time.Microsecond, Duration: time.Hour})
			st.at(1000).ends()
			st.wantClose(wsclient.StatusNormalClosure, "")
			if at := st.s.next(st.worker); at != 2000 {
				t.Errorf("the session waits until %v, want 2 µs", at)
			}
			st.at(1999)
			if st.s.state == stateOver {
				t.Error("given up before the close timeout")
			}
			c.server(st)
			st.at(2000)
			st.isOver(c.want)
			st.closes(1000, 0)
			st.fails(c.errors)
		})
	}
}

// TestCloseWithoutEndOfTCP: the server has answered, but leaves the connection
// standing. RFC 6455, Section 7.1.1 has the client close it after a while.
func TestCloseWithoutEndOfTCP(t *testing.T) {
	st := newStory(t, Plan{CloseTimeout: time.Microsecond, Duration: time.Hour})
	st.at(1000).ends()
	st.wantClose(wsclient.StatusNormalClosure, "")
	st.at(1500).hears(closeFrame(1000, ""))
	st.at(2000)
	st.isOver(stats.Connections{Closed: 1})
	st.fails(nil)
}

func TestPeerCloses(t *testing.T) {
	for _, c := range []struct {
		name           string
		frame          []byte
		code           wsclient.StatusCode
		sent, received int
	}{
		{"going away", closeFrame(1001, "restart"), 1001, 1001, 1001},
		{"own code", closeFrame(4999, ""), 4999, 4999, 4999},
		{"empty", closeFrame(0, ""), wsclient.StatusNoStatus, 1005, 1005},
	} {
		for _, end := range []string{"eof", "reset", "silence"} {
			t.Run(c.name+", "+end, func(t *testing.T) {
				st := newStory(t, Plan{InFlight: 2, CloseTimeout: time.Microsecond})
				st.echoes(st.messages()...)
				st.messages()
				st.at(1000).hears(c.frame)
				st.wantClose(c.code, "")
				switch end {
				case "eof":
					st.eof()
				case "reset":
					st.reset()
				default:
					st.at(2000)
				}
				st.isOver(stats.Connections{PeerClosed: 1})
				st.closes(c.sent, c.received)
				st.fails(map[stats.Class]int64{stats.ErrPeerClosed: 1, stats.ErrLost: 2})
				st.counts(stats.Messages{Sent: 4, Received: 2, Lost: 2})
			})
		}
	}
}

// TestPeerClosesFirst: both want to close, and the peer's frame comes before
// ours has gone out.
func TestPeerClosesFirst(t *testing.T) {
	st := newStory(t, Plan{Duration: time.Hour})
	st.at(1000).ends()
	st.hears(closeFrame(1001, "first"))
	st.wantClose(1001, "")
	st.eof()
	st.isOver(stats.Connections{PeerClosed: 1})
	st.closes(1001, 1001)
	if got := st.result().Errors["peer_closed"].Example; !strings.Contains(got, "first") {
		t.Errorf("example %q does not tell the peer's reason", got)
	}
}

func TestPeerClosesAndHangsUpAtOnce(t *testing.T) {
	st := newStory(t, Plan{InFlight: 1})
	st.messages()
	st.hears(closeFrame(1000, ""))
	st.eof()
	st.isOver(stats.Connections{PeerClosed: 1})
	st.closes(1000, 1000)
}

// TestViolations: the connection fails with the right close code, once.
func TestViolations(t *testing.T) {
	text := fin | byte(wsclient.OpText)
	for _, c := range []struct {
		name  string
		bytes []byte
		code  wsclient.StatusCode
		class stats.Class
	}{
		{"masked frame", []byte{text, 0x81, 1, 2, 3, 4, 5}, 1002, stats.ErrProtocol},
		{"reserved bit", []byte{text | 0x20, 0}, 1002, stats.ErrProtocol},
		{"compressed, not negotiated", []byte{text | 0x40, 0}, 1002, stats.ErrProtocol},
		{"length not minimal", []byte{text, 126, 0, 125}, 1002, stats.ErrProtocol},
		{"2^63 bytes", []byte{text, 127, 0x80, 0, 0, 0, 0, 0, 0, 0}, 1002, stats.ErrProtocol},
		{"invalid close code", closeFrame(1005, ""), 1002, stats.ErrProtocol},
		{"not UTF-8", appendFrame(nil, text, []byte("\xC3\x28")), 1007, stats.ErrProtocol},
		{"too big", appendFrameHeader(nil, text, 1<<30), 1009, stats.ErrTooBig},
	} {
		t.Run(c.name, func(t *testing.T) {
			st := newStory(t, Plan{InFlight: 2})
			sent := st.messages()
			st.echoes(sent[0])
			st.hears(c.bytes, c.bytes)
			st.echoes(sent[1]) // nothing is believed any more
			st.wantClose(c.code, "")
			st.isOver(stats.Connections{Dropped: 1})
			st.eof()
			st.isOver(stats.Connections{Dropped: 1})
			st.closes(int(c.code), 0)
			st.fails(map[stats.Class]int64{c.class: 1, stats.ErrLost: 1})
			st.counts(stats.Messages{Sent: 2, Received: 1, Lost: 1})
		})
	}
}

func TestConnectionBreaks(t *testing.T) {
	for _, c := range []struct {
		name  string
		end   func(*story)
		class stats.Class
	}{
		{"FIN", (*story).eof, stats.ErrEOF},
		{"RST", (*story).reset, stats.ErrReset},
	} {
		t.Run(c.name, func(t *testing.T) {
			st := newStory(t, Plan{InFlight: 3})
			st.echoes(st.messages()...)
			st.messages()
			c.end(st)
			st.isOver(stats.Connections{Dropped: 1})
			st.closes(0, 0)
			st.fails(map[stats.Class]int64{c.class: 1, stats.ErrLost: 3})
			st.counts(stats.Messages{Sent: 6, Received: 3, Lost: 3})
		})
	}
}

// TestCloseWaitsForTheFrame: the peer does not read, so that our Close frame
// never goes out.
func TestCloseWaitsForTheFrame(t *testing.T) {
	st := newStory(t, Plan{InFlight: 1, CloseTimeout: time.Microsecond, Sizes: []SizeClass{{Min: 1 << 20, Max: 1 << 20}}})
	st.fill()
	st.s.block()
	st.at(1000).ends()
	st.at(2000)
	st.isOver(stats.Connections{StillOpen: 1})
	st.closes(0, 0)
	st.fails(map[stats.Class]int64{stats.ErrLost: 1, stats.ErrCloseTimeout: 1})
}

func TestKill(t *testing.T) {
	st := newStory(t, Plan{InFlight: 1})
	st.messages()
	st.ctl.kill.set(1000)
	st.at(1000)
	st.isOver(stats.Connections{StillOpen: 1})
	st.fails(map[stats.Class]int64{stats.ErrLost: 1, stats.ErrCloseTimeout: 1})
}

// TestInterruptedBeforeItOpened: such a connection is neither open nor failed.
func TestInterruptedBeforeItOpened(t *testing.T) {
	r := newRun(completed(t, Plan{Connections: 2, Workers: 1, Duration: time.Hour}))
	w := r.workers[0]
	w.sessions[0].begun(w, 0)
	r.ctl.stop.set(5)
	r.ctl.close.set(5)
	for i := range w.sessions {
		w.sessions[i].wake(w, 5)
		if w.sessions[i].state != stateOver {
			t.Errorf("session %d is in state %d, want it over", i, w.sessions[i].state)
		}
	}
	w.sessions[0].ended(w, 0, stats.ErrConnect, io.EOF) // the driver gives the attempt up
	if w.settled != 2 || w.opening != 0 || w.shard.Failed != 0 || w.shard.Opened != 0 {
		t.Errorf("got %d settled, %d opening, %d failed, %d opened; want 2, 0, 0, 0", w.settled, w.opening, w.shard.Failed, w.shard.Opened)
	}
}
