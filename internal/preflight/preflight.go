package preflight

import "fmt"

// A Need is what a run asks of the machine.
type Need struct {
	Connections int
	// Addresses is how many addresses the connections spread over, each with
	// ephemeral ports of its own; 0 where no ports are needed (a Unix socket)
	// or the number is not known.
	Addresses int
}

// overhead is how many descriptors a run needs beside its connections: standard
// streams, event queues, the pipes of the built-in server, the resolver's
// sockets and a result file. A run of one connection has been seen with 12.
const overhead = 64

// limits is what the machine grants; 0 where it is not known.
type limits struct {
	descriptors uint64 // of this process, as they are now
	ports       int    // in the range of ephemeral ports
}

// Check returns a *Shortage where the machine cannot serve the need, and nil
// where it can or its limits cannot be read.
func Check(need Need) error {
	if s := check(need, limits{descriptors(), ports()}); s != nil {
		return s
	}
	return nil
}

// Ports returns how many ephemeral ports connections to one address may use, 0
// where that is not known.
func Ports() int { return ports() }

func check(need Need, have limits) *Shortage {
	want := uint64(need.Connections) + overhead
	if have.descriptors > 0 && want > have.descriptors {
		return &Shortage{
			What: "file descriptors", Need: want, Have: have.descriptors,
			Remedy: descriptorRemedy(want),
		}
	}
	if have.ports == 0 || need.Addresses == 0 || need.Connections <= have.ports*need.Addresses {
		return nil
	}
	s := &Shortage{
		What: "ephemeral ports", Need: uint64(need.Connections), Have: uint64(have.ports * need.Addresses),
		Remedy: portRemedy,
	}
	if need.Connections > maxPorts*need.Addresses {
		s.Remedy = fmt.Sprintf("one address of this machine reaches one of the server with %d at most", maxPorts)
	}
	return s
}

// The widest range of ephemeral ports that an unprivileged process may use.
const (
	firstPort = 1024
	lastPort  = 65535
	maxPorts  = lastPort - firstPort + 1
)

// A Shortage says what there is too little of.
type Shortage struct {
	What       string // "file descriptors"
	Need, Have uint64
	Remedy     string // the command that raises the limit, or why none does
}

// Error returns the shortage and its remedy in one line.
func (s *Shortage) Error() string {
	return fmt.Sprintf("the run needs %d %s and this process may use %d: %s", s.Need, s.What, s.Have, s.Remedy)
}
