package stats

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// TestClosingsAtTheEnd: where each part closed its connections at the end of its
// window, the sum says that of its own, which is longer; a storm in the middle
// stays where it was.
func TestClosingsAtTheEnd(t *testing.T) {
	part := func(at float64) *Result {
		return &Result{WindowS: 2, Closing: &Closing{AtS: at, Connections: 5, LastGoneS: at / 10}}
	}
	whole := &Result{WindowS: 4}
	for _, c := range []struct {
		parts []*Result
		at    float64
	}{
		{[]*Result{part(2), part(2.1)}, 4},
		{[]*Result{part(1), part(1.2)}, 1},
		{[]*Result{part(2), {WindowS: 2}}, 4},
	} {
		if got := addClosings(whole, c.parts, unshifted); got.AtS != c.at {
			t.Errorf("got closes at %v s, want %v", got.AtS, c.at)
		}
	}
	if got := addClosings(whole, []*Result{{WindowS: 2}}, unshifted); got != nil {
		t.Errorf("got %+v of parts that closed nothing", got)
	}
	// The later part's storm is the later one, and was over at 2 + 1.2 + 0.12 s.
	first, second := part(1), part(1.2)
	got := addClosings(whole, []*Result{first, second}, func(p *Result) float64 {
		if p == second {
			return 2
		}
		return 0
	})
	if got.AtS != 1 || math.Abs(got.LastGoneS-2.32) > 1e-9 || got.Connections != 10 {
		t.Errorf("got %+v, want 10 from 1 s on and for 2.32 s", got)
	}
	if got := addClosings(whole, []*Result{{WindowS: 2}, first}, func(*Result) float64 { return 2 }); got.AtS != 3 {
		t.Errorf("a later part alone: got %v s, want 3", got.AtS)
	}
}

// A halved run is what several processes record of one load, and what a single
// one would have recorded of all of it.
type halved struct {
	parts []*Result
	whole *Result
}

// halve has parts processes, each of two shards, and a single one of as many
// shards as all of them, record the same.
func halve(parts int, record func(part int, s *Shard)) halved {
	sizes := []string{"125", "64-4096"}
	stages := []StageInfo{{Length: time.Second, RateFrom: 100, RateTo: 100}, {Length: time.Second, RateFrom: 100, RateTo: 300}}
	run := func(shards []*Shard) *Result {
		r := &Result{
			Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), WindowS: 2, Driver: "epoll",
			URL: "ws://127.0.0.1:9001/", Flags: []string{"--connections=50"}, Load: Load{Rate: 150, Arrival: "constant", Workers: 2},
			Connections: Connections{Requested: int64(52 * len(shards))},
		}
		NewCollector(shards, sizes, stages).Fill(r)
		r.FillOpening()
		r.Verdict.Status = Valid
		return r
	}
	var h halved
	var all []*Shard
	for part := range parts {
		var own []*Shard
		for range 2 {
			s, again := NewShard(4), NewShard(4)
			record(part, s)
			record(part, again)
			own, all = append(own, s), append(all, again)
		}
		r := run(own)
		r.Started = r.Started.Add(time.Duration(part) * time.Millisecond)
		h.parts = append(h.parts, r)
	}
	h.whole = run(all)
	return h
}

// busy records a bit of everything, another bit for each part.
func busy(part int, s *Shard) {
	random := rand.New(rand.NewPCG(uint64(part), 1))
	s.Opened, s.Failed, s.Closed, s.PeerClosed, s.Dropped, s.StillOpen = 50, 2, 45, 2, 2, 1
	for m := Lag; m < NumMetrics; m++ {
		for range 300 {
			s.Record(m, time.Duration(math.Exp(20*random.Float64()))) // over six orders of magnitude
		}
	}
	s.Record(Connect, 2*time.Hour)
	for i := range 5000 {
		size := i % 4
		rtt := time.Duration(1e5*math.Exp(random.NormFloat64())) * time.Duration(part+1)
		s.RecordReply(true, size, rtt, rtt-50)
		s.Sizes[size].Sent++
		s.Sizes[size].Received++
	}
	s.Sizes[1].Sent += 30
	s.Sizes[1].Lost += 30
	s.FailN(ErrLost, 30, "")
	s.BytesSent, s.BytesReceived = 1000, 2000
	s.Deflate = Compression{SentRaw: 10, SentWire: 20, ReceivedRaw: 30, ReceivedWire: 40}
	s.Fail(ErrRefused, fmt.Sprintf("refused in part %d", part))
	s.CloseCodes(1000, 1000)
	s.CloseCodes(1000, uint16(1001+part))
	s.Retransmitted(1, time.Second)
	s.Retransmitted(1+part, time.Duration(part)*time.Second)
}

// countsOf returns the count of every bucket.
func countsOf(t *testing.T, l *Latency) []int64 {
	t.Helper()
	h, err := l.Histogram()
	if err != nil {
		t.Fatal(err)
	}
	return h.Export().Counts
}

// Whatever the parts recorded, the sum is what one process would have recorded:
// the same values in the same buckets, and the same quantiles.
func TestMergeIsLossless(t *testing.T) {
	h := halve(3, busy)
	got, err := Merge(h.parts)
	if err != nil {
		t.Fatal(err)
	}
	same := func(name string, got, want *Latency) {
		t.Helper()
		if (got == nil) != (want == nil) {
			t.Errorf("%s: got %v, want %v", name, got, want)
			return
		}
		a, b := countsOf(t, got), countsOf(t, want)
		for i := range max(len(a), len(b)) {
			if a[i] != b[i] {
				t.Fatalf("%s: bucket %d: got %d values, want %d", name, i, a[i], b[i])
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
	if len(got.Latency) != int(NumMetrics) || len(got.Sizes) != 2 || len(got.Stages) != 2 {
		t.Fatalf("got %d latencies, %d sizes, %d stages", len(got.Latency), len(got.Sizes), len(got.Stages))
	}
	for metric, want := range h.whole.Latency {
		same(metric, got.Latency[metric], want)
	}
	for i, want := range h.whole.Sizes {
		same(want.Bytes, got.Sizes[i].RTT, want.RTT)
		want.Messages.Rate = perSecond(want.Messages.Received, got.WindowS)
		if got.Sizes[i].Messages != want.Messages {
			t.Errorf("size %s: got %+v, want %+v", want.Bytes, got.Sizes[i].Messages, want.Messages)
		}
	}
	for i, want := range h.whole.Stages {
		same(fmt.Sprint("stage ", i), got.Stages[i].RTT, want.RTT)
		if g := got.Stages[i]; g.Messages != want.Messages || g.RateFrom != 3*want.RateFrom || g.RateTo != 3*want.RateTo {
			t.Errorf("stage %d: got %+v, want %+v at three times the rate", i, g, want)
		}
	}
	for what, pair := range map[string][2]any{
		"connections": {got.Connections, h.whole.Connections},
		"bytes":       {got.Bytes, h.whole.Bytes},
		"compression": {*got.Compression, *h.whole.Compression},
		"errors":      {got.Errors, h.whole.Errors},
		"closes":      {got.Closes, h.whole.Closes},
		"SYNs":        {got.SYNs, h.whole.SYNs},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			t.Errorf("%s: got %+v, want %+v", what, pair[0], pair[1])
		}
	}
	m := h.whole.Messages
	m.Rate = float64(m.Received) / 2.002 // from the first window's beginning to the last one's end
	if math.Abs(got.Messages.Rate-m.Rate) > 1e-6*m.Rate {
		t.Errorf("got %v/s, want %v/s", got.Messages.Rate, m.Rate)
	}
	got.Messages.Rate = m.Rate
	if got.Messages != m {
		t.Errorf("got %+v, want %+v", got.Messages, m)
	}
	if got.Load.Rate != 450 || got.Load.Workers != 6 || len(got.Merged) != 3 || got.Merged[2].Messages != h.parts[2].Messages || got.Verdict.Status != Valid {
		t.Errorf("got load %+v, %d parts, verdict %+v", got.Load, len(got.Merged), got.Verdict)
	}
}

// Lost messages are censored in the sum as they would be in one run, those of a
// part that got no reply at all among them.
func TestMergeCensors(t *testing.T) {
	h := halve(2, func(part int, s *Shard) {
		for range 1000 {
			s.Sizes[0].Sent++
			if part == 1 {
				s.Sizes[0].Lost++
				continue
			}
			s.Sizes[0].Received++
			s.RecordReply(true, 0, time.Millisecond, time.Millisecond)
		}
	})
	if h.parts[1].Latency["rtt"] != nil {
		t.Fatal("a part without a reply has an rtt")
	}
	got, err := Merge(h.parts)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.Latency, h.whole.Latency) {
		t.Errorf("got %+v, want %+v", got.Latency["rtt"], h.whole.Latency["rtt"])
	}
	if _, ok := got.Latency["rtt"].Quantile(P75); ok || !got.Latency["rtt"].Unknown(P75) || got.Latency["rtt"].Censored != 2000 {
		t.Errorf("got %+v, want p75 to be unknown", got.Latency["rtt"])
	}
}

func TestMergeOfGroups(t *testing.T) {
	groups := func() []Group {
		return []Group{{Name: "before", ToS: 1}, {Name: "slow", Connections: 5, Aside: true}}
	}
	var parts []*Result
	var all []*Shard
	run := func(shards []*Shard, groups []Group) *Result {
		r := at(0, 2)
		r.Flags = []string{fmt.Sprintf("--seed=%d", len(parts))} // not the same part again
		NewGroupCollector(shards, []string{"20"}, groups).Fill(r)
		return r
	}
	for part := range 2 {
		s, again := NewShard(2), NewShard(2)
		for _, s := range []*Shard{s, again} {
			for i := range 500 {
				s.RecordReply(true, 0, time.Duration(i*(part+1)), 0)
				s.Sizes[0].Sent++
				s.Sizes[0].Received++
				s.RecordAside(1, time.Second)
				s.Sizes[1].Sent++
				s.Sizes[1].Received++
			}
			s.Sizes[1].Sent++
			s.Sizes[1].Lost++
		}
		parts, all = append(parts, run([]*Shard{s}, groups())), append(all, again)
	}
	got, err := Merge(parts)
	if err != nil {
		t.Fatal(err)
	}
	want := groups()
	want[1].Connections = 10
	want = run(all, want).Groups
	want[1].Messages.Rate = perSecond(want[1].Messages.Received, got.WindowS)
	if !reflect.DeepEqual(got.Groups, want) {
		t.Errorf("got %+v, want %+v", got.Groups, want)
	}
	// A time that the server has a say in is as long as the longest.
	parts[1].Groups[0].ToS = 1.5
	if got, err = Merge(parts); err != nil || got.Groups[0].ToS != 1.5 || got.Groups[0].Messages.Rate != 1000/1.5 {
		t.Errorf("got %+v, %v", got.Groups[0], err)
	}
	// Times are those of the sum, and groups without any have none.
	parts[1].Started = parts[1].Started.Add(time.Second)
	if got, err = Merge(parts); err != nil || got.Groups[0].FromS != 0 || got.Groups[0].ToS != 2.5 || got.Groups[0].Messages.Rate != 1000/2.5 || got.Groups[1].ToS != 0 {
		t.Errorf("one second later: got %+v, %v", got.Groups, err)
	}
	if got, err = Chain(parts); err != nil || got.Groups[0].Messages.Rate != 1000/2.5 || got.Groups[1].Messages.Rate != 1000./4 {
		t.Errorf("got %+v, %v", got.Groups, err)
	}
	parts[1].Groups[0].Name = "during"
	if got, err = Merge(parts); err != nil || got.Groups != nil {
		t.Errorf("got %+v, %v, want no groups, which are not the same in both", got.Groups, err)
	}
}

// A field that is added to Result has to be merged, or be among those that are
// not.
func TestMergeKnowsEveryField(t *testing.T) {
	left := []string{
		"Broadcast",             // has a test of its own
		"Search", "IdleTimeout", // refused
		"Objectives", // checked anew
		"Cycles",     // of Chain
	}
	part := fullResult()
	part.Search, part.IdleTimeout, part.Merged, part.Cycles = nil, nil, nil, nil
	part.Groups = []Group{{Name: "slow"}} // which goes with no stages
	other := *part
	other.Started = part.Started.Add(time.Millisecond)
	part.Interrupted = true
	sum, err := Merge([]*Result{part, &other})
	if err != nil {
		t.Fatal(err)
	}
	for i := range reflect.TypeFor[Result]().NumField() {
		name := reflect.TypeFor[Result]().Field(i).Name
		if reflect.ValueOf(*sum).Field(i).IsZero() != slices.Contains(left, name) {
			t.Errorf("Result.%s of the sum: got %v: merge it in newSum, or name it in this test", name, reflect.ValueOf(*sum).Field(i))
		}
	}
}

// encode returns a histogram as a document has it.
func encode(t *testing.T, s *hdrhistogram.Snapshot) string {
	t.Helper()
	text, err := hdrhistogram.Import(s).Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// at returns a part whose window lies there, in seconds.
func at(from, to float64) *Result {
	return &Result{
		Started: time.Unix(1000, 0).Add(time.Duration(from * 1e9)), WindowS: to - from,
		Connections: Connections{Requested: int64(1e6 * from)},
		Messages:    Messages{Sent: 1000, Received: 1000}, Verdict: Verdict{Status: Valid},
	}
}

func TestMergeOfWindows(t *testing.T) {
	for _, tt := range []struct {
		parts  []*Result
		window float64
		gap    float64
		status Level
		check  bool
	}{
		{[]*Result{at(0, 10), at(0.05, 10.05)}, 10.05, 0.1 / 10.05, Valid, false},
		{[]*Result{at(0.5, 10.5), at(0, 10)}, 10.5, 1 / 10.5, Valid, true},
		{[]*Result{at(0, 10), at(1, 11)}, 11, 2. / 11, Suspect, true},
		{[]*Result{at(3, 13), at(0, 10), at(1, 9)}, 13, 1 - 6./13, Invalid, true},
		{[]*Result{at(0, 10), at(2, 8), at(20, 20)}, 10, 0.4, Suspect, true}, // one that measured nothing
		{[]*Result{at(5, 5), at(0, 0)}, 0, 0, Valid, false},
	} {
		r, err := Merge(tt.parts)
		if err != nil {
			t.Errorf("%v: %v", tt.parts, err)
			continue
		}
		if math.Abs(r.WindowS-tt.window) > 1e-9 {
			t.Errorf("got a window of %v s, want %v", r.WindowS, tt.window)
		}
		if want := perSecond(r.Messages.Received, r.WindowS); r.Messages.Rate != want {
			t.Errorf("got %v/s, want %v", r.Messages.Rate, want)
		}
		i := slices.IndexFunc(r.Verdict.Findings, func(f Finding) bool { return f.Check == "overlap" })
		if (i >= 0) != tt.check || r.Verdict.Status != tt.status {
			t.Errorf("window of %v s: got %+v, want %s", tt.window, r.Verdict, tt.status)
		} else if i >= 0 && math.Abs(r.Verdict.Findings[i].Value-tt.gap) > 1e-9 {
			t.Errorf("got a gap of %v, want %v", r.Verdict.Findings[i].Value, tt.gap)
		}
	}
}

func TestMergeRefuses(t *testing.T) {
	search, merged, cycles, coarse := at(0, 10), at(1, 10), at(2, 10), at(3, 10)
	search.Search, merged.Merged, cycles.Cycles = &Search{}, []Part{{}}, []Part{{}}
	silent := at(1, 10)
	silent.IdleTimeout = &IdleTimeout{}
	far, endless := at(1, 10), at(1, 1e12)
	far.Intervals = []Interval{{Phase: "measure", TimeS: 3e7, LengthS: 1}}
	one := newHistogram()
	one.record(5)
	fine := at(0, 10)
	fine.Latency = map[string]*Latency{"rtt": newLatency(one.export(), 0, 0)}
	other := one.export().Export()
	other.HighestTrackableValue /= 60
	coarse.Latency = map[string]*Latency{"rtt": {Count: 1, HDR: encode(t, other)}}
	damaged := at(1, 10)
	damaged.Latency = map[string]*Latency{"rtt": {Count: 1, HDR: "x"}}
	for _, tt := range []struct {
		parts []*Result
		want  string
	}{
		{[]*Result{at(0, 10), search}, "part 2 is the result of a search"},
		{[]*Result{at(0, 10), silent}, "part 2 is of a search for the idle timeout"},
		{[]*Result{at(0, 10), far}, "part 2 has intervals that lie days apart"},
		{[]*Result{at(0, 10), endless}, "part 2 has intervals that lie days apart"},
		{[]*Result{merged, at(0, 10)}, "part 1 is a sum of results"},
		{[]*Result{at(0, 10), cycles}, "part 2 is of several cycles"},
		{[]*Result{at(0, 10), at(1, 10), at(0, 10)}, "part 3 is part 1 again"},
		{[]*Result{at(0, 10), at(12, 20)}, "one began 2 s after another had ended"},
		{[]*Result{fine, coarse}, "rtt: the histograms do not have the same buckets"},
		{[]*Result{fine, damaged}, "rtt: decoding histogram"},
	} {
		if _, err := Merge(tt.parts); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("got error %v, want %q", err, tt.want)
		}
	}
}

func TestMergeNamesThePartsOfFindings(t *testing.T) {
	found := func(level Level, check string, value float64) Finding {
		return Finding{Check: check, Level: level, Value: value, Text: "It is " + check + "."}
	}
	a, b, c := at(0, 10), at(0.001, 10.001), at(0.002, 10.002)
	a.Verdict = Verdict{Suspect, []Finding{found(Suspect, "lag", 1), found(Note, "gc", 5)}}
	b.Verdict = Verdict{Invalid, []Finding{found(Invalid, "lag", 0.5), found(Note, "gc", 6)}}
	c.Verdict = Verdict{Valid, []Finding{found(Note, "gc", 4), found(Note, "queue", 1)}}
	r, err := Merge([]*Result{a, b, c})
	if err != nil {
		t.Fatal(err)
	}
	want := Verdict{Invalid, []Finding{
		{Check: "lag", Level: Invalid, Value: 0.5, Text: "Parts 1 and 2: It is lag."},
		{Check: "gc", Level: Note, Value: 6, Text: "All 3 parts: It is gc."},
		{Check: "queue", Level: Note, Value: 1, Text: "Part 3: It is queue."},
	}}
	if !reflect.DeepEqual(r.Verdict, want) {
		t.Errorf("got %+v, want %+v", r.Verdict, want)
	}
	// Two at 48% of the cores are 96% of them, if they share them.
	for _, p := range []*Result{a, b} {
		p.Client = Client{CPUUserS: 9.6, Cores: 2}
	}
	if r, err = Merge([]*Result{a, b}); err != nil {
		t.Fatal(err)
	}
	if f := r.Verdict.Findings[2]; f.Check != "cpu" || f.Level != Note || math.Abs(f.Value-0.96) > 1e-9 || r.Client.Cores != 0 || r.Client.CPUUserS != 19.2 {
		t.Errorf("got %+v, %+v", f, r.Client)
	}
}

func TestFairnessOfAllParts(t *testing.T) {
	of := func(f ...*Fairness) *Fairness {
		var parts []*Result
		for _, one := range f {
			parts = append(parts, &Result{Fairness: one})
		}
		return fairnessOfAll(parts)
	}
	if got, want := of(&Fairness{1, 100, 110, 1}, &Fairness{2, 100, 120, 3}), (Fairness{1, 100, 120, 4}); *got != want {
		t.Errorf("got %+v, want %+v", *got, want)
	}
	if got := of(&Fairness{1, 100, 110, 1}, &Fairness{2, 101, 120, 3}); got != nil {
		t.Errorf("got %+v, and the median cannot be known", *got)
	}
	if got := of(&Fairness{1, 100, 110, 1}, nil); got != nil {
		t.Errorf("got %+v of a part without", *got)
	}
}

// Two processes, one half a second behind the other: no message is lost on the
// way, and each second has its share.
func TestMergeAlignsIntervals(t *testing.T) {
	part := func(shift float64, n int64) *Result {
		r := at(shift, shift+3)
		r.Messages.Received = 3 * n
		add := func(phase string, t, length float64, n, connections, rtt int64) {
			r.Intervals = append(r.Intervals, Interval{TimeS: t, Phase: phase, LengthS: length, Sent: n, Received: n, Errors: n / 10,
				Connections: connections, RTTP50NS: rtt, RTTP99NS: 2 * rtt, RTTMaxNS: 3 * rtt,
				Client: ClientSample{CPUCores: 0.5, GCCycles: 1, GCPauseNS: rtt}})
		}
		add("open", -1, 0.2, 0, 10, 0)
		add("warmup", 0, 1, n, 10, 1)
		for i := range int64(3) {
			add("measure", float64(i+1), 1, n, 10, n+i)
		}
		add("drain", 3, 0, 7, 10, 0) // no length
		add("close", 3.1, 0.1, 0, 0, 0)
		return r
	}
	parts := []*Result{part(0, 1001), part(0.5, 2001)}
	r, err := Merge(parts)
	if err != nil {
		t.Fatal(err)
	}
	var sent, received, errors, gc int64
	var phases []string
	end := -1.2
	for _, i := range r.Intervals {
		sent, received, errors, gc = sent+i.Sent, received+i.Received, errors+i.Errors, gc+i.Client.GCCycles
		phases = append(phases, i.Phase)
		if math.Abs(i.TimeS-i.LengthS-end) > 1e-9 {
			t.Errorf("the interval that ends at %v begins at %v, the one before ends at %v", i.TimeS, i.TimeS-i.LengthS, end)
		}
		end = i.TimeS
	}
	if want := int64(4*1001 + 4*2001 + 14); sent != want || received != want || errors != 4*100+4*200 || gc != 14 {
		t.Errorf("got %d sent, %d received, %d errors, %d collections in all intervals, want %d messages", sent, received, errors, gc, want)
	}
	if want := []string{"open", "warmup", "measure", "measure", "measure", "measure", "close"}; !slices.Equal(phases, want) {
		t.Fatalf("got %v, want %v", phases, want)
	}
	second := r.Intervals[3] // from 1 s to 2 s
	if second.Sent != 1001+2001 || second.RTTP50NS != 2002 || second.RTTP99NS != 4004 || second.RTTMaxNS != 6006 ||
		second.Connections != 20 || second.Client.CPUCores != 1 || second.Client.GCPauseNS != 2002 {
		t.Errorf("got %+v", second)
	}
	if first := r.Intervals[2]; first.Sent != 1001+1000+1001 && first.Sent != 1001+1001+1000 {
		t.Errorf("got %+v, want the half of a second of the second part's warm-up in it", first)
	}
	if last := r.Intervals[len(r.Intervals)-1]; last.Connections != 0 || math.Abs(last.TimeS-3.6) > 1e-9 {
		t.Errorf("got %+v, want no connection at 3.6 s", last)
	}
	if rate := r.SentRate(); rate < 2000 || rate > 3100 {
		t.Errorf("got %v/s sent", rate)
	}
	for _, p := range []*Result{r, {}} {
		if _, err := json.Marshal(p); err != nil {
			t.Error(err)
		}
	}
}

// Cycles follow each other: windows add up, and so do messages, and a rate is
// that of the time in which there was a load.
func TestChain(t *testing.T) {
	h := halve(3, busy)
	for i, c := range h.parts {
		c.Started = c.Started.Add(time.Duration(i) * 10 * time.Second)
		c.Intervals = []Interval{{TimeS: -1, Phase: "open", LengthS: 0.25}, {TimeS: 1, Phase: "measure", LengthS: 1, Sent: 5},
			{TimeS: 2, Phase: "measure", LengthS: 1, Sent: 5}, {TimeS: 3, Phase: "close", LengthS: 0.5}}
		c.Client = Client{CPUUserS: 1, Cores: 2, MaxRSSBytes: int64(i), Steal: 0.1 * float64(i)}
		c.Load.Messages = 100
	}
	h.parts[1].Verdict = Verdict{Suspect, []Finding{{Check: "lag", Level: Suspect, Text: "Late."}}}
	r, err := Chain(h.parts)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(r.Latency, h.whole.Latency) {
		t.Error("the latencies are not those of one run")
	}
	if r.WindowS != 6 || r.Messages.Received != h.whole.Messages.Received || r.Messages.Rate != float64(h.whole.Messages.Received)/6 {
		t.Errorf("got %+v in %v s", r.Messages, r.WindowS)
	}
	if r.Load.Rate != 150 || r.Load.Workers != 2 || r.Load.Messages != 300 || r.OfferedRate() != 150 {
		t.Errorf("got load %+v, %v/s offered", r.Load, r.OfferedRate())
	}
	if got, want := r.Stages[1].Messages.Rate, float64(h.whole.Stages[1].Messages.Received)/3; got != want {
		t.Errorf("stage 2: got %v/s, want %v", got, want)
	}
	if c := r.Client; c.CPUUserS != 3 || c.Cores != 2 || c.MaxRSSBytes != 2 || math.Abs(c.Steal-0.1) > 1e-9 {
		t.Errorf("got client %+v", c)
	}
	if f := r.Verdict.Findings; r.Verdict.Status != Suspect || len(f) != 1 || f[0].Text != "Cycle 2: Late." {
		t.Errorf("got %+v", r.Verdict)
	}
	if len(r.Intervals) != 12 || r.Intervals[4].Cycle != 2 || math.Abs(r.Intervals[4].TimeS-9.001) > 1e-9 {
		t.Errorf("got intervals %+v", r.Intervals)
	}
	if len(r.Cycles) != 3 || r.Cycles[1].OpenS != h.parts[1].Connections.AllOpenS || r.Cycles[1].CloseS != 0.5 || r.Cycles[1].Verdict != Suspect ||
		r.Cycles[1].Errors["lost"] != h.parts[1].Errors["lost"].Count || r.Cycles[1].Latency["rtt"].Percentiles["99"] != h.parts[1].Latency["rtt"].Percentiles["99"] {
		t.Errorf("got cycles %+v", r.Cycles)
	}
}
