package stats

// A Class is one kind of failure. The set is closed, so that counting a
// failure needs neither a map nor its text.
type Class uint8

// The classes, in the order of a connection's life.
const (
	ErrDNS            Class = iota // the name did not resolve
	ErrRefused                     // the connection was refused (RST in answer to the SYN)
	ErrConnectTimeout              // no answer to the connection attempt in time
	ErrConnect                     // any other failure to connect: unreachable, no local port, ...
	ErrTLS                         // the TLS handshake failed
	ErrUpgradeStatus               // an HTTP answer other than 101
	ErrUpgrade                     // a 101 that does not verify, or bytes that are no HTTP
	ErrUpgradeTimeout              // TCP stood (or TLS), the upgrade never finished
	ErrUpgradeClosed               // the peer closed or reset in the middle of the upgrade
	ErrReset                       // RST on an open connection
	ErrEOF                         // FIN on an open connection without a Close frame
	ErrPeerClosed                  // the peer began the closing handshake before we did
	ErrProtocol                    // the peer broke RFC 6455
	ErrTooBig                      // a message larger than the limit
	ErrIO                          // any other failure to read or write
	ErrLost                        // no reply by the end of the drain
	ErrLate                        // a message after the end of the drain
	ErrMismatched                  // a reply whose bytes are not what was sent
	ErrDuplicated                  // a reply to a message that had been answered
	ErrReordered                   // a reply that came after that to a later message (RFC 4737)
	ErrUnexpected                  // a message that answers nothing we sent
	ErrCloseTimeout                // our Close was not answered in time
	ErrUnsent                      // due, and never sent: the connection was gone or blocked
	ErrPingTimeout                 // a Ping was not answered in time: the connection counts as lost

	NumClasses
)

var classNames = [NumClasses]string{
	"dns", "refused", "connect_timeout", "connect", "tls",
	"upgrade_status", "upgrade", "upgrade_timeout", "upgrade_closed",
	"reset", "eof", "peer_closed", "protocol", "too_big", "io",
	"lost", "late", "mismatched", "duplicated", "reordered", "unexpected",
	"close_timeout", "unsent",
	"ping_timeout",
}

// String returns the name under which the class stands in a result document.
func (c Class) String() string {
	if c < NumClasses {
		return classNames[c]
	}
	return "unknown"
}
