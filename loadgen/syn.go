package loadgen

import "time"

// slowConnect is how long a connect takes at least for the number of its SYNs to
// be looked up: the first one is sent again after a second (RFC 6298, Section 2).
const slowConnect = 900 * time.Millisecond

// retransmitted counts a connection whose SYN was sent again n times, if it was,
// before it was answered after so long.
func (w *worker) retransmitted(n int, connect time.Duration) {
	if n > 0 {
		w.shard.Retransmitted(n, connect)
	}
}
