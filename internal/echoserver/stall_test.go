package echoserver

import (
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

func TestStallTimes(t *testing.T) {
	s := Stall{For: time.Second, Every: 10 * time.Second}
	for _, tt := range []struct{ since, want time.Duration }{
		{0, 0},
		{9*time.Second - 1, 0},
		{9 * time.Second, time.Second},
		{9500 * time.Millisecond, 500 * time.Millisecond},
		{10*time.Second - 1, 1},
		{10 * time.Second, 0},
		{29 * time.Second, time.Second},
	} {
		if got := s.left(tt.since); got != tt.want {
			t.Errorf("%v after the first message: got %v left, want %v", tt.since, got, tt.want)
		}
	}
}

// P(rtt > x) = (S - x)/T, counted for a message each millisecond over ten
// periods, wherever they begin.
func TestStallHasTheDistributionOfTheory(t *testing.T) {
	s := stalls{Stall: Stall{For: time.Second, Every: 10 * time.Second}}
	const first = 12345 * time.Microsecond
	if got := s.over(first); got != first {
		t.Errorf("before the first message: got a stall until %v", got)
	}
	s.begin(first)
	s.begin(first + time.Second) // the first message only
	for _, begin := range []time.Duration{first, first + 9500*time.Millisecond} {
		for _, x := range []time.Duration{0, 100 * time.Millisecond, 500 * time.Millisecond, 900 * time.Millisecond, time.Second} {
			slower := 0
			for i := range 100_000 {
				due := begin + time.Duration(i)*time.Millisecond
				if s.over(due)-due > x {
					slower++
				}
			}
			if want := 10 * int((s.For-x)/time.Millisecond); slower != want {
				t.Errorf("from %v on, rtt > %v: got %d, want %d", begin, x, slower, want)
			}
		}
	}
}

// In a stall nobody is answered, whatever the connection's state.
func TestStall(t *testing.T) {
	for name, f := range map[string]Faults{
		"echo":    {},
		"queued":  {Reorder: 1e-9},
		"delayed": {Delay: Delay{Kind: DelayFixed, Base: time.Millisecond}},
	} {
		t.Run(name, func(t *testing.T) {
			f.Stall = Stall{For: time.Hour, Every: 2 * time.Hour}
			s := start(t, Config{Faults: f})
			open := dial(t, s, websocket.Dialer{})
			echo(t, open, websocket.TextMessage, []byte("starts the clock"))
			in := s.instrument
			if in.stalls.start.Load() == 0 {
				t.Fatal("the first message did not start the clock of the stalls")
			}
			// As if the first message were two hours back, less 100 ms.
			end := in.clock() + 100*time.Millisecond
			in.stalls.start.Store(int64(end - 2*time.Hour))
			done := make(chan time.Duration, 2)
			go func() {
				open.WriteMessage(websocket.TextMessage, []byte("x"))
				open.ReadMessage()
				done <- in.clock()
			}()
			go func() {
				c, _, err := websocket.DefaultDialer.Dial(s.URL(), nil)
				done <- in.clock()
				if err != nil {
					t.Error(err)
					return
				}
				c.Close()
			}()
			for range 2 {
				if at := <-done; at < end {
					t.Errorf("answered %v before the end of the stall", end-at)
				}
			}
		})
	}
}

// A stalled server does not read either.
func TestStallReadsNothing(t *testing.T) {
	s := start(t, Config{Faults: Faults{Drop: 1, Stall: Stall{For: time.Hour, Every: 2 * time.Hour}}})
	c := dial(t, s, websocket.Dialer{})
	in := s.instrument
	end := in.clock() + 100*time.Millisecond
	in.stalls.start.Store(int64(end - 2*time.Hour))
	say(t, c, "x")
	for s.Counts().Messages == 0 {
		time.Sleep(time.Millisecond)
	}
	if at := in.clock(); at < end {
		t.Errorf("a message was received %v before the end of the stall", end-at)
	}
}

// Whatever a connection waits for, a stop ends it.
func TestStopEndsEveryWait(t *testing.T) {
	hour := Delay{Kind: DelayFixed, Base: time.Hour}
	for name, tc := range map[string]struct {
		faults Faults
		act    func(c *websocket.Conn)
	}{
		"delay":             {Faults{Delay: hour}, nil},
		"delay, no room":    {Faults{Delay: hour, Queue: 1}, nil},
		"delay, then Close": {Faults{Delay: hour}, func(c *websocket.Conn) { c.WriteMessage(websocket.CloseMessage, nil) }},
		"delay, then gone":  {Faults{Delay: hour}, func(c *websocket.Conn) { c.Close() }},
		"delay, then bad":   {Faults{Delay: hour}, func(c *websocket.Conn) { c.NetConn().Write([]byte{0xff, 0xff}) }},
		"delay and reset":   {Faults{Delay: hour, ResetAfter: After{Messages: 2}}, nil},
		"delay and close":   {Faults{Delay: hour, CloseAfter: After{Messages: 2}}, nil},
		"withheld":          {Faults{Reorder: 1, ReorderWait: time.Hour}, nil},
		"slow read":         {Faults{SlowRead: SlowRead{Rate: 1}}, nil},
		"no close":          {Faults{NoClose: 1}, func(c *websocket.Conn) { c.WriteMessage(websocket.CloseMessage, nil) }},
		"timed":             {Faults{CloseAfter: After{Time: time.Hour}, ResetAfter: After{Time: time.Hour}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s, stop := startStoppable(t, Config{StopTimeout: time.Millisecond, Faults: tc.faults})
			c := dial(t, s, websocket.Dialer{})
			for range 3 {
				c.WriteMessage(websocket.TextMessage, []byte("x"))
			}
			if tc.act != nil {
				tc.act(c)
			}
			for tc.faults.SlowRead.Rate == 0 && s.Counts().Messages == 0 {
				time.Sleep(time.Millisecond)
			}
			stop()
			if n := len(s.conns); n != 0 {
				t.Errorf("got %d connections after Serve returned, want 0", n)
			}
		})
	}
}

func TestStopEndsAStall(t *testing.T) {
	s, stop := startStoppable(t, Config{StopTimeout: time.Millisecond, Faults: Faults{Stall: Stall{For: time.Hour, Every: time.Hour + 1}}})
	c := dial(t, s, websocket.Dialer{})
	say(t, c, "begins it")
	say(t, c, "waits")
	stop()
	if n := len(s.conns); n != 0 {
		t.Errorf("got %d connections after Serve returned, want 0", n)
	}
}
