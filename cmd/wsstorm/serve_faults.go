package main

import (
	"fmt"
	"io"
	"math"
	"os"

	"github.com/spf13/pflag"

	"wsstorm/internal/echoserver"
)

// faultFlags are the flags that have the built-in server do wrong on purpose.
type faultFlags struct {
	set    *pflag.FlagSet
	faults echoserver.Faults

	delayLog   string
	queue      int64
	broadcast  bool
	skipSender bool
}

// newFaultFlags adds the flags to set.
func newFaultFlags(set *pflag.FlagSet) *faultFlags {
	f := &faultFlags{set: set, queue: 1 << 20}
	f.faults.CloseCode = 1001
	v := &f.faults
	set.Var(spec(&v.Delay, echoserver.ParseDelay, "DISTRIBUTION"), "delay",
		"take this long to serve each message, one after the other on a connection: fixed:5ms, exp:2ms (the mean), uniform:1ms,5ms or bimodal:1ms,50ms:0.01")
	set.Var(text(&f.delayLog, nounFile), "delay-log", "write what each message took, measured, to this file: CSV with a header")
	set.Var(spec(&v.Stall, echoserver.ParseStall, "FOR/EVERY"), "stall",
		"stand still for a time again and again, on all connections alike, as in 1s/10s; the first message starts the clock")
	share(set, &v.Drop, "drop", "leave out this share of the replies, as in 0.01 or 1%")
	share(set, &v.Flip, "flip", "invert one bit in this share of the replies")
	share(set, &v.Duplicate, "duplicate", "send this share of the replies twice")
	share(set, &v.Reorder, "reorder", "swap this share of the replies with the next one of their connection, if one comes within 100ms")
	set.Var(spec(&v.CloseAfter, echoserver.ParseAfter, "N|DURATION[:SHARE]"), "close-after",
		"close a connection, or a share of them, after so many messages or such a time: 100, 30s or 100:0.1")
	set.Var(&field[int]{to: &v.CloseCode, parse: echoserver.ParseCloseCode, format: formatInt, noun: "CODE"}, "close-code", "the code of those closes")
	set.Var(spec(&v.ResetAfter, echoserver.ParseAfter, "N|DURATION[:SHARE]"), "reset-after", "likewise, but reset the connection")
	set.Var(spec(&v.CloseAnswer, echoserver.ParseAnswer, "CODE[:SHARE]"), "close-answer", "answer a Close with this code in place of its own")
	share(set, &v.NoClose, "no-close", "never answer the Close of this share of the connections")
	share(set, &v.ResetOnClose, "reset-on-close", "reset this share of the connections in place of answering their Close")
	share(set, &v.NoPong, "no-pong", "leave this share of the pings unanswered")
	share(set, &v.Refuse, "refuse", "answer this share of the opening handshakes with 503")
	set.Var(spec(&v.SlowRead, echoserver.ParseSlowRead, "RATE[:SHARE]"), "slow-read", "read only so many bytes a second, as in 1KiB/s, from all connections or a share of them")
	set.BoolVar(&f.broadcast, "broadcast", false, "send each message to every connection with the same request path")
	set.BoolVar(&f.skipSender, "skip-sender", false, "with --broadcast: but not back to its sender")
	set.Var(size(&f.queue, 1, math.MaxInt32, nounSize), "queue", "how much may wait to be sent on a connection, where it waits; past that a broadcast leaves it out")
	set.Var(seed(&v.Seed, nounNumber), "seed", "makes what is random: the same seed, the same faults")
	return f
}

// spec returns the value of a flag that writes and reads itself.
func spec[T fmt.Stringer](to *T, parse func(string) (T, error), noun string) *field[T] {
	return &field[T]{to: to, parse: parse, format: T.String, noun: noun}
}

// share adds a flag that takes a share.
func share(set *pflag.FlagSet, to *float64, name, about string) {
	set.Var(&field[float64]{to: to, parse: echoserver.ParseShare, format: echoserver.FormatShare, noun: "SHARE"}, name, about)
}

func formatInt(n int) string { return fmt.Sprint(n) }

// read returns the faults. The caller closes what they log to.
func (f *faultFlags) read() (echoserver.Faults, io.Closer, error) {
	v := f.faults
	v.Queue = int(f.queue)
	switch {
	case f.broadcast && f.skipSender:
		v.Broadcast = echoserver.BroadcastOthers
	case f.broadcast:
		v.Broadcast = echoserver.BroadcastAll
	}
	switch {
	case f.skipSender && !f.broadcast:
		return v, nil, usagef("--skip-sender needs --broadcast: an echo has nobody else")
	case f.set.Changed("close-code") && v.CloseAfter == echoserver.After{}:
		return v, nil, usagef("--close-code needs --close-after: nothing else closes connections; --close-answer is the answer to a Close")
	case f.set.Changed("queue") && !v.Queued() && f.delayLog == "":
		return v, nil, usagef("--queue needs --delay, --delay-log, --reorder or --broadcast: otherwise nothing waits")
	}
	if f.delayLog == "" {
		return v, io.NopCloser(nil), nil
	}
	file, err := os.Create(f.delayLog)
	if err != nil {
		return v, nil, usagef("--delay-log: %v", err)
	}
	v.DelayLog = file
	return v, file, nil
}
