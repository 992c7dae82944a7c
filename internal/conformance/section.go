package main

import "fmt"

// section is a chapter of the suite.
type section struct {
	number string
	title  string
	cases  int // that the pinned suite has, so that one that did not run is missed

	// Where sample is not empty, it has what a short run takes of the section: of
	// each of its groups the cases with these numbers.
	groups int
	sample []int
}

// Sections 12 and 13 echo 1000 messages in each case, which keeps the suite's
// server busy for a quarter of an hour. The groups of 12 are kinds of data, those
// of 13 are answers to the offer of permessage-deflate. Their cases differ in
// message size: the first has 16 bytes, the 4th 1024, the 5th 4096, the 7th 16 KiB
// and the 9th 64 KiB, twice the largest window, all in one frame; the 11th has
// 8 KiB in frames of 256 bytes.
var sections = []section{
	{number: "1", title: "framing", cases: 16},
	{number: "2", title: "pings and pongs", cases: 11},
	{number: "3", title: "reserved bits", cases: 7},
	{number: "4", title: "opcodes", cases: 10},
	{number: "5", title: "fragmentation", cases: 20},
	{number: "6", title: "UTF-8", cases: 145},
	{number: "7", title: "close", cases: 37},
	{number: "9", title: "limits, performance", cases: 54},
	{number: "10", title: "auto-fragmentation", cases: 1},
	{number: "12", title: "compression", cases: 90, groups: 5, sample: []int{1, 4, 9, 11}},
	{number: "13", title: "its parameters", cases: 126, groups: 7, sample: []int{1, 5, 7, 11}},
}

// selected returns how many cases of the section run, and the suite's patterns
// for them.
func (s section) selected(full bool) (int, []string) {
	if full || len(s.sample) == 0 {
		return s.cases, []string{s.number + ".*"}
	}
	var ids []string
	for group := 1; group <= s.groups; group++ {
		for _, n := range s.sample {
			ids = append(ids, fmt.Sprintf("%s.%d.%d", s.number, group, n))
		}
	}
	return len(ids), ids
}

// undefined are the cases for which the suite has no outcome to insist on; it
// calls all of them INFORMATIONAL, whatever the client does.
var undefined = map[string]string{
	"7.1.6":  "whether an echo of 256 KiB still gets out when a Close frame follows is the implementation's choice",
	"7.13.1": "close code 5000: RFC 6455 does not say what to do about it",
	"7.13.2": "close code 65535: likewise",
}
