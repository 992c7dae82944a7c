// Package calibrate measures the machine that it runs on as a place to put a load
// generator: what a clock reading costs, how late a timed wait returns, what the
// client can send and open and what that costs beside the floor (package floor),
// and up to which rate it keeps to its schedule. Then it measures the client
// itself: servers with known faults are put under load, and what the client says
// is held against what is known.
//
// Run takes its time from a budget, in steps that follow each other; nothing else
// goes on in the process meanwhile, since its CPU time is what is compared. The
// servers are processes of their own, which the caller starts, and so are the
// clients that are stopped on purpose. The clock is the monotonic one. The result
// is a Calibration; what it means in words is the caller's to say.
package calibrate
