package main

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"wsstorm/stats/regress"
)

// A limit is a share of a metric's old figure: 10% of rtt.p99.
type limit struct {
	metric regress.Metric
	share  float64 // 0.1 is 10%
}

func parseLimit(s string) (limit, error) {
	name, value, found := strings.Cut(s, "=")
	if !found {
		return limit{}, errors.New("want METRIC=PERCENT, rtt.p99=10% for instance")
	}
	m, ok := regress.MetricByName(name)
	if !ok {
		return limit{}, errors.New("there is no such metric" + orMetrics(name))
	}
	digits, percent := strings.CutSuffix(value, "%")
	if !percent || digits == "" || strings.Trim(digits, "0123456789.") != "" {
		return limit{}, errors.New("want a percentage behind the =, 10% or 2.5%")
	}
	n, err := strconv.ParseFloat(digits, 64)
	switch {
	case err != nil || math.IsInf(n, 0):
		return limit{}, errors.New("want a percentage behind the =, 10% or 2.5%")
	case m.HigherIsBetter() && n >= 100:
		return limit{}, errors.New("a rate cannot fall by 100% or more")
	}
	return limit{m, n / 100}, nil
}

func formatLimit(l limit) string { return l.metric.Name + "=" + formatShare(l.share) }

// formatShare writes 0.025 as 2.5%.
func formatShare(share float64) string {
	return strconv.FormatFloat(math.Round(share*1e8)/1e6, 'f', -1, 64) + "%"
}

// orMetrics ends an error about a metric that there is not.
func orMetrics(name string) string {
	if hint := didYouMean(name, regress.MetricNames()); hint != "" {
		return hint
	}
	return "; there is messages.rate, and the quantiles of each latency, such as rtt.p50, rtt.p99.9 or close.p99"
}

// limits returns the value of a repeatable flag that takes a limit.
func limits(to *[]limit) *list[limit] {
	return &list[limit]{to: to, noun: "METRIC=PERCENT", parse: parseLimit, format: formatLimit}
}
