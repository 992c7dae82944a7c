package regress

import (
	"math"
	"reflect"
	"testing"

	"wsstorm/stats"
)

func TestCalibrate(t *testing.T) {
	b := bencher{random: newRandom(21), noise: 0.03}
	same := pairsOf(LastLook, func(int) (old, new *stats.Result) { p := b.pair(); return p.Old, p.New })
	c, err := Calibrate(same, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	if c.Benches != calibrations || c.RateLow > float64(c.FalseAlarms)/calibrations || c.RateHigh < float64(c.FalseAlarms)/calibrations {
		t.Errorf("got %+v", c)
	}
	if c.RateLow > Alpha {
		t.Errorf("got a rate of false alarms of at least %v, want no more than %v", c.RateLow, Alpha)
	}
	if len(c.Detectable) != len(DefaultMetrics()) {
		t.Fatalf("got %v, want every metric", c.Detectable)
	}
	// What it says can be detected must be detected nine times in ten, when
	// benches are made of the same pairs: of one metric, slower by that much.
	old, new := sides(same)
	samples, _, err := samples(old, new, DefaultMetrics())
	if err != nil {
		t.Fatal(err)
	}
	measured := make([][]float64, len(samples))
	for i := range samples {
		measured[i] = samples[i].effects()
	}
	for i, d := range c.Detectable {
		if d.Worsening < d.Metric.LeastEffect || d.Worsening > 0.5 {
			t.Errorf("%s: got %v, want no less than the least effect, %v", d.Metric.Name, d.Worsening, d.Metric.LeastEffect)
		}
		worse := d.Metric
		worse.LeastEffect = d.Worsening
		detected := 0
		random := newRandom(22)
		const benches = 400
		for range benches {
			drawn := draw(measured, random)
			for j := range drawn[i] {
				drawn[i][j] += worse.margin()
			}
			if simulate(samples, drawn) == Regressed {
				detected++
			}
		}
		// A binomial of 400 at 0.9 is within 4 of its deviations, 0.06.
		if got := float64(detected) / benches; got < 0.84 || got > 0.96 {
			t.Errorf("%s worse by %v: got %v detected, want 0.9", d.Metric.Name, d.Worsening, got)
		}
	}
}

func TestCalibrateIsMoreSensitiveOnAQuietHost(t *testing.T) {
	detectable := func(noise float64) float64 {
		c, err := Calibrate(slower(LastLook, 0, noise), nil, 1)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Calibrate(slower(LastLook, 0, noise), nil, 1)
		if err != nil || !reflect.DeepEqual(c, again) {
			t.Errorf("the same seed gave %v and then %v, %v", c, again, err)
		}
		return c.Detectable[0].Worsening
	}
	if got := detectable(0); math.Abs(got-0.05) > 1e-12 {
		t.Errorf("without noise: got %v, want the least effect, 0.05", got)
	}
	if quiet, loud := detectable(1), detectable(4); quiet >= loud {
		t.Errorf("got %v on a quiet host and %v on a loud one", quiet, loud)
	}
	// Either sign is as likely, whichever the pairs happened to have.
	c, err := Calibrate(slower(LastLook, 0.2, 1), nil, 1)
	if err != nil || c.RateLow > Alpha {
		t.Errorf("pairs of one sign: got %+v, %v, want a rate of false alarms of no more than %v", c, err, Alpha)
	}
	if _, err := Calibrate(slower(FirstLook-1, 0, 1), nil, 1); err == nil {
		t.Error("too few pairs: got no error")
	}
}
