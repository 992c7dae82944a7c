package report

import (
	"math"
	"testing"
	"time"
)

func TestDuration(t *testing.T) {
	for _, c := range []struct {
		d    time.Duration
		want string
	}{
		{0, "0 ns"},
		{999, "999 ns"},
		{1000, "1.00 µs"},
		{1234, "1.23 µs"},
		{9_994, "9.99 µs"},
		{9_996, "10.0 µs"},
		{99_960, "100 µs"},
		{999_499, "999 µs"},
		{999_500, "1.00 ms"},
		{123_456_789, "123 ms"},
		{59_990 * time.Millisecond, "60.0 s"},
		{99 * time.Second, "99.0 s"},
		{100 * time.Second, "1.67 min"},
		{99 * time.Minute, "99.0 min"},
		{100 * time.Minute, "1.67 h"},
		{math.MaxInt64, "2562048 h"},
		{-1500, "-1.50 µs"},
		{math.MinInt64, "-2562048 h"},
	} {
		if got := Duration(c.d); got != c.want {
			t.Errorf("Duration(%d): got %q, want %q", c.d, got, c.want)
		}
	}
}

func TestCount(t *testing.T) {
	for _, c := range []struct {
		n           int64
		want, short string
	}{
		{0, "0", "0"},
		{999, "999", "999"},
		{1000, "1,000", "1,000"},
		{-1234, "-1,234", "-1,234"},
		{999_999_999, "999,999,999", "999,999,999"},
		{1_000_000_000, "1,000,000,000", "1.00 G"},
		{999_600_000_000, "999,600,000,000", "1.00 T"},
		{math.MaxInt64, "9,223,372,036,854,775,807", "9.22 E"},
		{math.MinInt64, "-9,223,372,036,854,775,808", "-9.22 E"},
	} {
		if got := Count(c.n); got != c.want {
			t.Errorf("Count(%d): got %q, want %q", c.n, got, c.want)
		}
		if got := ShortCount(c.n); got != c.short {
			t.Errorf("ShortCount(%d): got %q, want %q", c.n, got, c.short)
		}
	}
}

func TestRate(t *testing.T) {
	for _, c := range []struct {
		v    float64
		want string
	}{
		{0, "0/s"}, {0.25, "0.25/s"}, {0.00123, "0.0012/s"}, {1e-9, "<0.001/s"}, {10, "10/s"}, {12.34, "12.3/s"}, {999.4, "999/s"},
		{1234.5, "1,235/s"}, {1e9, "1.00 G/s"}, {1e30, "9.00 E/s"},
	} {
		if got := Rate(c.v); got != c.want {
			t.Errorf("Rate(%v): got %q, want %q", c.v, got, c.want)
		}
	}
}

func TestBytes(t *testing.T) {
	for _, c := range []struct {
		n    float64
		want string
	}{
		{0, "0 B"}, {1023, "1023 B"}, {1024, "1.00 KiB"}, {1023 * 1024, "1.00 MiB"}, {1 << 20, "1.00 MiB"},
		{999 << 10, "999 KiB"}, {1000 << 10, "0.98 MiB"}, {math.MaxInt64, "8.00 EiB"},
	} {
		if got := Bytes(c.n); got != c.want {
			t.Errorf("Bytes(%v): got %q, want %q", c.n, got, c.want)
		}
	}
}

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		share float64
		want  string
	}{
		{0, "0%"}, {0.000001, "<0.001%"}, {0.00012, "0.012%"}, {0.05, "5%"}, {0.0123, "1.2%"}, {0.0996, "10%"}, {1, "100%"}, {1.167, "117%"}, {1e300, ">999999%"},
	} {
		if got := Percent(c.share); got != c.want {
			t.Errorf("Percent(%v): got %q, want %q", c.share, got, c.want)
		}
	}
}
