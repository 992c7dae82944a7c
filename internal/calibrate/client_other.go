//go:build !linux

package calibrate

import "wsstorm/loadgen"

// drivers returns those of the engine.
func drivers() []engine { return []engine{{"portable", loadgen.DriverPortable}} }

// platformContenders returns none: the floor is written for Linux.
func platformContenders() []contender { return nil }
