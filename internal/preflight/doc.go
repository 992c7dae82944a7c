// Package preflight tells, before a run starts, what it would run out of on
// this machine: file descriptors, and ephemeral ports. Found out in the middle
// of a run, either looks like a fault of the server.
//
// Check compares a Need with the machine's limits; reading the limits is in
// twin files per platform, deciding is not. The package reads the operating
// system's state and changes nothing.
package preflight
