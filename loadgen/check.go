package loadgen

import (
	"fmt"
	"runtime"
	"strconv"
	"time"
	"unicode/utf8"

	"wsstorm/wsclient"
)

// Defaults of a Plan.
const (
	DefaultConnections        = 50
	DefaultConnectConcurrency = 128
	DefaultConnectTimeout     = 10 * time.Second
	DefaultDrain              = 5 * time.Second
	DefaultCloseTimeout       = 5 * time.Second
	DefaultSize               = 20              // bytes
	DefaultBroadcastSize      = 64              // bytes, of a Plan with Broadcast
	DefaultMaxMessage         = 64 << 20        // bytes
	DefaultPingTimeout        = 5 * time.Second // of a search among silences; otherwise there is none

	// ConnectAll, as Plan.ConnectConcurrency, opens all connections at once.
	ConnectAll = 1 << 24

	// MaxSize bounds the size of a message, in bytes.
	MaxSize = 1 << 30
)

// Check returns what Run would refuse of the plan, as a *PlanError.
func (p Plan) Check() error {
	_, err := p.complete()
	return err
}

// complete returns the plan with its defaults filled in, or a *PlanError.
func (p Plan) complete() (Plan, error) {
	if len(p.ConnectStages) > 0 {
		c := crowd(p.ConnectStages)
		switch why := c.check(); {
		case why != "":
			return p, refuse("ConnectStages", why)
		case c.most() == 0:
			return p, refuse("ConnectStages", "connect stages without any connection")
		case p.Connections > 0 || p.Duration > 0 || p.Warmup > 0 || p.Messages > 0 || p.ConnectRate > 0 || p.openLoop():
			return p, refuse("ConnectStages", "connect stages make up connections and duration, and go with a closed loop")
		}
		p.Connections = c.most()
		for _, s := range p.ConnectStages {
			p.Duration += s.Length
		}
	}
	if p.Silences.To > 0 {
		if why := p.Silences.check(&p); why != "" {
			return p, refuse("Silences", why)
		}
		set(&p.PingTimeout, DefaultPingTimeout)
		p.Duration = p.Silences.To + p.PingTimeout + time.Second
	}
	set(&p.Connections, DefaultConnections)
	set(&p.ConnectConcurrency, DefaultConnectConcurrency)
	set(&p.ConnectTimeout, DefaultConnectTimeout)
	set(&p.Drain, DefaultDrain)
	set(&p.CloseTimeout, DefaultCloseTimeout)
	set(&p.CloseCode, wsclient.StatusNormalClosure)
	set(&p.FragmentPart, 1)
	if p.ReadRate > 0 {
		set(&p.SlowShare, 1)
	}
	if len(p.Sizes) == 0 && p.broadcasts() {
		p.Sizes = []SizeClass{{Min: DefaultBroadcastSize, Max: DefaultBroadcastSize}}
	}
	if len(p.Sizes) == 0 {
		p.Sizes = []SizeClass{{Min: DefaultSize, Max: DefaultSize}}
	}
	largest, total := 0, 0
	for _, c := range p.Sizes {
		largest = max(largest, c.Max)
		total += c.weight()
		if c.Min < 0 || c.Max < c.Min || c.Max > MaxSize || c.Weight < 0 || c.Weight > maxPattern {
			return p, refuse("Sizes", "a size must lie between 0 and 1 GiB, a weight between 1 and 65536, and a range must not end before it begins")
		}
	}
	if len(p.Stages) > 0 && p.Duration == 0 {
		for _, stage := range p.Stages {
			if stage.Length <= 0 || stage.Length > horizon/1000 || !(min(stage.From, stage.To) >= 0) || max(stage.From, stage.To) > 1e9 {
				return p, refuse("Stages", "a stage needs a length, and rates between 0 and one message per nanosecond")
			}
			p.Duration += stage.Length
		}
	} else if len(p.Stages) > 0 {
		return p, refuse("Stages", "stages make up the duration: give one or the other")
	}
	set(&p.MaxMessage, max(DefaultMaxMessage, int64(largest+len(p.Broadcast.Publish))))
	set(&p.Workers, runtime.GOMAXPROCS(0))
	p.Workers = min(p.Workers, p.Connections)
	if err := p.completeStorm(); err != nil {
		return p, err
	}
	switch {
	case p.Target.Authority == "":
		return p, refuse("Target", "there is no target")
	case p.Connections < 0 || p.Connections > 1<<24:
		return p, refuse("Connections", "connections must be between 1 and 16777216")
	case !(p.ConnectRate >= 0), p.ConnectConcurrency < 0: // NaN is neither
		return p, refuse("ConnectRate", "the connect rate and concurrency must be positive")
	case p.Workers < 0:
		return p, refuse("Workers", "the number of workers must be positive")
	case p.InFlight < 0 || !(p.Rate >= 0) || p.Messages < 0:
		return p, refuse("InFlight", "messages in flight, rate and number of messages must be positive")
	case p.InFlight > 0 && p.openLoop():
		return p, refuse("Rate", "a closed loop (in flight) and an open loop (rate) exclude each other")
	case p.Rate > 0 && len(p.Stages) > 0:
		return p, refuse("Stages", "one rate and stages of rates exclude each other")
	case p.Messages > 0 && len(p.Stages) > 0:
		return p, refuse("Stages", "stages and a number of messages exclude each other")
	case p.InFlight > 1<<20:
		return p, refuse("InFlight", "at most 1048576 messages in flight per connection")
	case p.Rate > 1e9:
		return p, refuse("Rate", "a rate above one message per nanosecond cannot be kept")
	case min(p.Warmup, p.Duration, p.Drain, p.CloseTimeout, p.ConnectTimeout, p.PingInterval, p.PingTimeout) < 0,
		max(p.Warmup, p.Duration, p.Drain, p.CloseTimeout, p.ConnectTimeout, p.PingInterval, p.PingTimeout) > horizon/4: // sums of them still fit
		return p, refuse("Duration", "a duration must lie between 0 and 36 years")
	case p.Duration == 0 && p.Messages == 0:
		return p, refuse("Duration", "a run needs a duration or a number of messages")
	case p.Duration == 0 && p.InFlight == 0 && !p.openLoop():
		return p, refuse("Duration", "a run without messages needs a duration")
	case p.Messages > 0 && p.Warmup > 0:
		return p, refuse("Warmup", "a number of messages and a warm-up exclude each other")
	case p.Fragment < FragmentRandom:
		return p, refuse("Fragment", "the size of fragments must be positive")
	case !(p.FragmentPart >= 0 && p.FragmentPart <= 1):
		return p, refuse("FragmentPart", "the share of messages to fragment must lie between 0 and 1")
	case p.ReadRate < 0, p.ReadRate == 0 && p.SlowShare != 0:
		return p, refuse("ReadRate", "slow readers need a positive rate to read at")
	case !(p.SlowShare >= 0 && p.DeafShare >= 0 && p.SlowShare+p.DeafShare <= 1):
		return p, refuse("SlowShare", "the shares of connections that read slowly and that do not read are between 0 and 1, also together")
	case p.hasBadReaders() && p.broadcasts():
		return p, refuse("Broadcast", "a broadcast and connections that do not read on exclude each other: what these miss would be lost in it")
	case p.hasBadReaders() && p.Messages > 0:
		return p, refuse("Messages", "a number of messages and connections that do not read on exclude each other: they may never be answered")
	case p.hasBadReaders() && len(p.stages()) > 0:
		return p, refuse("Stages", "stages and connections that do not read on exclude each other: messages are counted by the one or the other")
	case p.MaxMessage < 0:
		return p, refuse("MaxMessage", "the largest message must be positive")
	case p.Reply == ReplyEcho && p.MaxMessage < int64(largest):
		return p, refuse("MaxMessage", fmt.Sprintf("messages of %d bytes are sent, but their echo may have only %d", largest, p.MaxMessage))
	case !p.CloseCode.Valid():
		return p, refuse("CloseCode", "close code "+strconv.Itoa(int(p.CloseCode))+" may not be sent: 1000 to 1014 except 1004 to 1006, or 3000 to 4999 (RFC 6455, Section 7.4)")
	case len(p.CloseReason) > 123 || !utf8.ValidString(p.CloseReason):
		return p, refuse("CloseReason", "a close reason is UTF-8 of at most 123 bytes")
	case len(p.Sizes) > 256:
		return p, refuse("Sizes", "at most 256 sizes")
	case total > maxPattern:
		return p, refuse("Sizes", "the weights of the sizes add up to more than 65536")
	case p.Payload == PayloadFile && len(p.PayloadData) == 0 && largest > 0:
		return p, refuse("PayloadData", "the payload is empty")
	case p.Payload == PayloadFile && p.Text && !p.textFits():
		return p, refuse("PayloadData", "the payload is to be sent as text, but is not UTF-8 at every size: a size may cut a character in two")
	}
	if err := p.Broadcast.check(&p); err != nil {
		return p, err
	}
	if p.broadcasts() {
		p.Reply = ReplyNone
	}
	return p, p.checkRoutes()
}

// textFits reports whether the payload data is UTF-8 at each size.
func (p *Plan) textFits() bool {
	for _, c := range p.Sizes {
		all := fit(p.PayloadData, c.Max)
		if !utf8.Valid(all) {
			return false
		}
		for size := c.Min; size < c.Max; size++ {
			if !utf8.RuneStart(all[size]) {
				return false
			}
		}
	}
	return true
}

// upgrade writes out the opening handshake.
func (p *Plan) upgrade() (*wsclient.Upgrade, error) {
	r := p.Request
	r.Target = p.Target
	u, err := r.Prepare()
	if err != nil {
		return nil, refuse("Request", err.Error())
	}
	return u, nil
}

func set[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func refuse(field, text string) error { return &PlanError{Field: field, Text: text} }

// String returns the class as it stands in a result: "125", or "64-4096".
func (c SizeClass) String() string {
	if c.Min == c.Max {
		return strconv.Itoa(c.Min)
	}
	return strconv.Itoa(c.Min) + "-" + strconv.Itoa(c.Max)
}

// String returns "constant" or "poisson".
func (a Arrival) String() string {
	if a == Poisson {
		return "poisson"
	}
	return "constant"
}
