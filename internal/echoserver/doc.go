// Package echoserver is the target that wsstorm brings along: a WebSocket
// server that sends every message back as it came.
//
// A Server has one goroutine per connection, which owns everything about it.
// Bytes come in through a wire and a small buffer; readFrame takes them apart;
// a data message, assembled, passes through deliver and leaves through
// wire.send. Replies are held back until the next read would have to go to the
// kernel, so that messages that arrive together are answered by one system
// call. Memory for messages and replies is pooled: an idle connection holds
// its goroutine and a 1 KiB buffer, nothing else. Stopping needs no second
// writer: the server sets a read deadline, and the owner of the connection,
// woken by it, sends the Close frame itself. The clock is the wall clock, and
// is read for time-outs only.
//
// A Server may be given Faults, and is then an instrument: what it does wrong is
// drawn from a seed, counted, and on request logged. Without faults none of that
// is in the way: a connection has no faultyConn, and a message meets two
// comparisons with nil. With them the faultyConn is the connection's socket and
// stalls, or reads slowly; fate draws what becomes of each reply; and where
// replies have to wait, or come from other connections, they go into the outbox
// of their connection, which keeps their order, and the delay line has them sent
// at their instants. All of that reads one monotonic clock, instrument.clock.
//
// The protocol is github.com/gobwas/ws, not wsclient, because the two ends of
// a measurement must not share their mistakes. It was chosen by measuring: this
// server against plain echo servers on the others, one raw epoll client, two
// cores shared with other work, medians of three interleaved runs of 2 s.
// CPU per message, CPU per opened connection and memory, as ratios to this one:
//
//	                            gws  gorilla  coder  gobwas with wsutil
//	20 B, 64 connections       1.02     1.08   1.24                1.55
//	20 B, 1,000 connections    0.96     1.01   1.05                1.42
//	20 B, 64, 32 in flight       13       15     17                  22
//	64 KiB, 16 connections     1.13     3.01   3.08                2.19
//	opening a connection       1.31     1.48   1.74                0.97
//	bytes per idle connection  1.30     1.14   3.78                0.99
//
// At one small message in flight the kernel is nearly all of the cost, and
// differences below a tenth are noise. gws, the next best, also answers every
// close code from 1001 to 1014 with 1000, where a target has to echo the code.
package echoserver
