package calibrate

import (
	"time"

	"wsstorm/stats"
)

// Schema identifies the version of the document.
const Schema = "wsstorm.calibration/v1"

// A Calibration is what one machine can measure, and how well. What the platform
// does not have is not in it.
type Calibration struct {
	Schema  string       `json:"schema"`
	Tool    stats.Tool   `json:"tool"`
	Started time.Time    `json:"started"`
	TookS   float64      `json:"took_s"`
	Cores   int          `json:"cores"` // that Go may use
	Clock   Clock        `json:"clock"`
	Waits   []Wait       `json:"waits"`
	Clients []Client     `json:"clients"`
	Paces   []Pace       `json:"paces"`
	Limits  Limits       `json:"limits"`
	Truth   []Experiment `json:"truth"`
	Control []Control    `json:"controls"`
	Others  *Others      `json:"others,omitempty"` // where the platform tells
}

// Others is what else the machine did meanwhile.
type Others struct {
	Busy       float64 `json:"busy"`       // processors, on average; what a hypervisor took counts
	Processors int     `json:"processors"` // that there are
}

// A Clock is the monotonic clock as Go reads it.
type Clock struct {
	ReadNS float64 `json:"read_ns"` // what a reading takes
	StepNS int64   `json:"step_ns"` // the least difference between two readings that is not 0
}

// A Wait is a way to wait for an instant.
type Wait struct {
	Name string       `json:"name"` // epoll_pwait2, or time.Sleep
	Late Distribution `json:"late"` // returned - asked for
}

// A Client is one that exchanges messages with the built-in server on this
// machine: the floor, or a driver of the engine, with one worker. All figures are
// medians over rounds in which the clients took turns; the ratios are to the
// floor of the same round, 0 where there is none.
type Client struct {
	Name            string  `json:"name"` // floor, epoll or portable
	Rounds          int     `json:"rounds"`
	Messages        float64 `json:"messages_per_s"` // closed loop; the server may be the limit
	MessageCPUNS    float64 `json:"cpu_per_message_ns"`
	MessageRatio    float64 `json:"cpu_per_message_ratio"`
	MessageSpread   float64 `json:"cpu_per_message_spread"` // (greatest - least) / median over the rounds
	Connections     float64 `json:"connections_per_s"`      // likewise
	ConnectionCPUNS float64 `json:"cpu_per_connection_ns"`
	ConnectionRatio float64 `json:"cpu_per_connection_ratio"`
}

// A Pace is an open loop at one rate.
type Pace struct {
	Driver string        `json:"driver"`
	Rate   float64       `json:"rate"` // offered, messages a second
	Sent   float64       `json:"sent"` // achieved
	Lag    Distribution  `json:"lag"`
	Queue  *Distribution `json:"queue,omitempty"`
	Held   bool          `json:"held"` // lag p99 within LagLimit, and every message sent
}

// LagLimit is the lag, p99, up to which a rate counts as held.
const LagLimit = 100 * time.Microsecond

// Limits are what the machine can and cannot measure.
type Limits struct {
	// LatencyErrorNS is what the client adds to a latency of its own, p99, at the
	// lowest rate that was tried: lag, and queue where that is measured.
	LatencyErrorNS int64 `json:"latency_error_ns"`
	// Rate is the highest at which the lag stayed within LagLimit, messages a
	// second; 0: none did. RateBeyond is the lowest above it at which it did not;
	// 0: none was found.
	Rate       float64 `json:"rate"`
	RateBeyond float64 `json:"rate_beyond"`
}

// A Distribution is known by those of its quantiles beyond which ten values or
// more lie.
type Distribution struct {
	Count       int64            `json:"count"`
	Percentiles map[string]int64 `json:"percentiles_ns"` // keys as in a result
	MaxNS       int64            `json:"max_ns"`
}

// An Experiment is a run against a server whose delays are known.
type Experiment struct {
	Name      string     `json:"name"`   // stall, exponential, bimodal
	Server    []string   `json:"server"` // the flags that it was started with
	Messages  int64      `json:"messages"`
	Quantiles []Expected `json:"quantiles"`
}

// Expected is one quantile of the rtt, as it is known and as it was measured.
type Expected struct {
	Quantile   string `json:"quantile"` // "99"
	TruthNS    int64  `json:"truth_ns"`
	MeasuredNS int64  `json:"measured_ns"`
	LimitNS    int64  `json:"limit_ns"` // by which they may differ
	OK         bool   `json:"ok"`
}

// A Control is a run that the verdict must reject, or must not.
type Control struct {
	Name   string      `json:"name"`
	Expect stats.Level `json:"expect"` // invalid; or valid, where suspect will do too
	Got    stats.Level `json:"got"`
	Checks []string    `json:"checks"` // that tripped
	OK     bool        `json:"ok"`
}
