package echoserver

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"time"
)

// Faults are what a Server does wrong on purpose, so that a client can be
// tested against what is known. The zero value is a server without faults, and
// costs nothing. Faults compose: what happens to a message is decided in the
// order of the fields from Drop to Stall. Each fault that has a probability
// draws from a stream of its own; see Seed.
//
// A reply is what a message is answered with, or with Broadcast each of the
// copies that go out. A share is a probability from 0 to 1; where it belongs to
// something that is off without it, 0 means all.
type Faults struct {
	// Seed makes the draws. A draw depends on the seed, the fault, the number
	// of the connection (in the order in which they were accepted) and the
	// number of the message on it, and on nothing else: switching one fault on
	// does not change what another one does.
	Seed uint64

	// Drop is the share of replies that are not sent.
	Drop float64

	// Flip is the share of replies that have the lowest bit of one byte of
	// their payload inverted. An empty payload stays as it is.
	Flip float64

	// Duplicate is the share of replies that are sent twice in a row.
	Duplicate float64

	// Reorder is the share of replies that trade places with the next reply of
	// their connection. One that none follows within ReorderWait goes out
	// alone, and one that is waiting when a Close frame is to be sent goes out
	// before it. The second of a pair does not trade places again. 0 as
	// ReorderWait means 100 ms.
	Reorder     float64
	ReorderWait time.Duration

	// Delay is how long each message takes to serve. A connection serves one
	// message at a time, in order: the service of a message begins when it has
	// been read and the service of the one before it has ended, as in a server
	// with a thread per connection. Connections do not wait for each other.
	// Pongs and Close frames wait for their turn and take no time themselves;
	// a dropped message takes none either. A message is read while earlier ones
	// are served, within the limits of Queue.
	Delay Delay

	// DelayLog gets a line of CSV for each reply that was handed to the kernel,
	// also where Delay is zero: see delayLog for the columns. It is written by
	// one goroutine, the last time before Serve returns.
	DelayLog io.Writer

	// Stall stops the whole server now and then.
	Stall Stall

	// CloseAfter has the server begin the closing handshake of a connection,
	// with CloseCode, when it has answered its messages. 0 as CloseCode means
	// 1001; any other code from 1000 to 4999 is sent as it is, also one that a
	// Close frame must not carry. Config.StopTimeout bounds the wait for the
	// peer's Close.
	CloseAfter After
	CloseCode  int

	// ResetAfter aborts a connection with a TCP reset when it has answered its
	// messages. It comes before CloseAfter where both are due.
	ResetAfter After

	// ResetOnClose is the share of connections that are reset instead of
	// having their Close answered.
	ResetOnClose float64

	// NoClose is the share of connections whose Close is not answered. The
	// server sends what it owes and holds the connection until the peer ends it.
	// ResetOnClose comes before it.
	NoClose float64

	// CloseAnswer is what Close is answered with, in place of its own code,
	// where ResetOnClose and NoClose have not struck.
	CloseAnswer Answer

	// NoPong is the share of pings that are not answered.
	NoPong float64

	// Refuse is the share of connections whose opening handshake is answered
	// with 503.
	Refuse float64

	// SlowRead has connections read slowly.
	SlowRead SlowRead

	// Broadcast sends each message to other connections than its sender's.
	Broadcast Broadcast

	// Queue is how many bytes of replies may wait for one connection, where
	// replies wait at all: with Delay, DelayLog, Reorder or Broadcast. A waiting
	// frame counts with 64 bytes besides its own, and one always finds room. In
	// an echo a full queue makes the server stop reading from that connection;
	// in a broadcast that receiver misses the message, and Counts.Overflowed
	// says so. 0 means 1 MiB.
	Queue int
}

// Broadcast says who gets a message.
type Broadcast uint8

const (
	// BroadcastOff sends a message back to its sender: an echo.
	BroadcastOff Broadcast = iota
	// BroadcastAll sends a message to every connection that was opened with the
	// same request path (its query does not matter), the sender included.
	BroadcastAll
	// BroadcastOthers leaves the sender out.
	BroadcastOthers
)

// SlowRead is how fast a share of the connections is read from.
type SlowRead struct {
	// Rate is in bytes of the stream a second, after the opening handshake; 0
	// does not limit.
	Rate int
	// Share is the share of connections; 0 means all.
	Share float64
}

// Answer is the code that a share of connections gets in answer to its Close.
type Answer struct {
	// Code is from 1000 to 4999, or 0 for none. It is sent as it is, also where
	// a Close frame must not carry it.
	Code int
	// Share is the share of connections; 0 means all.
	Share float64
}

// Active reports whether there is any fault.
func (f *Faults) Active() bool {
	return f.Queued() || f.Drop > 0 || f.Flip > 0 || f.Duplicate > 0 || f.Stall != Stall{} ||
		f.CloseAfter != After{} || f.ResetAfter != After{} || f.ResetOnClose > 0 || f.NoClose > 0 ||
		f.CloseAnswer != Answer{} || f.NoPong > 0 || f.Refuse > 0 || f.SlowRead != SlowRead{}
}

// Queued reports whether replies wait in a queue of their connection.
func (f *Faults) Queued() bool {
	return f.Reorder > 0 || f.Delay != Delay{} || f.DelayLog != nil || f.Broadcast != BroadcastOff
}

// check returns what is wrong with the faults, and puts in the defaults.
func (f *Faults) check() error {
	for _, s := range []struct {
		name  string
		share float64
	}{
		{"Drop", f.Drop}, {"Flip", f.Flip}, {"Duplicate", f.Duplicate}, {"Reorder", f.Reorder},
		{"ResetOnClose", f.ResetOnClose}, {"NoClose", f.NoClose}, {"NoPong", f.NoPong}, {"Refuse", f.Refuse},
		{"CloseAnswer.Share", f.CloseAnswer.Share}, {"SlowRead.Share", f.SlowRead.Share},
		{"CloseAfter.Share", f.CloseAfter.Share}, {"ResetAfter.Share", f.ResetAfter.Share},
	} {
		if !(s.share >= 0 && s.share <= 1) {
			return fmt.Errorf("%s is %v, want a share from 0 to 1", s.name, s.share)
		}
	}
	if err := f.Delay.check(); err != nil {
		return err
	}
	if err := f.Stall.check(); err != nil {
		return err
	}
	f.CloseCode = cmp.Or(f.CloseCode, 1001)
	if !isCloseCode(f.CloseCode) || f.CloseAnswer.Code != 0 && !isCloseCode(f.CloseAnswer.Code) {
		return errCloseCode
	}
	if f.SlowRead.Rate < 0 || f.Queue < 0 || f.ReorderWait < 0 || f.CloseAfter.Messages < 0 || f.ResetAfter.Messages < 0 {
		return errors.New("SlowRead.Rate, Queue, ReorderWait and numbers of messages must not be negative")
	}
	f.Queue = cmp.Or(f.Queue, 1<<20)
	f.ReorderWait = cmp.Or(f.ReorderWait, 100*time.Millisecond)
	return nil
}
