package echoserver

import (
	"io"
	"strconv"
	"sync"
	"time"
)

// delayLog writes Faults.DelayLog, a CSV file whose first line names its columns:
//
//	connection  number of the connection, from 1, in the order of accepting
//	peer        the client's address and port
//	reply       number of the reply on the connection, from 1: in an echo, of
//	            the message that it answers; dropped ones count, and have no line
//	took_ns     from when the message was read in full to when the reply was
//	            handed to the kernel (immediately before the write, because on
//	            loopback the write itself already is the client's time), measured
//	waited_ns   how much of that was before its service began: for earlier
//	            replies of the connection, or for a reply to trade places with
//	drawn_ns    the delay that was drawn
//
// So what is beyond the intention is took - waited - drawn: how late the server
// was, and what a stall added.
//
// Lines are joined in memory, which grows when the writer can't keep up, and
// written by one goroutine.
type delayLog struct {
	w    io.Writer
	full chan struct{} // there is a block to be written
	done chan struct{}

	mu    sync.Mutex
	lines []byte
	err   error // the first of w
}

const (
	logHeader = "connection,peer,reply,took_ns,waited_ns,drawn_ns\n"
	logBlock  = 64 << 10
)

func newDelayLog(w io.Writer) *delayLog {
	return &delayLog{w: w, full: make(chan struct{}, 1), done: make(chan struct{}), lines: []byte(logHeader)}
}

// add notes a reply.
func (l *delayLog) add(conn uint64, peer string, reply uint64, took, waited, drawn time.Duration) {
	l.mu.Lock()
	b := strconv.AppendUint(l.lines, conn, 10)
	b = append(b, ',')
	b = append(b, peer...)
	b = append(b, ',')
	b = strconv.AppendUint(b, reply, 10)
	for _, d := range [...]time.Duration{took, waited, drawn} {
		b = append(b, ',')
		b = strconv.AppendInt(b, int64(d), 10)
	}
	l.lines = append(b, '\n')
	full := len(l.lines) >= logBlock
	l.mu.Unlock()
	if full {
		select {
		case l.full <- struct{}{}:
		default: // it knows
		}
	}
}

// run writes blocks until close.
func (l *delayLog) run() {
	defer close(l.done)
	var spare []byte
	for range l.full {
		spare = l.write(spare)
	}
	l.write(spare)
}

// write writes what there is and returns its memory.
func (l *delayLog) write(spare []byte) []byte {
	l.mu.Lock()
	block, err := l.lines, l.err
	l.lines = spare[:0]
	l.mu.Unlock()
	if err != nil {
		return block
	}
	if _, err := l.w.Write(block); err != nil {
		l.mu.Lock()
		l.err = err
		l.mu.Unlock()
	}
	return block
}

// close writes the rest and returns the first error of the writer. Nothing may be
// added any more.
func (l *delayLog) close() error {
	close(l.full)
	<-l.done
	return l.err
}
