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
// # The clock
//
// An instant is a time.Duration since the run began, on CLOCK_MONOTONIC. Only
// Run and the drivers read it. A message has four: due (what the schedule says;
// in a closed loop the moment it is sent), sent (before the write), written
// (after it) and received (read and decoded). rtt is received - due.
package loadgen
