//go:build linux && !wsstorm_portable

package loadgen

import (
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"wsstorm/wsclient"
)

// newLoop returns the event loop of a worker with one open connection, on fd,
// and traffic that has begun. It does not run.
func newLoop(t *testing.T, p Plan, fd int) *eventLoop {
	t.Helper()
	st := newStory(t, p)
	poller, err := newPoller(8)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(poller.close)
	return &eventLoop{
		worker: st.worker, poller: poller, clock: func() time.Duration { return 0 },
		conns:   []epollConn{{fd: int32(fd)}},
		pending: map[int][]byte{},
		in:      make([]byte, readChunk),
	}
}

// TestTurnsEnd: a peer that takes whatever is written, as /dev/null does, does
// not keep the loop for itself.
func TestTurnsEnd(t *testing.T) {
	null, err := os.OpenFile("/dev/null", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	l := newLoop(t, Plan{InFlight: 1, Reply: ReplyNone}, int(null.Fd()))
	l.flush(0, 0)
	if len(l.unfinished) != 1 {
		t.Errorf("%d connections wait for a further turn, want 1", len(l.unfinished))
	}
	if l.shard.AllSent == 0 {
		t.Error("nothing was sent")
	}
	sent := l.shard.AllSent
	l.flush(0, 0)
	if len(l.unfinished) != 1 || l.shard.AllSent == sent {
		t.Errorf("after another turn %d connections wait, and %d messages were sent; want 1, more than %d", len(l.unfinished), l.shard.AllSent, sent)
	}
}

// TestEndBehindAFullTurn: where more than a turn's bytes lie ahead of the peer's
// FIN, it is announced once, and not forgotten.
func TestEndBehindAFullTurn(t *testing.T) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pair[0])
	l := newLoop(t, Plan{InFlight: 1}, pair[0])
	l.in = make([]byte, 1024)
	if err := l.poller.add(int32(pair[0]), 0, interest); err != nil {
		t.Fatal(err)
	}
	// Two turns' worth and a little, so that the last read does not fill up.
	if _, err := unix.Write(pair[1], appendFrameHeader(nil, fin|byte(wsclient.OpBinary), 1<<20)); err != nil {
		t.Fatal(err)
	}
	if n, err := unix.Write(pair[1], make([]byte, 2*readsPerTurn*1024)); err != nil || n < 2*readsPerTurn*1024 {
		t.Fatalf("%d bytes fit into the socket: %v", n, err)
	}
	unix.Close(pair[1])
	l.shard.Lock()
	defer l.shard.Unlock()
	for range 4 {
		l.turn(0)
	}
	if l.sessions[0].state != stateOver || l.shard.Dropped != 1 {
		t.Errorf("state %d, %d dropped; want the connection over", l.sessions[0].state, l.shard.Dropped)
	}
}
