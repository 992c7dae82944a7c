package objective

import (
	"math"
	"strings"

	"wsstorm/stats"
)

// opposites are the operators of what must not be, for what must.
var opposites = map[operator]operator{">": "<=", "<=": ">", "<": ">=", ">=": "<", "==": "!=", "!=": "=="}

// Not returns the objective that is missed where o is met, so that a condition
// under which a run is well, rtt.p99<25ms, becomes one under which it fails. Of
// an objective with a Row there is none: it would be about each of the seconds.
func (o Objective) Not() Objective {
	opposite := opposites[o.op]
	o.text = strings.Replace(o.text, string(o.op), string(opposite), 1)
	o.op = opposite
	return o
}

// AtLeast reports whether o asks a time to be long, which no server is held to.
func (o Objective) AtLeast() bool {
	return o.unit == duration && (o.op == ">" || o.op == ">=")
}

// Values returns how many values the metric of o needs for being known; 0 where
// it is no quantile.
func (o Objective) Values() int64 {
	for m := range stats.NumMetrics {
		for q := range stats.NumQuantiles {
			if o.metric.name == latencyName(m, "p"+q.String()) {
				return int64(math.Round(10 / q.Tail()))
			}
		}
	}
	return 0
}
