// Package loadgen turns a Plan into WebSocket traffic and a stats.Result.
//
// # How a run flows
//
// Run cuts the connections of a Plan into shares, one a worker. A worker owns
// its sessions, a stats.Shard and an agenda of what is due when; a driver moves
// bytes between sockets and sessions. The engine walks all of them through the
// phases open, warmup, measure, drain and close by writing instants into one
// control block and waking the workers; once a second its collector empties the
// shards.
//
// # Who owns what
//
// A session is one connection's traffic: it does no I/O and reads no clock. All
// that belongs to a worker (sessions, agenda, shard, counters) is guarded by
// the lock of the worker's shard. The event loop holds it for a batch of events
// and never shares it but with the collector; the portable driver's goroutines
// take it once a read or a write.
//
// In a broadcast a message and its copies seldom have the same worker. A copy's
// stamp says when the message was due; what a worker knows of the receipts of a
// message it notes for itself, and the ledger brings these notes together when
// the shards are emptied.
//
// # The clock
//
// An instant is a time.Duration since the run began, on CLOCK_MONOTONIC. Only
// Run and the drivers read it. A message has four: due (what the schedule says;
// in a closed loop the moment it is sent), sent (before the write), written
// (after it) and received (read and decoded). rtt is received - due.
package loadgen
