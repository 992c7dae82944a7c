package main

// section is a chapter of the suite.
type section struct {
	number string
	title  string
	cases  int // that the pinned suite has, so that one that did not run is missed
}

var sections = []section{
	{"1", "framing", 16},
	{"2", "pings and pongs", 11},
	{"3", "reserved bits", 7},
	{"4", "opcodes", 10},
	{"5", "fragmentation", 20},
	{"6", "UTF-8", 145},
	{"7", "close", 37},
	{"9", "limits, performance", 54},
	{"10", "auto-fragmentation", 1},
}

// undefined are the cases for which the suite has no outcome to insist on; it
// calls all of them INFORMATIONAL, whatever the client does.
var undefined = map[string]string{
	"7.1.6":  "whether an echo of 256 KiB still gets out when a Close frame follows is the implementation's choice",
	"7.13.1": "close code 5000: RFC 6455 does not say what to do about it",
	"7.13.2": "close code 65535: likewise",
}
