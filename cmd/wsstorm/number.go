package main

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// whole returns the value of a flag that takes a whole number from least to
// most, perhaps with k or M.
func whole[T ~int | ~int64 | ~uint16](to *T, least, most int64, noun string) *field[T] {
	return &field[T]{
		to: to, noun: noun,
		parse: func(s string) (T, error) {
			n, err := parseNumber(s)
			switch {
			case err != nil || n != math.Trunc(n):
				return 0, errors.New("want a whole number, perhaps with k or M: 500 or 10k")
			case n < float64(least):
				return 0, fmt.Errorf("want %d at least", least)
			case n > float64(most):
				return 0, fmt.Errorf("want %d at most", most)
			}
			return T(n), nil
		},
		format: func(n T) string { return strconv.FormatInt(int64(n), 10) },
	}
}

// perSecond returns the value of a flag that takes a number of things a second.
func perSecond(to *float64, noun string) *field[float64] {
	return &field[float64]{
		to: to, noun: noun,
		parse: func(s string) (float64, error) {
			n, err := parseNumber(s)
			switch {
			case err != nil:
				return 0, errors.New("want a number a second, perhaps with k or M: 500, 2.5 or 10k")
			case n < 0.001 || n > 1e9:
				return 0, errors.New("want a number a second from 0.001 to 1000M")
			}
			return n, nil
		},
		format: func(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) },
	}
}

// seed returns the value of --seed. It is not a whole: k and M make no sense on
// it, and it may be larger than a float holds exactly.
func seed(to *uint64, noun string) *field[uint64] {
	return &field[uint64]{
		to: to, noun: noun,
		parse: func(s string) (uint64, error) {
			n, err := strconv.ParseUint(s, 10, 64)
			if err != nil {
				return 0, fmt.Errorf("want a whole number from 0 to %d", uint64(math.MaxUint64))
			}
			return n, nil
		},
		format: func(n uint64) string { return strconv.FormatUint(n, 10) },
	}
}

// parseNumber reads digits, perhaps with a decimal point, and k or M. It is
// stricter than strconv, which takes 0x10, 1_000, 1e3, Inf and NaN.
func parseNumber(s string) (float64, error) {
	digits, scale := s, 1.0
	switch {
	case strings.HasSuffix(s, "k"):
		digits, scale = s[:len(s)-1], 1e3
	case strings.HasSuffix(s, "M"):
		digits, scale = s[:len(s)-1], 1e6
	}
	if digits == "" || strings.Trim(digits, "0123456789.") != "" {
		return 0, strconv.ErrSyntax
	}
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return 0, err
	}
	// 1.1k is 1100 and not 1100.0000000000002.
	if scaled := math.Round(n * scale); math.Abs(scaled-n*scale) < 1e-6 {
		return scaled, nil
	}
	return n * scale, nil
}

// span returns the value of a flag that takes a duration of least or more.
func span(to *time.Duration, least time.Duration, noun string) *field[time.Duration] {
	return &field[time.Duration]{
		to: to, noun: noun,
		parse: func(s string) (time.Duration, error) {
			d, err := parseDuration(s)
			switch {
			case err != nil:
				return 0, errors.New("want a duration: 30s, 1m30s, 500ms, or a bare number of seconds")
			case d < 0:
				return 0, errors.New("a duration must not be negative")
			case d < least:
				return 0, fmt.Errorf("want %s at least", formatDuration(least))
			}
			return d, nil
		},
		format: formatDuration,
	}
}

// parseDuration reads a Go duration; a bare number is seconds.
func parseDuration(s string) (time.Duration, error) {
	if s != "" && strings.Trim(s, "0123456789.") == "" {
		s += "s"
	}
	return time.ParseDuration(s)
}

// formatDuration writes 1m30s and 10m, where time.Duration's String would write
// 10m0s.
func formatDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
