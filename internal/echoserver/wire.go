package echoserver

import (
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gobwas/ws"
)

const (
	// directWrite is the frame size from which joining frames for one system
	// call costs more in copying than it saves.
	directWrite = 16 << 10
	// maxHeld bounds the replies held back for one write.
	maxHeld = 64 << 10
)

// heldPool keeps the buffers of held replies: a connection owns one only while
// it has replies to send.
var heldPool = sync.Pool{New: func() any { b := make([]byte, 0, 4096); return &b }}

// wire is a connection's byte stream. It holds replies back until the reader
// would have to go to the kernel for more, so that messages that arrived
// together are answered by one system call. Owned by the goroutine of its
// connection.
type wire struct {
	net.Conn
	stopping  *atomic.Bool
	held      *[]byte // nil when nothing is held
	closeSent bool

	// What faults hang in; nil without them.
	alarm   func() error // called when a read deadline has passed that stop has not set
	closing func()       // called before the Close frame
}

// Read sends what is held, then reads. When the server stops, it sends Close
// 1001 and goes on reading, up to the peer's own Close or the cut.
func (w *wire) Read(p []byte) (int, error) {
	for {
		if err := w.flush(); err != nil {
			return 0, err
		}
		n, err := w.Conn.Read(p)
		if n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			return n, err
		}
		// Stop sets a read deadline once a connection, and each alarm comes
		// later than the one before; so this cannot go round for ever.
		switch {
		case w.stopping.Load():
			err = w.goAway()
		case w.alarm != nil:
			err = w.alarm()
		}
		if err != nil {
			return 0, err
		}
	}
}

// goAway begins the closing handshake because the server stops.
func (w *wire) goAway() error {
	if err := w.SetDeadline(time.Time{}); err != nil {
		return err
	}
	return w.sendClose(ws.StatusGoingAway, "")
}

// send writes one frame, at once where it is alone and no further input is
// buffered (last), otherwise together with the frames that follow.
// The frame is not retained.
func (w *wire) send(frame []byte, last bool) error {
	if w.held == nil && (last || len(frame) >= directWrite) {
		_, err := w.Conn.Write(frame)
		return err
	}
	if w.held == nil {
		w.held = heldPool.Get().(*[]byte)
	}
	*w.held = append(*w.held, frame...)
	if len(*w.held) >= maxHeld {
		return w.flush()
	}
	return nil
}

// flush writes the held frames.
func (w *wire) flush() error {
	if w.held == nil {
		return nil
	}
	_, err := w.Conn.Write(*w.held)
	if cap(*w.held) <= 2*maxHeld {
		*w.held = (*w.held)[:0]
		heldPool.Put(w.held)
	}
	w.held = nil
	return err
}

// sendClose sends a Close frame, once; code 0 is a Close without a code.
func (w *wire) sendClose(code ws.StatusCode, reason string) error {
	if w.closeSent {
		return nil
	}
	w.closeSent = true
	if w.closing != nil {
		w.closing()
	}
	var body []byte
	if code != 0 {
		body = ws.NewCloseFrameBody(code, reason)
	}
	frame, err := ws.CompileFrame(ws.NewCloseFrame(body))
	if err != nil {
		return err
	}
	if err := w.send(frame, true); err != nil {
		return err
	}
	return w.flush()
}
