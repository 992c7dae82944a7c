// Package truth holds wsstorm against servers of which the latencies are known:
// one that stands still for a second now and then, and ones with a log of how
// long each reply took; and against what must shake the numbers: a client that
// is stopped, and one that gets a tenth of a core. Its tests are behind the build
// tag truth; `make truth` runs them.
package truth
