package regress

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// A reference is what scipy made of one case. See testdata/scipy_reference.py,
// which made testdata/scipy.json.
type reference struct {
	D          []float64 // of the signed-rank test
	Old, New   []float64 // of the rank-sum test
	Greater    float64
	Less       float64
	HL         float64
	Low, High  *float64
	K, N       int // of the binomial interval
	Confidence float64
	Note       string
}

func references(t *testing.T, key string) []reference {
	t.Helper()
	text, err := os.ReadFile("testdata/scipy.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	var cases []reference
	if err := json.Unmarshal(all[key], &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) == 0 {
		t.Fatalf("scipy.json has no %s", key)
	}
	return cases
}

func near(a, b float64) bool {
	return a == b || math.Abs(a-b) <= 1e-12*max(math.Abs(a), math.Abs(b)) || math.Abs(a-b) < 1e-15
}

// checkReference compares the figures of one case.
func checkReference(t *testing.T, r reference, greater, less float64, e Estimate) {
	t.Helper()
	if !near(greater, r.Greater) || !near(less, r.Less) {
		t.Errorf("%s: got p %v and %v, want %v and %v", r.Note, greater, less, r.Greater, r.Less)
	}
	if !near(e.Point, r.HL) {
		t.Errorf("%s: got an estimate of %v, want %v", r.Note, e.Point, r.HL)
	}
	if r.Low != nil && (!near(e.Low, *r.Low) || !near(e.High, *r.High)) {
		t.Errorf("%s: got the interval %v to %v, want %v to %v", r.Note, e.Low, e.High, *r.Low, *r.High)
	}
}

func TestSignedRankAgreesWithScipy(t *testing.T) {
	for _, r := range references(t, "signed_rank") {
		greater, less := signedRank(r.D)
		checkReference(t, r, greater, less, signedRankShift(r.D, 0.005))
	}
}

func TestRankSumAgreesWithScipy(t *testing.T) {
	for _, r := range references(t, "rank_sum") {
		greater, less := rankSum(r.Old, r.New)
		checkReference(t, r, greater, less, rankSumShift(r.Old, r.New, 0.01))
	}
}

func TestClopperPearsonAgreesWithScipy(t *testing.T) {
	for _, r := range references(t, "clopper_pearson") {
		low, high := ClopperPearson(r.K, r.N, r.Confidence)
		if math.Abs(low-*r.Low) > 1e-9 || math.Abs(high-*r.High) > 1e-9 {
			t.Errorf("%d of %d at %v: got %v to %v, want %v to %v", r.K, r.N, r.Confidence, low, high, *r.Low, *r.High)
		}
	}
}
