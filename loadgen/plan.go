package loadgen

import (
	"crypto/tls"
	"time"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

// A Plan is the load to put on one server. The zero value of a field is its
// default unless its comment says otherwise; Run reports a Plan that
// contradicts itself as a *PlanError before anything is sent.
type Plan struct {
	// Where, and how connections are opened.
	Target     wsclient.Target
	Request    wsclient.Request // headers, subprotocols, ...; Target is set by Run
	TLS        *tls.Config      // for wss; nil: the system's roots
	UnixSocket string           // connect to this path instead of the target's host

	// Connection k takes pair k of an address of Sources and one of the targets',
	// modulo their number, so that each pair gets as many and has its own ports.
	Sources   AddrSet // local addresses to connect from; default: the system's choice
	ConnectTo AddrSet // connect to these, at the target's port, instead of looking up its host

	Connections        int           // default 50
	ConnectRate        float64       // connections a second; 0: as fast as ConnectConcurrency allows
	ConnectStages      []Stage       // connections that come and go while traffic goes on; they make up Connections and Duration
	ConnectConcurrency int           // connections being opened at the same time, and workers at most; default 128, ConnectAll for no bound
	ConnectTimeout     time.Duration // DNS + connect + TLS + upgrade of one; default 10 s

	// The phases. Traffic begins when every connection is open or has failed.
	Warmup       time.Duration // sent, but not measured
	Duration     time.Duration // of the measured window; 0: until Messages are answered, or nothing moves for as long as Drain
	Messages     int64         // in total, at most; 0: as many as fit into Duration
	Drain        time.Duration // the longest wait for outstanding replies; default 5 s
	CloseTimeout time.Duration // the longest wait for the peer's Close; default 5 s

	// The load: a closed loop, an open loop where Rate or Stages is set, or none
	// (connections held, nothing sent) where all are zero.
	InFlight int     // closed loop: messages on their way per connection
	Rate     float64 // open loop: messages a second in total
	Stages   []Stage // open loop: rates that change; they make up Duration, which is not set
	Arrival  Arrival // open loop: how they are spaced
	Seed     uint64  // of arrivals, sizes, payloads and fragments

	Broadcast Broadcast // the open loop goes from publishers to subscribers

	// The messages.
	Sizes        []SizeClass // default: one class of 20 bytes
	Payload      PayloadKind
	PayloadData  []byte  // for PayloadFile: the bytes to send, repeated or cut to each size
	Text         bool    // text messages instead of binary ones
	Fragment     int     // payload bytes a frame at most; 0: whole; FragmentRandom: random pieces, Pings in between
	FragmentPart float64 // the share of the messages that Fragment applies to; 0 means all
	Reply        ReplyMode
	MaxMessage   int64         // bytes of a message that the peer may send; default 64 MiB
	PingInterval time.Duration // a Ping on every connection each; 0: none
	PingTimeout  time.Duration // a connection is lost whose Pong takes longer; 0: it may take any time

	// Silences, where its To is set, makes of the run a search for the silence after
	// which connections are cut. It makes up Duration.
	Silences Silences

	// Bad readers: connections that are there for what they do to the others. They
	// are drawn with Seed, and counted in groups of their own (stats.Group.Aside).
	ReadRate  int64   // bytes of the stream a second that a slow reader reads; 0: none is slow
	SlowShare float64 // of the connections that are slow readers; 0 means all
	DeafShare float64 // of the connections that do not read after the opening handshake

	// How connections are closed: at the end of the run or, where CloseShare is set,
	// so many of them in a close storm within the window.
	Exits       []ExitShare         // default: all by the closing handshake
	CloseCode   wsclient.StatusCode // default 1000
	CloseReason string
	CloseWithin time.Duration // from the first to the last of them
	CloseShare  float64       // of the connections; 0: no storm within the window
	CloseAt     time.Duration // since the beginning of the window; default: a third of it

	// Connections that live several times.
	Reconnect Reconnect // after a loss, or a close storm
	Lifetime  Lifetime  // and somebody else comes in their place

	Driver  DriverName
	Workers int // default: the cores this process may use

	// Progress, if set, is called about once a second, and at each change of
	// phase, from one goroutine; it must not block.
	Progress func(Progress)
}

// FragmentRandom as Plan.Fragment splits messages into random pieces.
const FragmentRandom = -1

// A SizeClass is one entry of the size list: sizes from Min to Max bytes
// (uniform), drawn with a weight relative to the other classes'.
type SizeClass struct {
	Min, Max int
	Weight   int // 0 means 1
}

// Arrival is the spacing of an open loop.
type Arrival uint8

// The arrivals.
const (
	Constant Arrival = iota // every 1/Rate
	Poisson                 // exponential gaps of mean 1/Rate
)

// PayloadKind says what a message is made of.
type PayloadKind uint8

// The payloads. A text message is made of printable ASCII characters.
const (
	PayloadRandom PayloadKind = iota
	PayloadZero               // zero bytes; '0' characters in text
	PayloadFile               // Plan.PayloadData
)

// ReplyMode says what counts as the answer to a message.
type ReplyMode uint8

// The reply modes.
const (
	ReplyEcho ReplyMode = iota // the same bytes, compared
	ReplyAny                   // the next message, whatever it is
	ReplyNone                  // nothing: messages that come are counted only
)

// DriverName selects what moves the bytes.
type DriverName uint8

// The drivers.
const (
	DriverAuto     DriverName = iota // the fastest that can serve the plan
	DriverPortable                   // goroutines over net.Conn
	DriverEpoll                      // the Linux event loop
)

// Progress is a look at a run while it lasts.
type Progress struct {
	Phase    string
	Elapsed  time.Duration // since the run began
	Left     time.Duration // until the measured window ends; negative: unknown
	Interval stats.Interval
	Totals   stats.Totals // over the whole run so far
}

// A PlanError says why a Plan cannot be run.
type PlanError struct {
	Field string // of Plan
	Text  string
}

func (e *PlanError) Error() string { return e.Text }

// openLoop reports whether messages go out on a schedule.
func (p *Plan) openLoop() bool { return p.Rate > 0 || len(p.Stages) > 0 }

// stages returns the stages of either kind, in which messages are counted apart.
func (p *Plan) stages() []Stage {
	if len(p.ConnectStages) > 0 {
		return p.ConnectStages
	}
	return p.Stages
}

// meanRate returns the messages a second offered over the measured window.
func (p *Plan) meanRate() float64 {
	if len(p.Stages) == 0 {
		return p.Rate
	}
	messages := 0.0
	for _, s := range p.Stages {
		messages += (s.From + s.To) / 2 * s.Length.Seconds()
	}
	return messages / p.Duration.Seconds()
}
