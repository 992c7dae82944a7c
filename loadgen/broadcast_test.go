package loadgen

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"testing"
	"time"

	gorilla "github.com/gorilla/websocket"

	"wsstorm/internal/echoserver"
	"wsstorm/stats"
	"wsstorm/wsclient"
)

// withFaults starts the built-in server with faults.
func withFaults(t *testing.T, faults echoserver.Faults) *echoserver.Server {
	t.Helper()
	s, err := echoserver.Listen("127.0.0.1:0", echoserver.Config{Compress: true, Faults: faults})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return s
}

// TestBroadcastAddsUp: one message becomes as many copies as there are
// subscribers, and each of them is accounted for.
func TestBroadcastAddsUp(t *testing.T) {
	atOnce(t, 2, map[string]Plan{
		"1 to 200":         {Connections: 201, Broadcast: Broadcast{Publishers: 1}},
		"20 to 3":          {Connections: 23, Broadcast: Broadcast{Publishers: 20}},
		"compressed":       {Connections: 20, Broadcast: Broadcast{Publishers: 1}, Request: wsclient.Request{Deflate: &wsclient.DeflateParams{}}},
		"fragments, sizes": {Connections: 20, Broadcast: Broadcast{Publishers: 2}, Fragment: FragmentRandom, Sizes: []SizeClass{{Min: 32, Max: 400}, {Min: 20_000, Max: 20_000}}},
	}, func(t *testing.T, p Plan, c Plan) {
		p.Connections, p.Broadcast, p.Request, p.Fragment, p.Sizes = c.Connections, c.Broadcast, c.Request, c.Fragment, c.Sizes
		p.Rate, p.Messages = 1000, 50
		// To the sender as well: that is no delivery.
		r := load(t, t.Context(), aimed(t, p, withFaults(t, echoserver.Faults{Broadcast: echoserver.BroadcastAll, Queue: 8 << 20}).URL()))
		wantErrors(t, r)
		publishers := int64(p.Broadcast.Publishers)
		subscribers := int64(p.Connections) - publishers
		copies := 50 * subscribers
		got := *r.Broadcast
		if got.Rate <= 0 || got.Fanout != float64(subscribers) {
			t.Errorf("got %v copies a second, %v of each message", got.Rate, got.Fanout)
		}
		got.Rate, got.Fanout = 0, 0
		want := stats.Broadcast{Publishers: publishers, Subscribers: subscribers, Published: 50, Expected: copies, Delivered: copies}
		if got != want {
			t.Errorf("broadcast:\n got %+v\nwant %+v", got, want)
		}
		if f := r.Fairness; f == nil || f.Min != 50 || f.Max != 50 {
			t.Errorf("fairness: got %+v, want 50 for each subscriber", f)
		}
		if compressed := p.Request.Deflate != nil; compressed != (r.Compression != nil) {
			t.Errorf("compression: got %+v", r.Compression)
		}
	})
}

// TestBroadcastFaults: what a server does wrong with copies is reported as what it
// is, and as often as it was done.
func TestBroadcastFaults(t *testing.T) {
	t.Parallel() // it mostly waits
	type faults = echoserver.Faults
	atOnce(t, 10, map[string]faults{
		"none":      {},
		"drop":      {Drop: 0.1},
		"duplicate": {Duplicate: 0.1},
		"reorder":   {Reorder: 0.1, ReorderWait: 500 * time.Millisecond},
		"flip":      {Flip: 0.2},
	}, func(t *testing.T, p Plan, f faults) {
		f.Broadcast, f.Seed = echoserver.BroadcastOthers, 7
		s := withFaults(t, f)
		p.Connections, p.Broadcast.Publishers = 21, 1
		p.Rate, p.Messages, p.Drain = 1000, 50, time.Second
		r := load(t, t.Context(), aimed(t, p, s.URL()))
		b, did := *r.Broadcast, s.Counts()
		if f.Flip > 0 {
			// One that struck the mark makes a message of somebody else's, one
			// that struck the stamp a message of nobody's; of both copies the
			// subscriber is without.
			if b.Mismatched+b.Other != did.Flipped || b.Lost < b.Other || b.Lost >= did.Flipped || b.Mismatched == 0 {
				t.Errorf("%d flipped: got %+v", did.Flipped, b)
			}
			wantErrors(t, r, stats.ErrMismatched, stats.ErrLost)
			return
		}
		if b.Expected != 1000 || b.Lost != did.Dropped || b.Duplicated != did.Duplicated || b.Mismatched+b.Other != 0 {
			t.Errorf("the server did %v: got %+v", did, b)
		}
		switch {
		case f.Drop > 0 && (b.Lost == 0 || b.Incomplete == 0 || b.Incomplete > 50):
			t.Errorf("got %+v", b)
		case f.Duplicate > 0 && b.Duplicated == 0:
			t.Errorf("got %+v", b)
		case f.Reorder > 0 && (b.Reordered == 0 || b.Reordered != did.Reordered):
			t.Errorf("the server did %v: got %d reordered", did, b.Reordered)
		case f.Reorder == 0 && b.Reordered != 0:
			t.Errorf("got %d reordered", b.Reordered)
		}
	})
}

// A pubsub is a server that speaks JSON: it wants to be subscribed to, says so,
// and wraps what it hands on.
type pubsub struct {
	mu       sync.Mutex
	channels map[string]map[*gorilla.Conn]bool
	alter    bool // the last character of the first message
	altered  bool

	// hold keeps the first to subscribe waiting: for a while, or until something
	// is published, which must not happen.
	hold    chan struct{}
	holding sync.Once
	release sync.Once
}

type pubsubMessage struct {
	Type    string `json:"type"`
	Channel string `json:"channel"`
	Data    string `json:"data,omitempty"`
	Sender  string `json:"sender,omitempty"`
}

func (p *pubsub) serve(s *echoServer, w http.ResponseWriter, r *http.Request) {
	up := gorilla.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	c, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer c.Close()
	defer p.leave(c)
	p.say(c, pubsubMessage{Type: "welcome"})
	for {
		_, text, err := c.ReadMessage()
		if err != nil {
			return
		}
		var m pubsubMessage
		if json.Unmarshal(text, &m) == nil {
			p.handle(c, m)
		}
	}
}

func (p *pubsub) handle(c *gorilla.Conn, m pubsubMessage) {
	if p.hold != nil && m.Type == "publish" {
		p.release.Do(func() { close(p.hold) })
	} else if p.hold != nil {
		p.holding.Do(func() {
			select {
			case <-p.hold:
			case <-time.After(100 * time.Millisecond):
			}
		})
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch m.Type {
	case "subscribe":
		if p.channels[m.Channel] == nil {
			p.channels[m.Channel] = map[*gorilla.Conn]bool{}
		}
		p.channels[m.Channel][c] = true
		c.WriteJSON(pubsubMessage{Type: "subscribed", Channel: m.Channel})
	case "publish":
		if p.alter && !p.altered {
			p.altered = true
			m.Data = m.Data[:len(m.Data)-1] + "!"
		}
		for to := range p.channels[m.Channel] {
			to.WriteJSON(pubsubMessage{Type: "message", Channel: m.Channel, Data: m.Data, Sender: "~<somebody>"})
		}
		c.WriteJSON(pubsubMessage{Type: "published", Channel: m.Channel, Data: m.Data})
	}
}

func (p *pubsub) say(c *gorilla.Conn, m pubsubMessage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c.WriteJSON(m)
}

func (p *pubsub) leave(c *gorilla.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, members := range p.channels {
		delete(members, c)
	}
}

// TestBroadcastOverJSON: any server will do that takes and gives text.
func TestBroadcastOverJSON(t *testing.T) {
	atOnce(t, 4, map[string]bool{"faithful": false, "altering": true}, func(t *testing.T, p Plan, alter bool) {
		hub := &pubsub{channels: map[string]map[*gorilla.Conn]bool{}, alter: alter}
		s := new(echoServer).start(t, hub.serve)
		p.Connections, p.Rate, p.Messages, p.Text = 33, 1000, 60, true
		p.Broadcast = Broadcast{
			Publishers: 3,
			Subscribe:  []string{`{"type":"subscribe","channel":"a"}`, `{"type":"subscribe","channel":"b"}`},
			Publish:    `{"type":"publish","channel":"b","data":"{payload}"}`,
		}
		r := load(t, t.Context(), aimed(t, p, s.URL()))
		b := *r.Broadcast
		b.Rate, b.Fanout = 0, 0
		want := stats.Broadcast{
			Publishers: 3, Subscribers: 30, Published: 60, Expected: 1800, Delivered: 1800,
			Other: 3 * 30, // a welcome, and two subscriptions confirmed
		}
		if alter {
			want.Mismatched = 30
		}
		if b != want {
			t.Errorf("broadcast:\n got %+v\nwant %+v", b, want)
		}
		if alter {
			wantErrors(t, r, stats.ErrMismatched)
		} else {
			wantErrors(t, r)
		}
	})
}

// TestBroadcastWaitsForItsSubscribers: nothing is published before the server has
// read what the last of them had to say.
func TestBroadcastWaitsForItsSubscribers(t *testing.T) {
	eachDriver(t, func(t *testing.T, p Plan) {
		hub := &pubsub{channels: map[string]map[*gorilla.Conn]bool{}, hold: make(chan struct{})}
		s := new(echoServer).start(t, hub.serve)
		p.Connections, p.Rate, p.Messages, p.Drain, p.Text = 6, 10_000, 10, time.Second, true
		p.Broadcast = Broadcast{
			Publishers: 1,
			Subscribe:  []string{`{"type":"subscribe","channel":"a"}`},
			Publish:    `{"type":"publish","channel":"a","data":"{payload}"}`,
		}
		r := load(t, t.Context(), aimed(t, p, s.URL()))
		if b := r.Broadcast; b.Delivered != 50 || b.Lost != 0 {
			t.Errorf("got %+v", b)
		}
		wantErrors(t, r)
	})
}

// TestBroadcastThatLosesConnections: only those who were there when a message was
// sent are expected to get it.
func TestBroadcastThatLosesConnections(t *testing.T) {
	atOnce(t, 2, map[string]float64{"half of them": 0.5}, func(t *testing.T, p Plan, share float64) {
		s := withFaults(t, echoserver.Faults{
			Broadcast:  echoserver.BroadcastOthers,
			ResetAfter: echoserver.After{Time: slowness * 200 * time.Millisecond, Share: share},
		})
		p.Connections, p.Broadcast.Publishers = 40, 10
		p.Rate, p.Duration, p.Drain = 1000, 600*slowness*time.Millisecond, 200*time.Millisecond
		r := load(t, t.Context(), aimed(t, p, s.URL()))
		b, reset := r.Broadcast, s.Counts().Reset
		if reset == 0 || r.Connections.Dropped != reset {
			t.Errorf("the server reset %d connections, %d were dropped", reset, r.Connections.Dropped)
		}
		if b.Expected >= b.Published*b.Subscribers || b.Delivered == 0 {
			t.Errorf("with %d connections lost: got %+v", reset, b)
		}
	})
}

// TestBroadcastWithoutListeners: a server that hands on nothing loses everything,
// and one that answers no Ping does not hold up the run for good.
func TestBroadcastWithoutListeners(t *testing.T) {
	atOnce(t, 2, map[string]echoserver.Faults{
		"deaf and dumb": {Drop: 1, NoPong: 1, Broadcast: echoserver.BroadcastOthers},
	}, func(t *testing.T, p Plan, faults echoserver.Faults) {
		s := withFaults(t, faults)
		p.Connections, p.Broadcast.Publishers = 4, 1
		p.Rate, p.Duration, p.Drain, p.ConnectTimeout = 100, 100*time.Millisecond, 100*time.Millisecond, slowness*time.Second
		r := load(t, t.Context(), aimed(t, p, s.URL()))
		b := r.Broadcast
		if b.Published == 0 || b.Lost != 3*b.Published || b.Incomplete != b.Published || b.Delivered != 0 {
			t.Errorf("got %+v, want all lost", b)
		}
		wantErrors(t, r, stats.ErrLost)
	})
}

func TestBroadcastPlans(t *testing.T) {
	ok := Plan{Rate: 1, Duration: time.Second, Connections: 3, Broadcast: Broadcast{Publishers: 2}}
	for _, c := range []struct {
		name   string
		change func(*Plan)
		want   string
	}{
		{"as it is", func(p *Plan) {}, ""},
		{"nobody subscribes", func(p *Plan) { p.Broadcast.Publishers = 3 }, "3 of 3 connections publish, which leaves no subscriber"},
		{"nobody publishes", func(p *Plan) { p.Broadcast = Broadcast{Subscribe: []string{"x"}} }, "messages of a broadcast need publishers"},
		{"fewer than nobody", func(p *Plan) { p.Broadcast.Publishers = -1 }, "the number of publishers must be positive"},
		{"a closed loop", func(p *Plan) { p.Rate, p.InFlight = 0, 1 }, "a broadcast is an open loop: it needs a rate or stages"},
		{"replies", func(p *Plan) { p.Reply = ReplyAny }, "nothing answers a message of a broadcast: a reply mode makes no sense"},
		{"a file", func(p *Plan) { p.Payload, p.PayloadData = PayloadFile, []byte("x") }, "messages of a broadcast carry a stamp: the bytes of a file have no place for it"},
		{"no place", func(p *Plan) { p.Text, p.Broadcast.Publish = true, "x" }, "what is published must contain {payload} once"},
		{"two places", func(p *Plan) { p.Text, p.Broadcast.Publish = true, "{payload}{payload}" }, "what is published must contain {payload} once"},
		{"a binary template", func(p *Plan) { p.Broadcast.Publish = "{payload}" }, "a template is sent as text, and so is its payload"},
		{"no text", func(p *Plan) { p.Text, p.Broadcast.Publish = true, "{payload}\xff" }, "what is published is not UTF-8"},
		{"no text to subscribe with", func(p *Plan) { p.Broadcast.Subscribe = []string{"\xff"} }, "what a subscriber sends is not UTF-8"},
		{"too small", func(p *Plan) { p.Sizes = []SizeClass{{Min: 31, Max: 31}} }, "messages of a broadcast carry a stamp of 32 bytes: a size of 31 is too small"},
		{"too many", func(p *Plan) { p.Connections, p.Broadcast.Publishers = 1<<20, 1<<19 }, "publishers × subscribers must not exceed 67108864"},
	} {
		p := ok
		c.change(&p)
		p.Target.Authority = "127.0.0.1:9"
		got := ""
		if err := p.Check(); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
