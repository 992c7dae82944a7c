package loadgen

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"wsstorm/stats"
	"wsstorm/wsclient"
)

// A Broadcast makes of a run one in which a server hands on what some
// connections send to all the others. It is an open loop: Plan.Rate or
// Plan.Stages, in total over the publishers.
type Broadcast struct {
	Publishers int      // connections 0 to Publishers-1 publish, the rest subscribe; 0: no broadcast
	Subscribe  []string // text messages that each subscriber sends as soon as it is open
	Publish    string   // what is sent: a text in which PayloadMark stands for the payload; "": the payload as it is
}

// PayloadMark is replaced with the payload in Broadcast.Publish.
const PayloadMark = "{payload}"

// maxTracks bounds publishers × subscribers: what is remembered of each pair
// takes 16 bytes.
const maxTracks = 1 << 26

// broadcasts reports whether the plan is a broadcast.
func (p *Plan) broadcasts() bool { return p.Broadcast.Publishers > 0 }

// check returns what is wrong with the broadcast of a plan that is otherwise
// complete.
func (b *Broadcast) check(p *Plan) error {
	switch {
	case b.Publishers < 0:
		return refuse("Broadcast", "the number of publishers must be positive")
	case b.Publishers == 0 && (len(b.Subscribe) > 0 || b.Publish != ""):
		return refuse("Broadcast", "messages of a broadcast need publishers")
	case b.Publishers == 0:
		return nil
	case b.Publishers >= p.Connections:
		return refuse("Broadcast", fmt.Sprintf("%d of %d connections publish, which leaves no subscriber", b.Publishers, p.Connections))
	case b.Publishers*(p.Connections-b.Publishers) > maxTracks:
		return refuse("Broadcast", fmt.Sprintf("publishers × subscribers must not exceed %d", maxTracks))
	case !p.openLoop():
		return refuse("Broadcast", "a broadcast is an open loop: it needs a rate or stages")
	case p.Reply != ReplyEcho:
		return refuse("Broadcast", "nothing answers a message of a broadcast: a reply mode makes no sense")
	case p.Payload == PayloadFile:
		return refuse("Broadcast", "messages of a broadcast carry a stamp: the bytes of a file have no place for it")
	case b.Publish != "" && strings.Count(b.Publish, PayloadMark) != 1:
		return refuse("Broadcast", "what is published must contain "+PayloadMark+" once")
	case b.Publish != "" && !p.Text:
		return refuse("Broadcast", "a template is sent as text, and so is its payload")
	case !utf8.ValidString(b.Publish):
		return refuse("Broadcast", "what is published is not UTF-8")
	}
	for _, s := range b.Subscribe {
		if !utf8.ValidString(s) {
			return refuse("Broadcast", "what a subscriber sends is not UTF-8")
		}
	}
	for _, c := range p.Sizes {
		if c.Min < MinBroadcastSize {
			return refuse("Broadcast", fmt.Sprintf("messages of a broadcast carry a stamp of %d bytes: a size of %d is too small", MinBroadcastSize, c.Min))
		}
	}
	return nil
}

// audience is how many subscribers are open. It changes with connections, not
// with messages.
type audience struct {
	open    atomic.Int64
	sending atomic.Int64 // publishers with messages left, of a bounded number
}

// publisher reports whether the session is one of a broadcast.
func (s *session) publisher(w *worker) bool { return int(s.id) < w.plan.Broadcast.Publishers }

// The ways of a connection into a broadcast.
type joining uint8

const (
	joined       joining = iota // or no broadcast
	joinUnsent                  // what a subscriber sends first has not been sent
	joinUnproven                // the Ping behind that has not been answered
)

// join begins a subscriber's part in a broadcast.
func (s *session) join(w *worker) {
	if s.publisher(w) {
		return
	}
	w.ctl.audience.open.Add(1)
	s.joining = joinUnsent
	w.joining++
}

// appendJoin appends what a subscriber sends first and, to know when the server
// has read it, a Ping. Messages are whole and not compressed, as RFC 7692,
// Section 6 allows.
func (s *session) appendJoin(w *worker, dst []byte) []byte {
	for _, text := range w.plan.Broadcast.Subscribe {
		dst = wsclient.AppendFrame(dst, wsclient.FrameHeader{Fin: true, Opcode: wsclient.OpText}, wsclient.NewMaskKey(), []byte(text))
	}
	s.joining = joinUnproven
	return s.appendControl(dst, wsclient.OpPing, joinPing[:])
}

// joinPing is the number of the Ping behind what a subscriber sends first: no
// other has it.
var joinPing [4]byte

// proven takes note that the server has read what the subscriber sent first.
func (s *session) proven(w *worker) {
	if s.joining != joined {
		s.joining = joined
		w.joining--
	}
}

// part takes note that a connection of the broadcast is gone.
func (s *session) part(w *worker) {
	if !s.publisher(w) {
		s.proven(w)
		w.ctl.audience.open.Add(-1)
	}
}

// published takes note that a message goes out, to all who listen by now.
func (s *session) published(w *worker, seq uint32, counts *stats.MessageCounters) {
	n := w.ctl.audience.open.Load()
	w.pending += n
	if counts == nil {
		return
	}
	counts.Expected += n
	if n > 0 {
		w.receipts.of(s.id, seq).audience = n
	}
}

// What is counted of a broadcast: the examples under their classes.
var (
	errUndelivered = errors.New("not delivered to a subscriber by the end of the drain")
	errRepeated    = errors.New("a second copy of a message that the subscriber had")
	errOvertaken   = errors.New("a message came after a later one of the same publisher")
	errAltered     = errors.New("the bytes delivered differ from what was published")
	errBadStamp    = errors.New("a message with this run's mark came with a damaged stamp")
	errLateCopy    = errors.New("a message was delivered after the end of the drain")
)
