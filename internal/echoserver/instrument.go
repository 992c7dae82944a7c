package echoserver

import (
	"sync"
	"time"
)

// instrument is a Server's faults at work: what all of its connections share.
type instrument struct {
	faults   Faults
	epoch    time.Time
	counters counters
	stalls   stalls
	topics   topics
	line     *line          // nil where replies do not wait
	log      *delayLog      // nil without Faults.DelayLog
	writers  sync.WaitGroup // goroutines of outboxes
	quit     chan struct{}  // closed when the server stops
}

func newInstrument(f Faults) *instrument {
	in := &instrument{faults: f, quit: make(chan struct{}), topics: newTopics()}
	in.stalls.Stall = f.Stall
	// No instant of the clock is 0, which stands for none.
	in.epoch = time.Now().Add(-time.Second)
	return in
}

// clock returns the time since before there was a server.
func (in *instrument) clock() time.Duration { return time.Since(in.epoch) }

// start starts the goroutines that serve all connections.
func (in *instrument) start() error {
	if !in.faults.Queued() {
		return nil
	}
	var err error
	if in.line, err = newLine(in.clock); err != nil {
		return err
	}
	go in.line.run() // until close
	if in.faults.DelayLog != nil {
		in.log = newDelayLog(in.faults.DelayLog)
		go in.log.run() // until close
	}
	return nil
}

// stopping has whatever sleeps go on: the server is about to stop.
func (in *instrument) stopping() { close(in.quit) }

// close ends what start has started, when the last connection has ended. The
// error is the log's.
func (in *instrument) close() error {
	in.writers.Wait()
	if in.line != nil {
		in.line.stop()
	}
	if in.log != nil {
		return in.log.close()
	}
	return nil
}

// pause waits for the end of a stall, where one is on.
func (in *instrument) pause() {
	for {
		now := in.clock()
		over := in.stalls.over(now)
		if over == now || !in.sleep(over-now) {
			return
		}
	}
}

// sleep waits for d and reports whether it did; not so if the server stops.
func (in *instrument) sleep(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-in.quit:
		return false
	}
}
