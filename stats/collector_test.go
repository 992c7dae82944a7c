package stats

import (
	"reflect"
	"sync"
	"testing"
	"time"
)

func TestTickTakesWhatIsNew(t *testing.T) {
	a, b := NewShard(2), NewShard(2)
	c := NewCollector([]*Shard{a, b}, []string{"1", "2"}, nil)
	c.used = Usage{User: time.Second}
	c.read = usages(
		Usage{User: 2 * time.Second, System: 800 * time.Millisecond, GCCycles: 1},
		Usage{User: 2 * time.Second, System: 900 * time.Millisecond, GCCycles: 1},
		Usage{User: 3 * time.Second, System: 900 * time.Millisecond, GCCycles: 3})

	a.Opened, b.Opened = 3, 2
	a.AllSent, b.AllSent = 10, 20
	a.AllReceived, b.AllReceived = 9, 19
	a.Fail(ErrReset, "reset")
	a.RecordReply(false, 0, 40*time.Millisecond, 10*time.Millisecond)
	b.RecordReply(true, 1, 20*time.Millisecond, 10*time.Millisecond)
	b.RecordReply(true, 0, 30*time.Millisecond, 10*time.Millisecond)
	got := c.Tick(-time.Second, 900*time.Millisecond, "warmup")
	want := Interval{
		TimeS: -1, Phase: "warmup", LengthS: 0.9,
		Sent: 30, Received: 28, Errors: 1, Connections: 5, Opened: 5,
		RTTP50NS: equivalent(30 * time.Millisecond), RTTP99NS: equivalent(40 * time.Millisecond), RTTMaxNS: equivalent(40 * time.Millisecond),
		Client: ClientSample{CPUCores: 2, GCCycles: 1},
	}
	if got != want {
		t.Errorf("first tick: got %+v, want %+v", got, want)
	}

	b.Dropped, a.Closed, a.PeerClosed, a.StillOpen = 1, 1, 1, 1
	b.AllSent += 5
	b.Fail(ErrReset, "another")
	b.Fail(ErrEOF, "")
	a.Fail(ErrLost, "")
	got = c.Tick(0, time.Second, "measure")
	want = Interval{Phase: "measure", LengthS: 1, Sent: 5, Errors: 3, Connections: 1, Closed: 4, Client: ClientSample{CPUCores: 0.1}}
	if got != want {
		t.Errorf("second tick: got %+v, want %+v", got, want)
	}

	if got, want := c.Totals(), (Totals{Opened: 5, Sent: 35, Received: 28, Errors: 4, Lost: 1}); got != want {
		t.Errorf("totals: got %+v, want %+v", got, want)
	}

	a.RecordReply(true, 1, 5*time.Millisecond, time.Millisecond)
	got = c.Tick(time.Second, time.Second, "measure")
	if want := equivalent(5 * time.Millisecond); got.RTTP50NS != want || got.RTTMaxNS != want {
		t.Errorf("third tick: got p50 %d and max %d, want %d", got.RTTP50NS, got.RTTMaxNS, want)
	}
	if want := (ClientSample{CPUCores: 1, GCCycles: 2}); got.Client != want {
		t.Errorf("third tick: got client %+v, want %+v", got.Client, want)
	}
}

// equivalent returns how a histogram tells d.
func equivalent(d time.Duration) int64 {
	return bucketTop(bucketIndex(int64(d)))
}

func TestFill(t *testing.T) {
	a, b := NewShard(2), NewShard(2)
	c := NewCollector([]*Shard{a, b}, []string{"1", "2-3"}, nil)
	for range 15 {
		a.RecordReply(true, 0, time.Millisecond, time.Millisecond)
		b.RecordReply(true, 1, 3*time.Millisecond, 2*time.Millisecond)
		b.RecordReply(false, 1, time.Second, time.Second)
		a.Sizes[0].Sent, a.Sizes[0].Received = a.Sizes[0].Sent+1, a.Sizes[0].Received+1
		b.Sizes[1].Sent, b.Sizes[1].Received = b.Sizes[1].Sent+1, b.Sizes[1].Received+1
	}
	c.Tick(time.Second, time.Second, "measure")
	// Recorded after the last tick, and counted all the same.
	a.Record(Lag, -time.Second)
	b.Record(Lag, time.Second)
	b.Sizes[1] = MessageCounters{
		Sent: 20, Received: 16, Lost: 4, Mismatched: 1, Duplicated: 2, Reordered: 3, Unexpected: 5, Unsent: 6, Blocked: 7,
	}
	a.Opened, a.Closed, b.Opened, b.Dropped, b.Failed, a.PeerClosed, b.StillOpen = 3, 2, 2, 1, 4, 1, 1
	a.BytesSent, b.BytesSent, b.BytesReceived = 1, 2, 4
	a.Deflate, b.Deflate = Compression{1, 2, 3, 4}, Compression{10, 20, 30, 40}
	b.Fail(ErrEOF, "b")
	a.Fail(ErrEOF, "a")
	for range 2 {
		a.CloseCodes(1000, 1001)
		b.CloseCodes(1000, 1001)
		b.CloseCodes(0, 0)
	}
	a.CloseCodes(1000, 0)
	a.CloseCodes(1000, 1000)

	r := Result{WindowS: 2, Connections: Connections{Requested: 9}}
	for range 2 { // Fill changes nothing of what it sums up
		c.Fill(&r)
		if want := (Connections{Requested: 9, Opened: 5, Failed: 4, Closed: 2, PeerClosed: 1, Dropped: 1, StillOpen: 1}); r.Connections != want {
			t.Errorf("connections: got %+v, want %+v", r.Connections, want)
		}
		if want := (Messages{Sent: 35, Received: 31, Lost: 4, Mismatched: 1, Duplicated: 2, Reordered: 3, Unexpected: 5, Unsent: 6, Blocked: 7, Rate: 15.5}); r.Messages != want {
			t.Errorf("messages: got %+v, want %+v", r.Messages, want)
		}
		if want := (Bytes{3, 4}); r.Bytes != want {
			t.Errorf("bytes: got %+v, want %+v", r.Bytes, want)
		}
		if want := (Compression{11, 22, 33, 44}); r.Compression == nil || *r.Compression != want {
			t.Errorf("compression: got %+v, want %+v", r.Compression, want)
		}
		if want := map[string]Errors{"eof": {Count: 2, Example: "a"}}; !reflect.DeepEqual(r.Errors, want) {
			t.Errorf("errors: got %+v, want %+v", r.Errors, want)
		}
		if want := []CloseCount{{1000, 1001, 4}, {0, 0, 2}, {1000, 0, 1}, {1000, 1000, 1}}; !reflect.DeepEqual(r.Closes, want) {
			t.Errorf("closes: got %+v, want %+v", r.Closes, want)
		}
		if len(r.Intervals) != 1 || r.Schema != Schema {
			t.Errorf("got %d intervals, schema %q; want 1, %q", len(r.Intervals), r.Schema, Schema)
		}

		if len(r.Latency) != 3 {
			t.Errorf("got %d metrics, want rtt, service and lag: %v", len(r.Latency), r.Latency)
		}
		rtt := r.Latency["rtt"]
		if rtt.Count != 30 || rtt.MinNS != 1_000_000>>9<<9 || rtt.MaxNS != equivalent(3*time.Millisecond) || rtt.Clamped != 0 {
			t.Errorf("rtt: got %+v, want 30 values from 1 ms to 3 ms", rtt)
		}
		// Of 34 messages, the lost ones among them, the 17th.
		if want := map[string]int64{"50": equivalent(3 * time.Millisecond)}; rtt.Censored != 4 || !reflect.DeepEqual(rtt.Percentiles, want) {
			t.Errorf("rtt: got %v and %d censored, want %v and 4", rtt.Percentiles, rtt.Censored, want)
		}
		if got := r.Latency["service"].MaxNS; got != equivalent(2*time.Millisecond) {
			t.Errorf("service: got max %d, want 2 ms", got)
		}
		if got := r.Latency["service"].Censored; got != 4 {
			t.Errorf("service: got %d censored, want 4", got)
		}
		if lag := r.Latency["lag"]; lag.Count != 2 || lag.Censored != 0 || lag.Clamped != 1 || lag.MinNS != 0 {
			t.Errorf("lag: got %+v, want 2 values, one of them clamped to 0", lag)
		}

		if len(r.Sizes) != 2 {
			t.Fatalf("got %d sizes, want 2", len(r.Sizes))
		}
		second := r.Sizes[1]
		if want := (Messages{Sent: 20, Received: 16, Lost: 4, Mismatched: 1, Duplicated: 2, Reordered: 3, Unexpected: 5, Unsent: 6, Blocked: 7, Rate: 8}); second.Bytes != "2-3" || second.Messages != want {
			t.Errorf("second size: got %+v, want %+v", second, want)
		}
		if second.RTT.Count != 15 || second.RTT.Censored != 4 || second.RTT.MaxNS != equivalent(3*time.Millisecond) {
			t.Errorf("rtt of the second size: got %+v, want 15 values of 3 ms", second.RTT)
		}
	}
}

// TestFillTellsWhenConnectionsWereLost: what the peer does to our Close is no
// loss to the load.
func TestFillTellsWhenConnectionsWereLost(t *testing.T) {
	s := NewShard(1)
	c := NewCollector([]*Shard{s}, []string{"20"}, nil)
	s.Opened = 10
	var r Result
	for _, at := range []struct {
		phase               string
		dropped, peerClosed int64
		closed, wantLost    int64
	}{
		{"open", 1, 0, 0, 1},
		{"measure", 2, 1, 0, 3},
		{"drain", 2, 2, 0, 4},
		{"close", 3, 4, 3, 4},
	} {
		s.Dropped, s.PeerClosed, s.Closed = at.dropped, at.peerClosed, at.closed
		c.Tick(0, time.Second, at.phase)
		c.Fill(&r)
		if got := r.Connections.Lost; got != at.wantLost {
			t.Errorf("after %s: got %d lost, want %d", at.phase, got, at.wantLost)
		}
	}
}

func TestFillOneSize(t *testing.T) {
	s := NewShard(1)
	c := NewCollector([]*Shard{s}, []string{"20"}, nil)
	s.Record(RTT, time.Millisecond)
	var r Result
	c.Fill(&r)
	if r.Sizes != nil || r.Compression != nil {
		t.Errorf("got sizes %v and compression %v, want neither", r.Sizes, r.Compression)
	}
	if rtt := r.Latency["rtt"]; rtt == nil || rtt.Count != 1 {
		t.Errorf("rtt: got %+v, want one value", rtt)
	}
}

func TestLatencyHistogram(t *testing.T) {
	l := fullResult().Latency["rtt"]
	h, err := l.Histogram()
	if err != nil {
		t.Fatal(err)
	}
	if l.Censored == 0 {
		t.Error("got no censored values, want some")
	}
	if again := newLatency(h, l.Clamped, l.Censored); !reflect.DeepEqual(again, l) {
		t.Errorf("encoded, decoded and summed up again: got %+v, want %+v", again, l)
	}
	for _, damaged := range []string{"", "!", l.HDR[:len(l.HDR)/2], "AAAA" + l.HDR[4:]} {
		if _, err := (&Latency{HDR: damaged}).Histogram(); err == nil {
			t.Errorf("histogram %.20q: no error", damaged)
		}
	}
}

// TestTickWhileRecording has workers and collector at the same shards at the
// same time: nothing is lost, nothing counted twice. It is one for -race.
func TestTickWhileRecording(t *testing.T) {
	const shards, batches, batch = 4, 200, 50
	all := make([]*Shard, shards)
	for i := range all {
		all[i] = NewShard(2)
	}
	c := NewCollector(all, []string{"1", "2"}, nil)
	var wg sync.WaitGroup
	for n, s := range all {
		wg.Go(func() {
			for range batches {
				s.Lock()
				for i := range batch {
					s.Sizes[i%2].Received++
					s.AllReceived++
					s.RecordReply(i%5 != 0, i%2, time.Duration(n*i), time.Duration(i))
				}
				s.Fail(ErrEOF, "x")
				s.CloseCodes(1000, uint16(n))
				s.Unlock()
			}
		})
	}
	done := make(chan struct{})
	go func() {
		wg.Wait()
		close(done)
	}()
	var received, errors int64
	tick := func() {
		i := c.Tick(0, 0, "measure")
		received += i.Received
		errors += i.Errors
	}
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		tick()
	}

	var r Result
	c.Fill(&r)
	const want = shards * batches * batch
	if received != want || r.Messages.Received != want {
		t.Errorf("received: got %d in intervals and %d in total, want %d", received, r.Messages.Received, want)
	}
	if errors != shards*batches || r.Errors["eof"].Count != errors {
		t.Errorf("errors: got %d in intervals and %d in total, want %d", errors, r.Errors["eof"].Count, shards*batches)
	}
	if got := r.Latency["rtt"].Count; got != want*4/5 {
		t.Errorf("rtt: got %d values, want %d", got, want*4/5)
	}
	if got := r.Sizes[0].RTT.Count + r.Sizes[1].RTT.Count; got != want*4/5 {
		t.Errorf("rtt by size: got %d values, want %d", got, want*4/5)
	}
	if len(r.Closes) != shards {
		t.Errorf("got %d pairs of close codes, want %d", len(r.Closes), shards)
	}
}

func TestTickAllocatesNothing(t *testing.T) {
	s := NewShard(2)
	c := NewCollector([]*Shard{s}, []string{"1", "2"}, nil)
	c.read = func() Usage { return Usage{} }
	tick := func() {
		for m := range NumMetrics {
			s.Record(m, 51*time.Microsecond)
		}
		s.RecordReply(true, 1, time.Millisecond, time.Millisecond)
		s.RecordReply(false, 1, time.Millisecond, time.Millisecond)
		s.CloseCodes(1000, 1000)
		c.Tick(0, time.Second, "measure")
		c.intervals = c.intervals[:0]
	}
	tick()
	tick()
	if got := testing.AllocsPerRun(10, tick); got != 0 {
		t.Errorf("a tick allocates %v times, want 0", got)
	}
}

// BenchmarkTick is one tick of eight busy shards: what the collector takes of
// a second.
func BenchmarkTick(b *testing.B) {
	shards := make([]*Shard, 8)
	for i := range shards {
		shards[i] = NewShard(10)
	}
	c := NewCollector(shards, make([]string, 10), nil)
	c.read = func() Usage { return Usage{} } // BenchmarkReadUsage measures that
	b.ReportAllocs()
	for b.Loop() {
		for _, s := range shards {
			for size := range 10 {
				for d := 50 * time.Microsecond; d < 50*time.Millisecond; d += d / 64 {
					s.RecordReply(true, size, d, d)
				}
			}
		}
		c.Tick(0, time.Second, "measure")
		c.intervals = c.intervals[:0]
	}
}
