package stats

import "errors"

// A Broadcast sums up a run in which a server hands on what publishers send to
// all subscribers. It counts copies: a message is delivered once to each
// subscriber. Expected = Delivered + Lost, which are the Received and Lost of
// Messages. All but Other are of messages that were due in the measured window.
//
// What publishers receive, their own messages or others', is no delivery and is
// counted nowhere but in Bytes.
type Broadcast struct {
	Publishers  int64   `json:"publishers"`  // open when traffic began
	Subscribers int64   `json:"subscribers"` // likewise
	Published   int64   `json:"published"`   // messages sent
	Expected    int64   `json:"expected"`    // the sum, over these, of the subscribers open when each was sent
	Delivered   int64   `json:"delivered"`   // to each once
	Lost        int64   `json:"lost"`        // not delivered by the end of the drain
	Duplicated  int64   `json:"duplicated"`  // copies beyond the first
	Reordered   int64   `json:"reordered"`   // of Delivered: behind a later message of the same publisher (RFC 4737)
	Mismatched  int64   `json:"mismatched"`  // whose bytes are not what was published; with a damaged stamp not Delivered, otherwise a part of it
	Incomplete  int64   `json:"incomplete"`  // messages that did not reach everybody
	Other       int64   `json:"other"`       // messages without a stamp of this run: greetings, acknowledgements, ...; over the whole run
	Rate        float64 `json:"rate"`        // delivered a second
	Fanout      float64 `json:"fanout"`      // Delivered for each one Published
}

// Headline returns the metric that the run is about, which Sizes, Stages and
// Intervals break down: RTT or, in a broadcast, Delivery.
func (r *Result) Headline() Metric {
	if r.Broadcast != nil {
		return Delivery
	}
	return RTT
}

// headline returns the latency that the run is about; nil without values.
func (r *Result) headline() *Latency { return r.Latency[r.Headline().String()] }

// Expected returns how many messages were to be received: as many as were sent
// or, in a broadcast, that for each subscriber.
func (r *Result) Expected() int64 {
	if r.Broadcast != nil {
		return r.Broadcast.Expected
	}
	return r.Messages.Sent
}

// broadcast sums up the deliveries; nil where the run was none.
func (c *Collector) broadcast(r *Result) *Broadcast {
	if c.headline != Delivery {
		return nil
	}
	m := r.Messages
	b := &Broadcast{
		Published: m.Sent, Delivered: m.Received, Lost: m.Lost,
		Duplicated: m.Duplicated, Reordered: m.Reordered, Mismatched: m.Mismatched,
		Incomplete: c.counters.Incomplete, Other: c.counters.Other, Rate: m.Rate,
	}
	for i := range c.counters.Sizes {
		b.Expected += c.counters.Sizes[i].Expected
	}
	b.setFanout()
	return b
}

func (b *Broadcast) setFanout() {
	if b.Published > 0 {
		b.Fanout = float64(b.Delivered) / float64(b.Published)
	}
}

// addBroadcasts adds up what the parts of a sum published and received, each for
// itself: nobody counts what came of another part's messages. It is nil where
// no part was a broadcast.
func addBroadcasts(parts []*Result, lengthS float64) (*Broadcast, error) {
	var sum *Broadcast
	for _, p := range parts {
		if (p.Broadcast == nil) != (parts[0].Broadcast == nil) {
			return nil, errors.New("some parts are of a broadcast, and some are not")
		}
		if p.Broadcast == nil {
			continue
		}
		if sum == nil {
			sum = new(Broadcast)
		}
		addCounts(sum, p.Broadcast)
	}
	if sum != nil {
		sum.Rate = perSecond(sum.Delivered, lengthS)
		sum.setFanout()
	}
	return sum, nil
}
