package stats

// eventLoop is the driver whose workers are a thread each.
const eventLoop = "epoll"

// checkQueue grades how long replies waited in the client for being read, by
// the rtt that it is a part of. The floors are what reading takes, a few
// microseconds a message, beside loopback latencies.
func checkQueue(r *Result) []Finding {
	rtt, queue := r.headline(), r.Latency[Queue.String()]
	if rtt == nil || queue == nil {
		return nil
	}
	p99 := rtt.near(P99)
	suspect, invalid := max(0.05*p99, 20e3), max(0.25*p99, 100e3)
	waited, name := queue.nearest(P99)
	if r.openLoop() {
		return grade(waited, suspect, invalid, unitNS,
			"Replies waited in the client to be read ("+name+"), and that is in the latencies; lower the rate, or give the client more cores.")
	}
	return lowered(grade(waited, suspect, invalid, unitNS,
		"Replies waited in the client to be read ("+name+"): the throughput is its ceiling, unless the server was busier; for latencies, use fewer connections or an open loop."))
}

// leastStrain is the shortest window, in seconds, that tells how busy the client
// was: the system counts CPU time in steps, and a run has a beginning.
const leastStrain = 0.1

// checkCPU grades the CPU time that the client used of what it may use and, of
// the event loop, whose connections each belong to one thread, that of its
// busiest thread.
func checkCPU(r *Result) []Finding {
	c := r.Client
	if r.WindowS < leastStrain || c.Cores <= 0 {
		return nil
	}
	found := gradeCPU(r, (c.CPUUserS+c.CPUSystemS)/r.WindowS/c.Cores, "The client", "cores")
	if r.Driver == eventLoop {
		thread := gradeCPU(r, c.BusiestThreadS/r.WindowS, "One thread of the client", "workers")
		if found == nil || thread != nil && found[0].Level != Invalid && thread[0].Level == Invalid {
			return thread
		}
	}
	return found
}

// gradeCPU grades how busy something was, of which there could be more.
func gradeCPU(r *Result, busy float64, something, more string) []Finding {
	if r.openLoop() {
		return grade(busy, 0.80, 0.95, unitRatio,
			something+" was short of CPU, so that its own queueing is in the latencies; lower the rate, or give it more "+more+".")
	}
	return lowered(grade(busy, 0.80, never, unitRatio,
		something+" was busy, as a closed loop makes it: the throughput is its ceiling, unless the server was busier."))
}

// checkGC compares a pause with the latencies that it would lengthen.
func checkGC(r *Result) []Finding {
	rtt := r.headline()
	if rtt == nil || r.WindowS <= 0 {
		return nil
	}
	pause := float64(r.Client.GC.PauseP999NS)
	// A pause reaches the messages that are under way in it. Two pauses make a
	// cycle; when all of them together last for less than a thousandth of the
	// window, they are too rare to move even p99.9, however long they are
	// beside a loopback latency.
	if 2*float64(r.Client.GC.Cycles)*pause < 0.001*r.WindowS*1e9 {
		return nil
	}
	return gradeDelay(r, pause, rtt,
		"Pauses of the client's garbage collector (p99.9) are in the latencies; give it more memory (GOGC) or fewer connections.")
}

func checkScheduler(r *Result) []Finding {
	rtt := r.headline()
	ready := r.Client.SchedLatency
	if rtt == nil || ready == nil || !P999.Printable(ready.Count) {
		return nil
	}
	// The event loop's threads wait for no goroutine: those that wait beside
	// it have little to do with messages.
	if ready.Count < rtt.Count/10 {
		return nil
	}
	return gradeDelay(r, float64(ready.P999NS), rtt,
		"The client's goroutines waited for a core (p99.9), and that is in the latencies; lower the load, or give the client more cores.")
}

// gradeDelay grades a delay of the client's own making by the rtt that it is a
// part of. In a closed loop it is never invalid: such a client is as busy as
// it can be by intention, and its throughput stands.
func gradeDelay(r *Result, delay float64, rtt *Latency, text string) []Finding {
	p99 := rtt.near(P99)
	invalid := max(0.10*p99, 1e6) // as for the lag
	if !r.openLoop() {
		invalid = never
	}
	return grade(delay, 0.05*p99, invalid, unitNS, text)
}

func checkSteal(r *Result) []Finding {
	return grade(r.Client.Steal, 0.01, 0.05, unitRatio,
		"The hypervisor gave CPU time of this machine to others, and the client did not run meanwhile; use a machine with cores of its own, or another hour.")
}

// checkThrottling grades the share of the window for which a quota stopped the
// client. It stops for most of a period of the quota then, 100 ms as a rule, and
// so nothing is too little to be said.
func checkThrottling(r *Result) []Finding {
	if r.WindowS <= 0 {
		return nil
	}
	return grade(r.Client.ThrottledS/r.WindowS, 0, 0.01, unitRatio,
		"A CPU quota stopped the client; raise the quota of its cgroup or container, or lower the load.")
}
