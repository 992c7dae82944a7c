// Package objective holds a run to what somebody demanded of it. An Objective
// is a condition under which the run fails, written as METRIC OPERATOR VALUE:
//
//	rtt.p99>25ms            the 99th percentile of the measured window
//	messages.rate<50k       replies a second
//	lost>0.1%               of the messages sent
//	rtt.p99>25ms for 5s     second by second, five in a row
//
// A metric is any number of a stats.Result that stands for the whole run, by its
// path in the document; Names lists them, and what has several spellings in the
// world has a short form too. Where the unit is not a plain number, the value
// has to say it: 25 is neither 25 ms nor 25 s.
//
// Parse reads an Objective, Check holds a Result to some of them, and a Watch
// does so while the run lasts, for those that time cannot heal. An objective
// that cannot be checked, because too little was measured, counts as missed:
// what nobody knows must not pass for what is well.
//
// The package reads no clock; the seconds are those of the Result's intervals.
package objective
