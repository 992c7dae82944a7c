package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"wsstorm/stats"
	"wsstorm/stats/report"
)

// A format is a form of a report.
type format struct {
	name   string
	render func(w io.Writer, r *stats.Result, as rendering) error
}

// A rendering is what a format may have to know besides the result.
type rendering struct {
	place  report.TextOptions
	metric stats.Metric // for hgrm, which is about one
}

// formats are in the order in which errors list them; the first is the default.
var formats = []format{
	{"text", func(w io.Writer, r *stats.Result, as rendering) error { return report.Text(w, r, as.place) }},
	{"json", alike(report.WriteJSON)},
	{"csv", alike(report.CSV)},
	{"hgrm", func(w io.Writer, r *stats.Result, as rendering) error { return report.HGRM(w, r, as.metric) }},
	{"hlog", alike(report.HLog)},
	{"md", func(w io.Writer, r *stats.Result, _ rendering) error {
		return report.Markdown(w, r, report.Objectives(r))
	}},
	{"junit", func(w io.Writer, r *stats.Result, _ rendering) error {
		return report.JUnit(w, report.Suite{Name: r.URL, Started: r.Started, Cases: cases(r)})
	}},
	{"gobench", alike(report.GoBench)},
	{"prom", alike(report.Prom)},
}

// alike returns a render that is the same wherever it goes.
func alike(render func(io.Writer, *stats.Result) error) func(io.Writer, *stats.Result, rendering) error {
	return func(w io.Writer, r *stats.Result, _ rendering) error { return render(w, r) }
}

// cases returns what was asked of a run: whether it may be believed, and its
// objectives.
func cases(r *stats.Result) []report.Case {
	return append([]report.Case{report.Measurement(r)}, report.Objectives(r)...)
}

func formatNames() []string {
	var names []string
	for _, f := range formats {
		names = append(names, f.name)
	}
	return names
}

// parseFormat reads the name of a format: "json", "hgrm" or "hgrm:close". The
// metric is rtt where none is named.
func parseFormat(s string) (format, stats.Metric, error) {
	name, metric, found := strings.Cut(s, ":")
	i := slices.IndexFunc(formats, func(f format) bool { return f.name == name })
	switch {
	case i < 0:
		return format{}, 0, fmt.Errorf("the formats are %s%s", either(formatNames()), didYouMean(name, formatNames()))
	case !found:
		return formats[i], stats.RTT, nil
	case name != "hgrm":
		return format{}, 0, fmt.Errorf("%s is about all metrics: only hgrm takes one", name)
	}
	var metrics []string
	for m := range stats.NumMetrics {
		if m.String() == metric {
			return formats[i], m, nil
		}
		metrics = append(metrics, m.String())
	}
	return format{}, 0, fmt.Errorf("the metrics of hgrm are %s%s", either(metrics), didYouMean(metric, metrics))
}
