package loadgen

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

// driverPlans returns, for each driver that this platform has, a plan that selects
// it. Its timeouts are far longer than anything takes that works.
func driverPlans() map[string]Plan {
	p := Plan{
		Connections: 10, Seed: 1, Workers: 2,
		ConnectTimeout: time.Minute, Drain: time.Minute, CloseTimeout: time.Minute,
	}
	plans := map[string]Plan{}
	p.Driver = DriverPortable
	plans["portable"] = p
	if haveEpoll {
		p.Driver = DriverEpoll
		plans["epoll"] = p
	}
	return plans
}

// eachDriver runs f once for each driver, with its plan, at the same time.
func eachDriver(t *testing.T, f func(t *testing.T, p Plan)) {
	t.Helper()
	var all errgroup.Group
	for name, p := range driverPlans() {
		all.Go(func() error {
			t.Run(name, func(t *testing.T) { f(t, p) })
			return nil
		})
	}
	all.Wait()
}

// atOnce runs f for each driver and each case, limit of them at the same time:
// for tests that do little but wait.
func atOnce[Case any](t *testing.T, limit int, cases map[string]Case, f func(t *testing.T, p Plan, c Case)) {
	t.Helper()
	var all errgroup.Group
	all.SetLimit(limit)
	for driver, p := range driverPlans() {
		for name, c := range cases {
			all.Go(func() error {
				t.Run(driver+", "+name, func(t *testing.T) { f(t, p, c) })
				return nil
			})
		}
	}
	all.Wait()
}

// aimed returns p with a target.
func aimed(t *testing.T, p Plan, url string) Plan {
	t.Helper()
	target, err := wsclient.ParseTarget(url)
	if err != nil {
		t.Fatal(err)
	}
	p.Target = target
	return p
}

// loadUntil is load of a run that is over as soon as the counts of a second say so:
// how long that takes is the machine's business.
func loadUntil(t *testing.T, p Plan, enough func(stats.Totals) bool) *stats.Result {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	p.Duration = 50 * time.Second
	p.Progress = func(at Progress) {
		if enough(at.Totals) {
			cancel()
		}
	}
	r := load(t, ctx, p)
	if !r.Interrupted {
		t.Error("it never came to what was waited for")
	}
	return r
}

// load runs p and checks what must hold of any result.
func load(t *testing.T, ctx context.Context, p Plan) *stats.Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	res, err := Run(ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		t.Error("the run had to be ended after a minute")
	}
	want := map[DriverName]string{DriverPortable: "portable", DriverEpoll: "epoll"}[p.Driver]
	if res.Driver != want {
		t.Errorf("driver: got %s, want %s", res.Driver, want)
	}
	addsUp(t, p, res)
	return res
}

// addsUp checks that the result of p does not contradict itself.
func addsUp(t *testing.T, p Plan, r *stats.Result) {
	t.Helper()
	equal := func(what string, got, want int64) {
		if got != want {
			t.Errorf("%s: %d and %d", what, got, want)
		}
	}
	c, m := r.Connections, r.Messages
	equal("opened = closed + peer_closed + dropped + still_open", c.Opened, c.Closed+c.PeerClosed+c.Dropped+c.StillOpen)
	if !r.Interrupted {
		equal("requested + reattempts = opened + failed", c.Requested+c.Reattempts, c.Opened+c.Failed)
	} else if c.Opened+c.Failed > c.Requested+c.Reattempts {
		t.Errorf("%d opened and %d failed of %d requested", c.Opened, c.Failed, c.Requested)
	}
	if c.LeftOpen > c.Closed+c.PeerClosed {
		t.Errorf("%d left open of %d closed by us and %d by the peer", c.LeftOpen, c.Closed, c.PeerClosed)
	}
	closes := int64(0)
	for _, n := range r.Closes {
		closes += n.Count
	}
	equal("the sum of close codes = opened", closes, c.Opened)
	if p.Reply != ReplyNone {
		equal("expected = received + lost + abandoned", r.Expected(), m.Received+m.Lost+m.Abandoned)
	}
	// One interval begins where the one before it ended.
	for k, i := range r.Intervals[1:] {
		if begins, ended := i.TimeS-i.LengthS, r.Intervals[k].TimeS; math.Abs(begins-ended) > 1e-6 {
			t.Errorf("interval %d (%s) begins at %.6f s, the one before it (%s) ended at %.6f s", k+1, i.Phase, begins, r.Intervals[k].Phase, ended)
		}
	}
	if len(r.Sizes) > 0 {
		var sum stats.Messages
		for _, s := range r.Sizes {
			addMessages(&sum, s.Messages)
		}
		sum.Rate = m.Rate
		if sum != m {
			t.Errorf("the sizes add up to %+v, the messages are %+v", sum, m)
		}
	}
	// Groups aside are in no total but those of connections, and only wrong bytes
	// of theirs are failures.
	var aside stats.Messages
	var cut, badReaders int64
	for _, g := range r.Groups {
		if p.Reply != ReplyNone {
			equal("group "+g.Name+": sent = received + lost + abandoned", g.Messages.Sent, g.Messages.Received+g.Messages.Lost+g.Messages.Abandoned)
		}
		if g.Aside {
			addMessages(&aside, g.Messages)
			cut += g.Cut
			badReaders += g.Connections
		}
	}
	handshakes, closed := c.Closed-c.ClosedFIN-c.ClosedRST-c.Vanished, timed(r, "close")
	if closed > handshakes || closed < handshakes-badReaders {
		t.Errorf("close: %d values of %d closed by the handshake, %d of them by bad readers", closed, handshakes, badReaders)
	}
	unanswered := sumOf(r, stats.ErrCloseTimeout)
	if unanswered > c.StillOpen || unanswered < c.StillOpen-badReaders {
		t.Errorf("close_timeout: %d of %d still open, %d of them bad readers", unanswered, c.StillOpen, badReaders)
	}
	if badReaders == 0 {
		equal("peer_closed = its class", c.PeerClosed, sumOf(r, stats.ErrPeerClosed))
	}
	m.Mismatched += aside.Mismatched
	m.Duplicated += aside.Duplicated
	m.Reordered += aside.Reordered
	m.Unexpected += aside.Unexpected
	for class, n := range map[stats.Class]int64{
		stats.ErrLost: m.Lost, stats.ErrMismatched: m.Mismatched, stats.ErrDuplicated: m.Duplicated,
		stats.ErrReordered: m.Reordered, stats.ErrUnexpected: m.Unexpected, stats.ErrUnsent: m.Unsent,
	} {
		equal("errors of class "+class.String()+" = what is counted beside", r.Errors[class.String()].Count, n)
	}
	equal("failed = the classes of opening", c.Failed, sumOf(r, stats.ErrDNS, stats.ErrRefused, stats.ErrConnectTimeout,
		stats.ErrConnect, stats.ErrUpgradeStatus, stats.ErrUpgrade, stats.ErrUpgradeTimeout, stats.ErrUpgradeClosed, stats.ErrTLS))
	equal("dropped + closed by the peer = cut + the classes of broken connections", c.Dropped+c.PeerClosed, cut+sumOf(r, stats.ErrPeerClosed, stats.ErrReset, stats.ErrEOF, stats.ErrProtocol,
		stats.ErrTooBig, stats.ErrIO, stats.ErrPingTimeout))
	if b := r.Broadcast; b != nil {
		equal("delivery = received = delivered", timed(r, "delivery"), m.Received)
		equal("delivered = received", b.Delivered, m.Received)
		equal("published = sent", b.Published, m.Sent)
		equal("expected = delivered + lost", b.Expected, b.Delivered+b.Lost)
		if b.Subscribers > 1 {
			equal("skew = published - incomplete", timed(r, "skew"), b.Published-b.Incomplete)
		}
		equal("rtt and service of a broadcast", timed(r, "rtt")+timed(r, "service"), 0)
	} else {
		equal("rtt = received", timed(r, "rtt"), m.Received)
		equal("service = received", timed(r, "service"), m.Received)
	}
	equal("open = opened", timed(r, "open"), c.Opened)
	if v := r.Recovery; v != nil {
		equal("recovery = recovered", timed(r, "recovery"), v.Recovered)
		if v.Recovered > v.Lost || v.Failed > v.Attempts || v.Recovered+v.Failed > v.Attempts {
			t.Errorf("a recovery that does not add up: %+v", v)
		}
	}
	if p.storm() {
		var sum stats.Messages
		for _, g := range r.Groups {
			addMessages(&sum, g.Messages)
		}
		sum.Rate = m.Rate
		if sum != m {
			t.Errorf("the groups add up to %+v, the messages are %+v", sum, m)
		}
	}
	if r.Load.Rate > 0 {
		equal("lag = sent - blocked", timed(r, "lag"), m.Sent-m.Blocked)
	}
	seconds := 0.0
	for _, i := range r.Intervals {
		seconds += i.LengthS
	}
	if last := len(r.Intervals) - 1; last < 0 || r.Intervals[last].Connections != 0 {
		t.Errorf("%d intervals, and connections open at the end of the last: %+v", last+1, r.Intervals[max(last, 0):])
	}
	if r.WindowS < 0 || r.WindowS > seconds+1e-6 {
		t.Errorf("a window of %v s in a run of %v s", r.WindowS, seconds)
	}
}

// timed returns how many values a latency has.
func timed(r *stats.Result, name string) int64 {
	if l := r.Latency[name]; l != nil {
		return l.Count
	}
	return 0
}

func addMessages(sum *stats.Messages, m stats.Messages) {
	sum.Sent += m.Sent
	sum.Received += m.Received
	sum.Lost += m.Lost
	sum.Mismatched += m.Mismatched
	sum.Duplicated += m.Duplicated
	sum.Reordered += m.Reordered
	sum.Unexpected += m.Unexpected
	sum.Unsent += m.Unsent
	sum.Prevented += m.Prevented
	sum.Blocked += m.Blocked
	sum.Abandoned += m.Abandoned
	sum.Withdrawn += m.Withdrawn
}

func sumOf(r *stats.Result, classes ...stats.Class) int64 {
	n := int64(0)
	for _, c := range classes {
		n += r.Errors[c.String()].Count
	}
	return n
}

// wantErrors checks which classes of failures there are, and nothing else.
func wantErrors(t *testing.T, r *stats.Result, classes ...stats.Class) {
	t.Helper()
	for name, e := range r.Errors {
		if !slices.ContainsFunc(classes, func(c stats.Class) bool { return c.String() == name }) {
			t.Errorf("%d errors of class %s: %s", e.Count, name, e.Example)
		}
	}
	for _, c := range classes {
		if r.Errors[c.String()].Count == 0 {
			t.Errorf("no error of class %v", c)
		}
	}
}

// wantConnections checks how connections were counted.
func wantConnections(t testing.TB, r *stats.Result, want stats.Connections) {
	t.Helper()
	c := r.Connections
	got := stats.Connections{
		Requested: c.Requested, Opened: c.Opened, Failed: c.Failed,
		Closed: c.Closed, PeerClosed: c.PeerClosed, Dropped: c.Dropped, StillOpen: c.StillOpen,
	}
	if got != want {
		t.Errorf("connections:\n got %+v\nwant %+v", got, want)
	}
}
