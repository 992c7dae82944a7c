package calibrate

import (
	"context"
	"math"
	"time"
)

// clock measures the clock in batches, of which the quickest counts: a batch that
// was interrupted says nothing about the clock.
func clock(ctx context.Context, c *Config, out *Calibration) error {
	const batch = 1000
	least := time.Duration(math.MaxInt64)
	step := int64(math.MaxInt64)
	base := time.Now()
	budget := min(c.part(clockShare), time.Second)
	for ctx.Err() == nil && (time.Since(base) < budget || least == math.MaxInt64) {
		start := time.Now()
		last := time.Since(base)
		for range batch {
			now := time.Since(base)
			if d := int64(now - last); d > 0 {
				step = min(step, d)
			}
			last = now
		}
		least = min(least, time.Since(start))
	}
	out.Clock.ReadNS = float64(least) / (batch + 2)
	if step < math.MaxInt64 {
		out.Clock.StepNS = step
	}
	return ctx.Err()
}
