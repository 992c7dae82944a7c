// Package stats measures a run: latency histograms, counters, the Result that
// comes of them, and the Verdict on whether the Result may be believed. It
// knows no sockets and reads no clock; instants and durations are handed in.
//
// Each worker of the load generator owns a Shard, records into it under the
// Shard's own, uncontended lock, and takes that lock once per batch of work.
// A Collector visits all Shards once a second (Tick): it swaps their
// histograms for empty ones, adds them to its totals, reads what the client
// itself has used meanwhile, and appends an Interval. At the end of the run
// Fill turns the totals into a Result, broken down by size of message and by
// stage of the load, Usage.Since says what the client has used over the whole
// window, and Judge checks it all.
//
// Every latency is an HDR histogram of nanoseconds with three significant
// digits between 1 µs and 1 h. A value out of range is clamped and counted,
// never dropped. Nor is a message that was lost: the quantiles count it as
// longer than all others.
package stats
