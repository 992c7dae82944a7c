package objective

import (
	"slices"

	"wsstorm/stats"
)

// A metric is a number of a Result that an Objective can be about.
type metric struct {
	name string // its path in the document, without the unit
	unit unit

	// value returns the metric of a whole run or, where there is none, why.
	value func(r *stats.Result) (v float64, why string)

	// whole, where there is one, is what a limit in percent is a share of.
	whole func(r *stats.Result) int64

	// second returns the metric of one interval in bySecond, and whether there
	// is one. It is nil where intervals do not know the metric.
	second   func(i stats.Interval) (v float64, ok bool)
	bySecond unit

	// soFar returns the metric of a run that lasts, which can only grow; nil
	// where that is not known.
	soFar func(t stats.Totals) int64

	// classes are the failures that the metric counts.
	classes []stats.Class
}

// metrics are in the order in which they are listed.
var metrics = slices.Concat(
	latencies(),
	messages(),
	broadcast(),
	connections(),
	storms(),
	traffic(),
	failures(),
	fairness(),
	client(),
)

// short forms are other spellings of a metric's name.
var shortForms = map[string]string{
	"rate":        "messages.rate",
	"sent":        "messages.sent",
	"received":    "messages.received",
	"lost":        "messages.lost",
	"mismatched":  "messages.mismatched",
	"duplicated":  "messages.duplicated",
	"reordered":   "messages.reordered",
	"unexpected":  "messages.unexpected",
	"unsent":      "messages.unsent",
	"blocked":     "messages.blocked",
	"connections": "connections.opened",
	"failed":      "connections.failed",
	"dropped":     "connections.dropped",
}

// named returns the metric of that name.
func named(name string) (*metric, bool) {
	if long, ok := shortForms[name]; ok {
		name = long
	}
	i := slices.IndexFunc(metrics, func(m metric) bool { return m.name == name })
	if i < 0 {
		return nil, false
	}
	return &metrics[i], true
}

// number returns a metric that is always known.
func number(name string, u unit, value func(r *stats.Result) float64) metric {
	return metric{name: name, unit: u, value: func(r *stats.Result) (float64, string) { return value(r), "" }}
}

// told returns a metric that is known where it is not zero: it stands in the
// document only if the platform tells it.
func told(name string, u unit, value func(r *stats.Result) float64) metric {
	return metric{name: name, unit: u, value: func(r *stats.Result) (float64, string) {
		v := value(r)
		if v == 0 {
			return 0, "it is not known on this platform"
		}
		return v, ""
	}}
}
