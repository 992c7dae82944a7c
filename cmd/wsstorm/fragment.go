package main

import (
	"errors"
	"strconv"
	"strings"

	"wsstorm/loadgen"
)

// fragmentation is the value of --fragment, as a Plan has it.
type fragmentation struct {
	size  int     // bytes a frame at most, 0, or loadgen.FragmentRandom
	share float64 // of the messages; 0 stands for all
}

var errFragment = errors.New("want the bytes of a frame, or random, perhaps with the share of messages: 1024, random or random:0.5; none for whole messages")

// parseFragment reads N, random or none, and perhaps ":SHARE".
func parseFragment(s string) (fragmentation, error) {
	if s == "none" {
		return fragmentation{}, nil
	}
	var f fragmentation
	pieces, share, shared := strings.Cut(s, ":")
	if shared {
		var err error
		f.share, err = strconv.ParseFloat(share, 64)
		if err != nil || !(f.share > 0 && f.share <= 1) {
			return f, errors.New("the share of messages is a number above 0 and up to 1")
		}
		if f.share == 1 {
			f.share = 0
		}
	}
	if pieces == "random" {
		f.size = loadgen.FragmentRandom
		return f, nil
	}
	n, err := parseSize(pieces)
	if err != nil || n < 1 || n > loadgen.MaxSize {
		return f, errFragment
	}
	f.size = int(n)
	return f, nil
}

func formatFragment(f fragmentation) string {
	s := strconv.Itoa(f.size)
	switch f.size {
	case 0:
		return "none"
	case loadgen.FragmentRandom:
		s = "random"
	}
	if f.share > 0 {
		s += ":" + strconv.FormatFloat(f.share, 'g', -1, 64)
	}
	return s
}
