package calibrate

import (
	"slices"
	"testing"

	"wsstorm/stats"
)

func TestNewControl(t *testing.T) {
	verdict := func(status stats.Level) stats.Verdict {
		return stats.Verdict{Status: status, Findings: []stats.Finding{
			{Check: "lag", Level: stats.Invalid}, {Check: "cpu", Level: stats.Note}, {Check: "lag", Level: stats.Suspect}, {Check: "rate", Level: stats.Suspect},
		}}
	}
	for _, tt := range []struct {
		expect, got stats.Level
		ok          bool
	}{
		{stats.Invalid, stats.Invalid, true},
		{stats.Invalid, stats.Suspect, false},
		{stats.Invalid, stats.Valid, false},
		{stats.Valid, stats.Invalid, false},
		{stats.Valid, stats.Suspect, true},
		{stats.Valid, stats.Valid, true},
	} {
		k := newControl(disturbance{name: "paused", expect: tt.expect}, verdict(tt.got))
		if k.OK != tt.ok || k.Got != tt.got || k.Expect != tt.expect || !slices.Equal(k.Checks, []string{"lag", "rate"}) {
			t.Errorf("%s where %s is expected: got %+v", tt.got, tt.expect, k)
		}
	}
}
