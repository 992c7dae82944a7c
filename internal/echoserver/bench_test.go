package echoserver

import (
	"bytes"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// BenchmarkDelayLine reports how far what the delay log says was done is from
// what was drawn, in microseconds, for connections in a closed loop. Clients and
// server share the process and its cores.
func BenchmarkDelayLine(b *testing.B) {
	for _, tc := range []struct {
		delay string
		conns int
	}{
		{"fixed:5ms", 1}, {"fixed:5ms", 50}, {"exp:2ms", 10}, {"exp:2ms", 50}, {"bimodal:1ms,50ms:0.01", 10}, {"fixed:100ms", 1000},
	} {
		b.Run(fmt.Sprintf("%s/%d", tc.delay, tc.conns), func(b *testing.B) {
			d, err := ParseDelay(tc.delay)
			if err != nil {
				b.Fatal(err)
			}
			var log bytes.Buffer
			s, stop := startStoppable(b, Config{Faults: Faults{Seed: 1, Delay: d, DelayLog: &log}})
			exchange(b, s, tc.conns, max(b.N/tc.conns, 1))
			stop()
			var errs []time.Duration
			for _, l := range readDelayLog(b, log.String()) {
				errs = append(errs, l.took-l.waited-l.drawn)
			}
			slices.Sort(errs)
			for _, q := range []float64{50, 90, 99, 99.9} {
				v := errs[min(int(q/100*float64(len(errs))), len(errs)-1)]
				b.ReportMetric(float64(v.Nanoseconds())/1e3, fmt.Sprintf("us-late-p%v", q))
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// exchange has each of conns connections send messages and wait for each reply.
func exchange(tb testing.TB, s *Server, conns, messages int) {
	tb.Helper()
	var wg sync.WaitGroup
	for range conns {
		c := dial(tb, s, websocket.Dialer{})
		c.SetReadDeadline(time.Time{})
		wg.Go(func() {
			defer c.Close()
			for range messages {
				if err := c.WriteMessage(websocket.BinaryMessage, []byte("20 bytes of payload.")); err != nil {
					tb.Error(err)
					return
				}
				if _, _, err := c.ReadMessage(); err != nil {
					tb.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}
