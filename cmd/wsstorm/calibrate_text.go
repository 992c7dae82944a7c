package main

import (
	"fmt"
	"strings"
	"time"

	"wsstorm/internal/calibrate"
	"wsstorm/stats"
	"wsstorm/stats/report"
)

// calibrationText returns the tables of a calibration, and what they come to.
func calibrationText(c *calibrate.Calibration, color bool) string {
	t := calibrationPage{c: c, color: color}
	t.clock()
	t.waits()
	t.clients()
	t.paces()
	t.truth()
	t.controls()
	t.conclusions()
	return t.String()
}

type calibrationPage struct {
	strings.Builder
	c     *calibrate.Calibration
	color bool
}

func (t *calibrationPage) line(format string, args ...any) {
	t.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " ") + "\n")
}

func (t *calibrationPage) clock() {
	c := t.c.Clock
	t.line("Clock: %.3g ns a reading, in steps of %d ns.", c.ReadNS, c.StepNS)
}

// quantileColumns are those of a distribution.
var quantileColumns = []stats.Quantile{stats.P50, stats.P90, stats.P99, stats.P999}

// heading begins a table of distributions.
func (t *calibrationPage) heading(title string) {
	line := fmt.Sprintf("%-26s%9s", title, "count")
	for _, q := range quantileColumns {
		line += fmt.Sprintf("%9s", "p"+q.String())
	}
	t.line("\n%s%9s", line, "max")
}

// distribution writes a row of such a table.
func (t *calibrationPage) distribution(name string, d calibrate.Distribution) {
	line := fmt.Sprintf("  %-24s%9s", name, report.ShortCount(d.Count))
	for _, q := range quantileColumns {
		value := "–"
		if ns, known := d.Percentiles[q.String()]; known {
			value = report.Duration(time.Duration(ns))
		}
		line += fmt.Sprintf("%9s", value)
	}
	t.line("%s%9s", line, report.Duration(time.Duration(d.MaxNS)))
}

func (t *calibrationPage) waits() {
	t.heading("Waits return late by")
	for _, w := range t.c.Waits {
		t.distribution(w.Name, w.Late)
	}
}

func (t *calibrationPage) clients() {
	t.line("\n%-20s%12s%10s%7s%13s%10s%7s", "One worker", "messages/s", "CPU each", "x", "connects/s", "CPU each", "x")
	for _, k := range t.c.Clients {
		t.line("  %-18s%12s%10s%7s%13s%10s%7s", k.Name,
			wholeNumber(k.Messages), nanoseconds(k.MessageCPUNS), times(k.MessageRatio),
			wholeNumber(k.Connections), nanoseconds(k.ConnectionCPUNS), times(k.ConnectionRatio))
	}
}

func wholeNumber(n float64) string  { return report.ShortCount(int64(n + 0.5)) }
func nanoseconds(ns float64) string { return report.Duration(time.Duration(ns)) }
func times(ratio float64) string {
	if ratio == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f", ratio)
}

func (t *calibrationPage) paces() {
	t.heading("Messages sent late by")
	for _, p := range t.c.Paces {
		t.distribution(p.Driver+", "+report.Rate(p.Rate), p.Lag)
	}
}

func (t *calibrationPage) truth() {
	if len(t.c.Truth) == 0 {
		return
	}
	t.line("\n%-36s%10s%10s%11s%11s", "Server with known delays, rtt", "quantile", "known", "measured", "")
	for _, e := range t.c.Truth {
		name := strings.TrimPrefix(strings.Join(e.Server, " "), "--")
		for _, q := range e.Quantiles {
			t.line("  %-34s%10s%10s%11s  %s", name, "p"+q.Quantile, nanoseconds(float64(q.TruthNS)), nanoseconds(float64(q.MeasuredNS)), t.passed(q.OK))
			name = ""
		}
		if len(e.Quantiles) == 0 {
			t.line("  %-34s%10s", name, "too few messages")
		}
	}
}

func (t *calibrationPage) controls() {
	if len(t.c.Control) == 0 {
		return
	}
	t.line("\n%-24s%-14s%s", "Client", "must be", "verdict")
	for _, k := range t.c.Control {
		got := string(k.Got)
		if len(k.Checks) > 0 {
			got += " (" + strings.Join(k.Checks, ", ") + ")"
		}
		must := string(k.Expect)
		if k.Expect != stats.Invalid {
			must = "not " + string(stats.Invalid)
		}
		t.line("  %-22s%-14s%s  %s", k.Name, must, got, t.passed(k.OK))
	}
}

func (t *calibrationPage) passed(ok bool) string {
	switch {
	case ok:
		return "ok"
	case t.color:
		return red + "WRONG" + plain
	}
	return "WRONG"
}

// conclusions says what the machine can and cannot measure.
func (t *calibrationPage) conclusions() {
	t.line("\nWhat this machine can measure")
	for _, text := range conclusions(t.c) {
		t.line("  · %s", strings.Join(wrap(text, allColumns-4), "\n    "))
	}
}
