//go:build !linux || wsstorm_portable

package loadgen

import (
	"math"
	"net"
	"time"
)

// synsSentAgain returns how often the SYN of a connection was sent again that took
// so long to connect, as far as the time tells: it is sent again after 1, 3, 7,
// 15, ... s, and answered soon after (RFC 6298, Section 5.5).
func synsSentAgain(_ *net.TCPConn, connect time.Duration) int {
	const soon = 300 * time.Millisecond
	n := int(math.Log2(connect.Seconds() + 1))
	if n == 0 || connect-time.Duration(1<<n-1)*time.Second > soon {
		return 0
	}
	return n
}
