package stats

import "time"

// Schema identifies the version of the result document.
const Schema = "wsstorm.result/v1"

// A Result is all that one run saw. It is the one source of every output
// format, and lossless: a merge or a comparison can be made from it later.
// Its JSON form is described by result.schema.json.
type Result struct {
	Schema      string              `json:"schema"`
	Tool        Tool                `json:"tool"`
	Started     time.Time           `json:"started"` // of the measured window
	Flags       []string            `json:"flags"`   // replayable; secrets are ***
	URL         string              `json:"url"`     // userinfo and secrets removed
	Driver      string              `json:"driver"`  // the driver that ran: epoll or portable
	Load        Load                `json:"load"`
	Interrupted bool                `json:"interrupted"` // before its end, by the user or by an objective
	WindowS     float64             `json:"window_s"`    // length of the measured window
	Connections Connections         `json:"connections"`
	Closing     *Closing            `json:"closing,omitempty"`  // where connections were closed by us
	Recovery    *Recovery           `json:"recovery,omitempty"` // where lost connections were to come back
	Messages    Messages            `json:"messages"`
	Broadcast   *Broadcast          `json:"broadcast,omitempty"` // where publishers sent to subscribers
	Bytes       Bytes               `json:"bytes"`
	Compression *Compression        `json:"compression,omitempty"` // where permessage-deflate was negotiated
	Latency     map[string]*Latency `json:"latency"`               // by Metric name; only those with a count
	Sizes       []Size              `json:"sizes,omitempty"`       // where there is more than one
	Stages      []Stage             `json:"stages,omitempty"`      // where the load changed
	Groups      []Group             `json:"groups,omitempty"`      // where messages were counted apart
	Fairness    *Fairness           `json:"fairness,omitempty"`    // where messages were received
	Errors      map[string]Errors   `json:"errors"`                // by Class name; only those that occurred
	Closes      []CloseCount        `json:"closes"`
	SYNs        []SYNRetransmission `json:"syn_retransmissions,omitempty"` // by how often; where there were any
	Intervals   []Interval          `json:"intervals"`
	Client      Client              `json:"client"`
	Verdict     Verdict             `json:"verdict"`
	Objectives  []Objective         `json:"objectives,omitempty"`   // in the order in which they were given
	IdleTimeout *IdleTimeout        `json:"idle_timeout,omitempty"` // where it was searched for
	Search      *Search             `json:"search,omitempty"`       // where the run is one of a search for the most load
	Merged      []Part              `json:"merged,omitempty"`       // what this is the sum of: processes that ran at the same time (Merge)
	Cycles      []Part              `json:"cycles,omitempty"`       // or runs that one process made one after the other (Chain)
}

// Tool says what made the result, and on what.
type Tool struct {
	Version string `json:"version"`
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
}

// Load is what was offered. Exactly one of InFlight and Rate is set, unless
// no messages were to be sent.
type Load struct {
	InFlight int     `json:"in_flight,omitempty"` // closed loop: messages per connection
	Rate     float64 `json:"rate,omitempty"`      // open loop: messages a second in total; the mean of all stages
	Arrival  string  `json:"arrival,omitempty"`   // open loop: constant or poisson
	Messages int64   `json:"messages,omitempty"`  // in total; 0: as many as fit into the window
	Workers  int     `json:"workers"`             // of the engine
	InOrder  bool    `json:"in_order,omitempty"`  // no stamp tells which message a reply answers: it is taken for the oldest's
}

// Connections counts connections over the whole run.
// Opened = Closed + PeerClosed + Dropped + StillOpen,
// and Requested + Reattempts = Opened + Failed unless the run was interrupted.
type Connections struct {
	Requested  int64 `json:"requested"`
	Opened     int64 `json:"opened"`
	Failed     int64 `json:"failed"`      // did not open
	Closed     int64 `json:"closed"`      // by us: with the closing handshake, but for those below
	PeerClosed int64 `json:"peer_closed"` // by the peer, with the closing handshake
	Dropped    int64 `json:"dropped"`     // lost without a closing handshake
	StillOpen  int64 `json:"still_open"`  // our Close was never answered

	Lost int64 `json:"lost,omitempty"` // of PeerClosed and Dropped: before the close phase, and before we had begun to close them

	// From the beginning of the run until so many of the requested connections
	// were open, before traffic began; 0 where it did not come to that, or where
	// connections come and go.
	Open50S  float64 `json:"open_50_s,omitempty"`
	Open99S  float64 `json:"open_99_s,omitempty"`
	AllOpenS float64 `json:"all_open_s,omitempty"`

	// Of connections that live several times, all but the first.
	Reattempts int64 `json:"reattempts,omitempty"` // to open one again
	Reopened   int64 `json:"reopened,omitempty"`   // of Opened
	Regained   int64 `json:"regained,omitempty"`   // of Lost: open again later
	Departed   int64 `json:"departed,omitempty"`   // that ended because their lifetime was over

	// Of Closed, without the closing handshake.
	ClosedFIN int64 `json:"closed_fin,omitempty"` // a FIN and no Close frame, and the peer's end followed
	ClosedRST int64 `json:"closed_rst,omitempty"` // reset
	Vanished  int64 `json:"vanished,omitempty"`   // nothing was ever sent again: the peer was not told

	LeftOpen int64 `json:"left_open,omitempty"` // of Closed and PeerClosed: the peer did not end TCP within the close timeout
}

// A SYNRetransmission counts the connections whose SYN was sent again that many
// times before it was answered. Linux does that after 1, 3, 7, 15, ... s, or from
// version 6.5 on after 1, 2, 3, 4, 5, 7, 11, ... s.
type SYNRetransmission struct {
	Retransmissions int64   `json:"retransmissions"` // the last entry: so many or more
	Connections     int64   `json:"connections"`
	ConnectMeanS    float64 `json:"connect_mean_s"` // how long they took to connect
}

// Messages counts the messages whose due time fell into the measured window.
// Sent = Received + Lost + Abandoned. Mismatched is a part of Received; Duplicated and
// Unexpected are replies beyond it; Reordered ones are a part of Received.
// A message that expects no reply is never lost.
//
// In a broadcast all but Sent, Unsent and Blocked count copies at subscribers,
// and Received + Lost is Broadcast.Expected.
type Messages struct {
	Sent       int64   `json:"sent"`
	Received   int64   `json:"received"`
	Lost       int64   `json:"lost"`
	Mismatched int64   `json:"mismatched"`
	Duplicated int64   `json:"duplicated"`
	Reordered  int64   `json:"reordered"`
	Unexpected int64   `json:"unexpected"`
	Unsent     int64   `json:"unsent"`              // due in the window, never sent
	Prevented  int64   `json:"prevented,omitempty"` // of Unsent: by the peer, which did not read or had ended the connection
	Blocked    int64   `json:"blocked"`             // sent late because the peer did not read: no lag is recorded for them
	Rate       float64 `json:"rate"`                // received a second

	// Of connections that the client closed while the run went on.
	Abandoned int64 `json:"abandoned,omitempty"` // on their way then, and not answered: not lost
	Withdrawn int64 `json:"withdrawn,omitempty"` // due in the window, after that: not offered
}

// Unanswered returns how many messages took longer than any that was answered: the lost
// ones, and in an open loop those that the peer did not let the client send.
func (m *Messages) Unanswered() int64 { return m.Lost + m.Prevented }

// Bytes counts what went over the wire from the start of the measured window
// to the end of the drain: frames with their headers, control frames included.
type Bytes struct {
	Sent     int64 `json:"sent"`
	Received int64 `json:"received"`
}

// Compression sums up permessage-deflate: payload bytes before and after.
type Compression struct {
	SentRaw      int64 `json:"sent_raw"`
	SentWire     int64 `json:"sent_wire"`
	ReceivedRaw  int64 `json:"received_raw"`
	ReceivedWire int64 `json:"received_wire"`
}

// A Latency is a histogram and its summary, in nanoseconds. The values of lost
// messages are censored: known only to be greater than all others, they are in
// no number but the percentiles. A percentile that lies among them is unknown,
// and absent.
type Latency struct {
	Count       int64            `json:"count"`
	MinNS       int64            `json:"min_ns"`
	MeanNS      float64          `json:"mean_ns"`
	StddevNS    float64          `json:"stddev_ns"`
	MaxNS       int64            `json:"max_ns"`
	Percentiles map[string]int64 `json:"percentiles_ns"`     // by Quantile; only those that are known
	HDR         string           `json:"hdr"`                // V2 compressed, base64
	Clamped     int64            `json:"clamped,omitempty"`  // out of range, recorded as its nearest end
	Censored    int64            `json:"censored,omitempty"` // beyond Count
}

// A Size is one entry of the size list: a size, or a range of sizes.
type Size struct {
	Bytes    string   `json:"bytes"` // "125", or "64-4096" for a range
	Messages Messages `json:"messages"`
	RTT      *Latency `json:"rtt,omitempty"` // in a broadcast, of Delivery
}

// A Stage is a stretch of the measured window in which the load was constant, or
// changed evenly: the offered rate of an open loop, the number of connections of
// a closed one. Its messages are those that were due in it.
type Stage struct {
	FromS           float64  `json:"from_s"` // from the start of the measured window
	ToS             float64  `json:"to_s"`
	RateFrom        float64  `json:"rate_from"` // offered at its beginning, messages a second in total
	RateTo          float64  `json:"rate_to"`   // and at its end
	ConnectionsFrom int64    `json:"connections_from,omitempty"`
	ConnectionsTo   int64    `json:"connections_to,omitempty"`
	Messages        Messages `json:"messages"`
	RTT             *Latency `json:"rtt,omitempty"` // in a broadcast, of Delivery
}

// Fairness says how evenly the server answered: messages received per
// connection that was opened, in a broadcast per subscriber.
type Fairness struct {
	Min     int64 `json:"min"`
	P50     int64 `json:"p50"`
	Max     int64 `json:"max"`
	Starved int64 `json:"starved"` // below a tenth of the median
}

// Errors counts the failures of one class over the whole run.
type Errors struct {
	Count   int64  `json:"count"`
	Example string `json:"example,omitempty"` // the text of the first one
}

// A CloseCount counts connections by the close codes that went each way;
// 0 stands for no Close frame, 1005 for one without a code.
type CloseCount struct {
	Sent     int   `json:"sent"`
	Received int   `json:"received"`
	Count    int64 `json:"count"`
}

// An Interval is one second of the run.
type Interval struct {
	TimeS       float64 `json:"t_s"`             // its end, from the start of the measured window: negative before it
	Phase       string  `json:"phase"`           // open, warmup, measure, drain or close
	Cycle       int     `json:"cycle,omitempty"` // from 1 on, where there are cycles
	LengthS     float64 `json:"length_s"`
	Sent        int64   `json:"sent"`     // in this interval, whatever the due time
	Received    int64   `json:"received"` // likewise
	Errors      int64   `json:"errors"`
	Connections int64   `json:"connections"` // open at its end
	Opened      int64   `json:"opened,omitempty"`
	Closed      int64   `json:"closed,omitempty"` // connections that ended, for whatever reason
	RTTP50NS    int64   `json:"rtt_p50_ns"`       // of the replies received in it, in a broadcast of the deliveries; 0 where there was none
	RTTP99NS    int64   `json:"rtt_p99_ns"`
	RTTMaxNS    int64   `json:"rtt_max_ns"`

	Client ClientSample `json:"client,omitzero"`
}

// A ClientSample is what the load generator itself used in one interval. What
// the platform does not tell is 0, and absent from the document.
type ClientSample struct {
	CPUCores      float64 `json:"cpu_cores"`
	BusiestThread float64 `json:"busiest_thread,omitempty"` // share of the interval that its busiest thread ran for
	GCCycles      int64   `json:"gc_cycles"`
	GCPauseNS     int64   `json:"gc_pause_max_ns"`
	SchedNS       int64   `json:"scheduler_max_ns"`      // longest wait of a goroutine that could run
	Steal         float64 `json:"steal,omitempty"`       // share of the machine's CPU time that its hypervisor withheld
	ThrottledS    float64 `json:"throttled_s,omitempty"` // time for which a CPU quota stopped it
}

// Client is what the load generator itself used during the measured window.
type Client struct {
	CPUUserS        float64    `json:"cpu_user_s"`
	CPUSystemS      float64    `json:"cpu_system_s"`
	CPUPerMessageNS float64    `json:"cpu_per_message_ns"`
	Cores           float64    `json:"cores"` // that it may use
	MaxRSSBytes     int64      `json:"max_rss_bytes"`
	GC              GC         `json:"gc"`
	SchedLatency    *Quantiled `json:"scheduler_latency,omitempty"`

	// What the platform does not tell is 0, and absent from the document.
	BusiestThreadS float64 `json:"busiest_thread_s,omitempty"` // CPU time of its busiest thread
	Steal          float64 `json:"steal,omitempty"`            // share of the machine's CPU time that its hypervisor withheld
	ThrottledS     float64 `json:"throttled_s,omitempty"`      // time for which a CPU quota stopped it
}

// GC is the garbage collector's part of the measured window.
type GC struct {
	Cycles      int64 `json:"cycles"`
	PauseP999NS int64 `json:"pause_p99_9_ns"`
	PauseMaxNS  int64 `json:"pause_max_ns"`
}

// Quantiled is a distribution known by a few quantiles only, in nanoseconds.
type Quantiled struct {
	Count  int64 `json:"count"`
	P50NS  int64 `json:"p50_ns"`
	P99NS  int64 `json:"p99_ns"`
	P999NS int64 `json:"p99_9_ns"`
	MaxNS  int64 `json:"max_ns"`
}

// A Verdict says whether the numbers may be believed.
type Verdict struct {
	Status   Level     `json:"status"`
	Findings []Finding `json:"findings"` // all but the checks that passed
}

// A Level is how much a finding weakens the result.
type Level string

// The levels, mildest first. A Note is said and weakens nothing: no verdict
// has it as its status.
const (
	Valid   Level = "valid"
	Note    Level = "note"
	Suspect Level = "suspect"
	Invalid Level = "invalid"
)

// A Finding is one self-check that did not pass.
type Finding struct {
	Check string  `json:"check"`
	Level Level   `json:"level"`
	Value float64 `json:"value"`
	Limit float64 `json:"limit"`
	Unit  string  `json:"unit"` // of value and limit: ratio, or ns
	Text  string  `json:"text"` // what it means and what to do, one sentence
}
