package loadgen

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"wsstorm/wsclient"
)

// TestPlanErrors: a plan that makes no sense is refused with the field that is to
// blame, before anything is opened.
func TestPlanErrors(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		name  string
		field string
		plan  func(p *Plan)
	}{
		{"no target", "Target", func(p *Plan) { p.Target = wsclient.Target{} }},
		{"negative connections", "Connections", func(p *Plan) { p.Connections = -1 }},
		{"2^24+1 connections", "Connections", func(p *Plan) { p.Connections = 1<<24 + 1 }},
		{"negative connect rate", "ConnectRate", func(p *Plan) { p.ConnectRate = -1 }},
		{"connect rate that is no number", "ConnectRate", func(p *Plan) { p.ConnectRate = nan }},
		{"negative connect concurrency", "ConnectRate", func(p *Plan) { p.ConnectConcurrency = -1 }},
		{"negative workers", "Workers", func(p *Plan) { p.Workers = -1 }},
		{"negative in flight", "InFlight", func(p *Plan) { p.InFlight = -1 }},
		{"too many in flight", "InFlight", func(p *Plan) { p.InFlight = 1<<20 + 1 }},
		{"negative rate", "InFlight", func(p *Plan) { p.InFlight, p.Rate = 0, -1 }},
		{"rate that is no number", "InFlight", func(p *Plan) { p.InFlight, p.Rate = 0, nan }},
		{"infinite rate", "Rate", func(p *Plan) { p.InFlight, p.Rate = 0, math.Inf(1) }},
		{"negative read rate", "ReadRate", func(p *Plan) { p.ReadRate = -1 }},
		{"slow readers without a rate", "ReadRate", func(p *Plan) { p.SlowShare = 0.5 }},
		{"a share that is no number", "SlowShare", func(p *Plan) { p.DeafShare = nan }},
		{"more bad readers than connections", "SlowShare", func(p *Plan) { p.ReadRate, p.DeafShare = 1, 0.5 }},
		{"bad readers and messages", "Messages", func(p *Plan) { p.DeafShare, p.Messages = 0.5, 1 }},
		{"bad readers and stages", "Stages", func(p *Plan) { p.InFlight, p.Duration, p.DeafShare, p.Stages = 0, 0, 0.5, []Stage{{1, 1, 1}} }},
		{"bad readers and a close storm", "ReadRate", func(p *Plan) { p.DeafShare, p.CloseShare = 0.5, 0.5 }},
		{"negative messages", "InFlight", func(p *Plan) { p.Messages = -1 }},
		{"closed and open loop", "Rate", func(p *Plan) { p.Rate = 1 }},
		{"closed loop and stages", "Rate", func(p *Plan) { p.Duration, p.Stages = 0, []Stage{{1, 1, 1}} }},
		{"rate and stages", "Stages", func(p *Plan) { p.InFlight, p.Duration, p.Rate, p.Stages = 0, 0, 1, []Stage{{1, 1, 1}} }},
		{"messages and stages", "Stages", func(p *Plan) { p.InFlight, p.Duration, p.Messages, p.Stages = 0, 0, 1, []Stage{{1, 1, 1}} }},
		{"duration and stages", "Stages", func(p *Plan) { p.InFlight, p.Stages = 0, []Stage{{1, 1, 1}} }},
		{"stage without a length", "Stages", func(p *Plan) { p.InFlight, p.Duration, p.Stages = 0, 0, []Stage{{0, 1, 1}} }},
		{"stage of a negative rate", "Stages", func(p *Plan) { p.InFlight, p.Duration, p.Stages = 0, 0, []Stage{{1, 1, -1}} }},
		{"stage of a rate that is no number", "Stages", func(p *Plan) { p.InFlight, p.Duration, p.Stages = 0, 0, []Stage{{1, nan, 1}} }},
		{"negative duration", "Duration", func(p *Plan) { p.Duration = -1 }},
		{"negative warm-up", "Duration", func(p *Plan) { p.Warmup = -1 }},
		{"negative drain", "Duration", func(p *Plan) { p.Drain = -1 }},
		{"negative close timeout", "Duration", func(p *Plan) { p.CloseTimeout = -1 }},
		{"negative connect timeout", "Duration", func(p *Plan) { p.ConnectTimeout = -1 }},
		{"negative ping timeout", "Duration", func(p *Plan) { p.PingTimeout = -1 }},
		{"silences that end before they begin", "Silences", func(p *Plan) { p.Duration, p.InFlight, p.Silences = 0, 0, Silences{2, 1} }},
		{"messages in a silence", "Silences", func(p *Plan) { p.Duration, p.InFlight, p.Silences = 0, 1, Silences{0, 1} }},
		{"Pings in a silence", "Silences", func(p *Plan) { p.Duration, p.InFlight, p.PingInterval, p.Silences = 0, 0, 1, Silences{0, 1} }},
		{"silences and a duration", "Silences", func(p *Plan) { p.Duration, p.InFlight, p.Silences = 1, 0, Silences{0, 1} }},
		{"negative ping interval", "Duration", func(p *Plan) { p.PingInterval = -1 }},
		{"a duration of centuries", "Duration", func(p *Plan) { p.Duration = math.MaxInt64 }},
		{"neither duration nor messages", "Duration", func(p *Plan) { p.Duration = 0 }},
		{"nothing to send, and no duration", "Duration", func(p *Plan) { p.Duration, p.InFlight, p.Messages = 0, 0, 5 }},
		{"messages and a warm-up", "Warmup", func(p *Plan) { p.Messages, p.Warmup = 1, 1 }},
		{"negative fragment", "Fragment", func(p *Plan) { p.Fragment = -2 }},
		{"negative share of fragments", "FragmentPart", func(p *Plan) { p.FragmentPart = -0.1 }},
		{"more than all in fragments", "FragmentPart", func(p *Plan) { p.FragmentPart = 1.1 }},
		{"share of fragments that is no number", "FragmentPart", func(p *Plan) { p.FragmentPart = nan }},
		{"negative size", "Sizes", func(p *Plan) { p.Sizes = []SizeClass{{Min: -1}} }},
		{"range that ends before it begins", "Sizes", func(p *Plan) { p.Sizes = []SizeClass{{Min: 2, Max: 1}} }},
		{"more than 1 GiB", "Sizes", func(p *Plan) { p.Sizes = []SizeClass{{Max: MaxSize + 1}} }},
		{"negative weight", "Sizes", func(p *Plan) { p.Sizes = []SizeClass{{Weight: -1}} }},
		{"weights that overflow", "Sizes", func(p *Plan) { p.Sizes = []SizeClass{{Weight: math.MaxInt}, {Weight: math.MaxInt}} }},
		{"weights of more than 65536", "Sizes", func(p *Plan) { p.Sizes = []SizeClass{{Weight: 60000}, {Weight: 5537}} }},
		{"257 sizes", "Sizes", func(p *Plan) { p.Sizes = make([]SizeClass, 257) }},
		{"negative limit", "MaxMessage", func(p *Plan) { p.MaxMessage = -1 }},
		{"echoes above the limit", "MaxMessage", func(p *Plan) { p.MaxMessage, p.Sizes = 99, []SizeClass{{Max: 100}} }},
		{"close code 1005", "CloseCode", func(p *Plan) { p.CloseCode = wsclient.StatusNoStatus }},
		{"close code 2000", "CloseCode", func(p *Plan) { p.CloseCode = 2000 }},
		{"close reason of 124 bytes", "CloseReason", func(p *Plan) { p.CloseReason = strings.Repeat("x", 124) }},
		{"close reason that is not UTF-8", "CloseReason", func(p *Plan) { p.CloseReason = "\xFF" }},
		{"empty payload", "PayloadData", func(p *Plan) { p.Payload = PayloadFile }},
		{"text that is none", "PayloadData", func(p *Plan) { p.Payload, p.Text, p.PayloadData = PayloadFile, true, []byte("\xFF") }},
		{"text cut inside of a character", "PayloadData", func(p *Plan) {
			p.Payload, p.Text, p.PayloadData, p.Sizes = PayloadFile, true, []byte("äöü"), []SizeClass{{Min: 2, Max: 5}}
		}},
		{"header that is none", "Request", func(p *Plan) { p.Request.Headers = []wsclient.Header{{Name: "a b", Value: "c"}} }},
		{"epoll with TLS", "Driver", func(p *Plan) { p.Target.Secure, p.Driver = true, DriverEpoll }},
		{"epoll on a Unix socket", "Driver", func(p *Plan) { p.UnixSocket, p.Driver = "/tmp/s", DriverEpoll }},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := aimed(t, Plan{InFlight: 1, Duration: time.Hour}, "ws://127.0.0.1:9/")
			c.plan(&p)
			res, err := Run(context.Background(), p)
			var fault *PlanError
			if res != nil || !errors.As(err, &fault) {
				t.Fatalf("got %v, %v; want a *PlanError", res, err)
			}
			if fault.Field != c.field {
				t.Errorf("field: got %s (%v), want %s", fault.Field, err, c.field)
			}
			if text := err.Error(); text == "" || strings.Contains(text, "\n") {
				t.Errorf("want one line, got %q", text)
			}
		})
	}
}

func TestPlanDefaults(t *testing.T) {
	p := completed(t, Plan{Duration: time.Second})
	if p.Connections != 50 || p.ConnectConcurrency != 128 || p.ConnectTimeout != 10*time.Second || p.Drain != 5*time.Second ||
		p.CloseTimeout != 5*time.Second || p.CloseCode != 1000 || p.FragmentPart != 1 || p.MaxMessage != 64<<20 ||
		len(p.Sizes) != 1 || p.Sizes[0] != (SizeClass{Min: 20, Max: 20}) || p.Workers < 1 {
		t.Errorf("got %+v", p)
	}
	// The limit on what a peer may send follows the messages.
	p = completed(t, Plan{Duration: time.Second, Sizes: []SizeClass{{Min: 1, Max: 100 << 20}}, Connections: 1, Workers: 8})
	if p.MaxMessage != 100<<20 || p.Workers != 1 {
		t.Errorf("limit %d, %d workers; want 100 MiB, 1", p.MaxMessage, p.Workers)
	}
	// What is put around them too.
	p = completed(t, Plan{Duration: time.Second, Sizes: []SizeClass{{Min: 64 << 20, Max: 64 << 20}}, Connections: 2, Rate: 1, Text: true,
		Broadcast: Broadcast{Publishers: 1, Publish: `{"data":"{payload}"}`}})
	if want := int64(64<<20 + len(`{"data":""}`)); p.MaxMessage < want {
		t.Errorf("limit %d of a broadcast, want %d at least", p.MaxMessage, want)
	}
}

// TestTextFits: a size at which the data ends between two characters
// is as good as any.
func TestTextFits(t *testing.T) {
	completed(t, Plan{Duration: 1, Text: true, Payload: PayloadFile, PayloadData: []byte("äöü"), Sizes: []SizeClass{{Min: 2, Max: 2}, {Min: 4, Max: 4}, {Min: 12, Max: 12}}})
	p := Plan{Text: true, Payload: PayloadFile, PayloadData: []byte("äöü"), Sizes: []SizeClass{{Min: 2, Max: 4}}}
	if p.textFits() {
		t.Error("2 to 4 bytes of äöü: got that they fit")
	}
	p.PayloadData, p.Sizes = []byte("aou"), []SizeClass{{Min: 0, Max: 64 << 20}} // at once, however many sizes there are
	if !p.textFits() {
		t.Error("0 to 64 MiB of aou: got that they do not fit")
	}
}
