// Package preflight compares what a run asks for with what this machine grants,
// before the run starts: descriptors, ports, memory, processors, and the kernel's
// limits on TCP. Found out in the middle of a run, a limit of ours looks like a
// fault of the server.
//
// A Machine is where the limits are read: the file system, of which it looks at
// /proc and /sys only, and this process. Examine holds each limit against a Need
// and returns an Item that says what there is, what the run needs, and the
// command that mends it. An Item whose State is TooLittle is one that the run is
// bound to fail of; what may weaken a run, or rests on an estimate, is a Warn.
// The package reads the operating system's state, and no clock, and changes
// nothing.
package preflight
