package stats

// A Metric names one latency histogram of a Result.
type Metric uint8

// The metrics. A value is a duration; the instants it lies between are given
// after its name.
const (
	RTT          Metric = iota // due → reply received: the headline
	Service                    // sent → reply received
	Lag                        // due → sent: how late the client itself was
	Queue                      // socket announced readable → read: the client's own queueing
	DNS                        // name given → addresses known
	Connect                    // SYN sent → connection established
	TLS                        // ClientHello sent → handshake done
	Upgrade                    // upgrade request sent → response verified
	Open                       // DNS + Connect + TLS + Upgrade of one connection
	Close                      // our Close frame sent → the peer's Close frame received
	Ping                       // Ping sent → matching Pong received
	OpenAfter                  // the run began → this connection open: the storm of connections before traffic
	Idle                       // last byte either way → connection lost, or the Ping sent that it did not survive
	Delivery                   // broadcast: due at the publisher → received by one subscriber; the headline there
	Skew                       // broadcast: first subscriber's receipt → last one's, of a message that reached all
	RecoveryTime               // connection lost → open again

	NumMetrics
)

var metricNames = [NumMetrics]string{
	"rtt", "service", "lag", "queue", "dns", "connect", "tls", "upgrade", "open", "close", "ping",
	"open_after", "idle",
	"delivery", "skew", "recovery",
}

// String returns the name under which the metric stands in a result document.
func (m Metric) String() string {
	if m < NumMetrics {
		return metricNames[m]
	}
	return "unknown"
}
