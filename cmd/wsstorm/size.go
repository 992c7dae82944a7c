package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"wsstorm/loadgen"
)

// The units of a size, longest first, so that "KiB" is not taken for "B".
var sizeUnits = []struct {
	name  string
	bytes float64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30},
	{"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9},
	{"B", 1},
}

const wantSize = "want bytes, perhaps with kB, MB, KiB or MiB: 125 or 64KiB"

// parseSize reads a number of bytes.
func parseSize(s string) (int64, error) {
	digits, factor := s, 1.0
	for _, u := range sizeUnits {
		if cut, ok := strings.CutSuffix(s, u.name); ok {
			digits, factor = cut, u.bytes
			break
		}
	}
	if digits == "" || strings.Trim(digits, "0123456789.") != "" {
		return 0, fmt.Errorf("%s%s", wantSize, meantUnit(s))
	}
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return 0, errors.New(wantSize)
	}
	if n *= factor; n != math.Trunc(n) {
		return 0, errors.New("it is not a whole number of bytes")
	}
	if n > math.MaxInt32*1024 {
		return 0, errors.New("it is too large")
	}
	return int64(n), nil
}

// meantUnit names the units that a bare k or M may stand for.
func meantUnit(s string) string {
	if s == "" {
		return ""
	}
	digits := s[:len(s)-1]
	if digits == "" || strings.Trim(digits, "0123456789.") != "" {
		return ""
	}
	switch s[len(s)-1] {
	case 'k', 'K':
		return "; did you mean " + digits + "kB (1000 each) or " + digits + "KiB (1024)?"
	case 'm', 'M':
		return "; did you mean " + digits + "MB (1000000 each) or " + digits + "MiB (1048576)?"
	}
	return ""
}

// formatSize writes a size with the largest unit that needs no fraction.
func formatSize(n int64) string {
	switch {
	case n > 0 && n%(1<<20) == 0:
		return strconv.FormatInt(n>>20, 10) + "MiB"
	case n > 0 && n%(1<<10) == 0:
		return strconv.FormatInt(n>>10, 10) + "KiB"
	}
	return strconv.FormatInt(n, 10)
}

// size returns the value of a flag that takes a number of bytes from least up to
// most.
func size(to *int64, least, most int64, noun string) *field[int64] {
	return &field[int64]{
		to: to, noun: noun, format: formatSize,
		parse: func(s string) (int64, error) {
			n, err := parseSize(s)
			switch {
			case err != nil:
				return 0, err
			case n < least:
				return 0, fmt.Errorf("want %s at least", formatSize(least))
			case n > most:
				return 0, fmt.Errorf("want %s at most", formatSize(most))
			}
			return n, nil
		},
	}
}

// sizes returns the value of --size.
func sizes(to *[]loadgen.SizeClass, noun string) *field[[]loadgen.SizeClass] {
	return &field[[]loadgen.SizeClass]{to: to, noun: noun, parse: parseSizes, format: formatSizes}
}

// The engine's bounds on a list of sizes.
const (
	maxSizes   = 256
	maxWeights = 1 << 16
)

// parseSizes reads a list "0,64-4KiB,125x8": sizes and ranges of sizes, each
// perhaps with the number of messages that it gets in turn.
func parseSizes(s string) ([]loadgen.SizeClass, error) {
	var classes []loadgen.SizeClass
	total := 0
	for item := range strings.SplitSeq(s, ",") {
		item = strings.TrimSpace(item)
		c, err := parseSizeClass(item)
		if err != nil {
			return nil, err
		}
		for _, other := range classes {
			if c.Min == other.Min && c.Max == other.Max {
				return nil, fmt.Errorf("%s stands there twice; for twice as many messages of it write %sx2", item, item)
			}
		}
		total += max(c.Weight, 1)
		classes = append(classes, c)
	}
	switch {
	case len(classes) > maxSizes:
		return nil, fmt.Errorf("want %d sizes at most", maxSizes)
	case total > maxWeights:
		return nil, fmt.Errorf("the weights add up to %d, want %d at most", total, maxWeights)
	}
	return classes, nil
}

func parseSizeClass(item string) (c loadgen.SizeClass, err error) {
	if item == "" {
		return c, errors.New("want a size, a list, a range or weights: 20 or 0,125 or 64-4KiB or 125x8,64KiBx1")
	}
	sizes, weight, weighted := strings.Cut(item, "x")
	if weighted {
		c.Weight, err = strconv.Atoi(weight)
		if err != nil || c.Weight < 1 || c.Weight > maxWeights {
			return c, fmt.Errorf("weight %q of %q: want a whole number from 1", weight, sizes)
		}
		if c.Weight == 1 {
			c.Weight = 0 // the same: one form to compare
		}
	}
	from, to, ranged := strings.Cut(sizes, "-")
	if !ranged {
		to = from
	}
	if c.Min, err = parseMessageSize(from); err != nil {
		return c, err
	}
	if c.Max, err = parseMessageSize(to); err != nil {
		return c, err
	}
	if c.Max < c.Min {
		return c, fmt.Errorf("the range %s ends before it begins; did you mean %s-%s?", sizes, to, from)
	}
	return c, nil
}

func parseMessageSize(s string) (int, error) {
	n, err := parseSize(s)
	if err != nil {
		return 0, fmt.Errorf("size %q: %v", s, err)
	}
	if n > loadgen.MaxSize {
		return 0, fmt.Errorf("size %q: want %s at most", s, formatSize(loadgen.MaxSize))
	}
	return int(n), nil
}

func formatSizes(classes []loadgen.SizeClass) string {
	items := make([]string, len(classes))
	for i, c := range classes {
		items[i] = strconv.Itoa(c.Min)
		if c.Max != c.Min {
			items[i] += "-" + strconv.Itoa(c.Max)
		}
		if c.Weight > 1 {
			items[i] += "x" + strconv.Itoa(c.Weight)
		}
	}
	return strings.Join(items, ",")
}
