package preflight

import "net/netip"

// A Need is what a run asks of the machine.
type Need struct {
	Connections int
	Opening     int // connections being opened at the same time

	// Targets are the addresses that the connections spread over, each with
	// ephemeral ports of its own; none where no ports are needed (a Unix socket)
	// or the addresses are not known. Port 0 is that of a server that does not
	// run yet.
	Targets []netip.AddrPort
	// Sources are the addresses of this machine that the connections spread over;
	// none: one that the system chooses.
	Sources []netip.Addr
	// Local says that the server runs on this machine and takes its share of
	// what the run takes.
	Local bool

	Rate     float64 // messages a second, in total; 0: as many as go
	InFlight int     // messages under way on each connection; 0: unknown, or none are sent
	Message  int     // bytes of the longest one

	EventLoop bool // the driver keeps no goroutine for each connection
	TLS       bool
	Workers   int // of the engine
}

// What a run takes. Idle connections were seen with 0.4 kB on the event loop, with
// 9 to 12 kB where they have goroutines, and with 6 kB in the built-in server;
// traffic and the garbage collector take about as much again. The CPU times are
// those of small messages on a shared virtual machine, rounded up.
const (
	// extraDescriptors is how many a run needs beside its connections: standard
	// streams, event queues, the pipes of the built-in server, the resolver's
	// sockets and a result file. A run of one connection has been seen with 12.
	extraDescriptors = 64

	baseMemory        = 64 << 20
	eventLoopMemory   = 1 << 10  // of a connection of the event loop
	goroutineMemory   = 24 << 10 // of a connection with goroutines
	tlsMemory         = 48 << 10 // beside it, of a TLS connection
	serverMemory      = 12 << 10 // of a connection of the built-in server
	socketMemory      = 4 << 10  // of the kernel, for one socket
	eventLoopMessage  = 10e-6    // seconds of CPU
	goroutinesMessage = 20e-6
	serverMessage     = 10e-6
)

// pairs returns how many pairs of a source address and a target of the same IP
// version there are. One that is not known goes with all.
func (n Need) pairs() int64 {
	if len(n.Sources) == 0 {
		return int64(len(n.Targets))
	}
	var sources4, sources6, all int64
	for _, a := range n.Sources {
		if a.Is4() {
			sources4++
		} else {
			sources6++
		}
	}
	for _, to := range n.Targets {
		switch a := to.Addr(); {
		case !a.IsValid():
			all += sources4 + sources6
		case a.Is4():
			all += sources4
		default:
			all += sources6
		}
	}
	return all
}

// perPair returns how many connections one pair gets at most.
func (n Need) perPair() int64 {
	pairs := max(1, n.pairs())
	return (int64(n.Connections) + pairs - 1) / pairs
}

// descriptors returns how many descriptors the client needs. The built-in server
// needs as many, and has a limit of its own.
func (n Need) descriptors() int64 { return int64(n.Connections) + extraDescriptors }

// sockets returns how many sockets of this machine the run takes.
func (n Need) sockets() int64 {
	if n.Local {
		return 2 * int64(n.Connections)
	}
	return int64(n.Connections)
}

// memory returns an estimate of the bytes that the run takes.
func (n Need) memory() int64 {
	each := int64(goroutineMemory)
	if n.EventLoop {
		each = eventLoopMemory
	}
	if n.TLS {
		each += tlsMemory
	}
	if n.Local {
		each += serverMemory
	}
	return baseMemory + int64(n.Connections)*each + n.sockets()*socketMemory
}

// cores returns an estimate of the processors that the run keeps busy, 0 for as
// many as there are.
func (n Need) cores() float64 {
	each := goroutinesMessage
	if n.EventLoop {
		each = eventLoopMessage
	}
	if n.Local {
		each += serverMessage
	}
	return n.Rate * each
}

// queued returns the bytes that may wait in one direction on one connection.
func (n Need) queued() int64 { return int64(max(n.InFlight, 1)) * int64(n.Message) }
