package report

import (
	"math"
	"slices"
	"strings"

	"wsstorm/stats"
)

// The size of the plot of a search.
const (
	plotRows   = 13
	plotLabels = 10 // columns of the values beside it
)

// The marks of a plot.
const (
	markHeld    = '●'
	markMissed  = '○'
	markInvalid = '×'
	markMedian  = '·'
	markLimit   = '┄'
	markUnknown = '↑'
)

// knee plots the rtt of the probes over their loads: p99, which bends where the
// server's limit is, and the median below it. Loads far beyond what was held
// would push the bend into the margin, and are left out.
func (t *text) knee(s *stats.Search) {
	var shown []stats.Probe
	for _, p := range s.Probes {
		if (p.Outcome == stats.ProbeInvalid || p.Outcome == stats.ProbeGone) && p.RTTP99NS <= 0 {
			continue // it may not even have been run
		}
		if p.Load > 0 && (s.Held <= 0 || p.Load <= 2*s.Held) {
			shown = append(shown, p)
		}
	}
	limit := t.rttLimit(s)
	y := axis{least: math.Inf(1)}
	most, drawn := 0.0, 0
	for _, p := range shown {
		most = max(most, p.Load)
		if p.RTTP99NS > 0 {
			drawn++
			y.take(float64(p.RTTP99NS))
		}
		if p.RTTP50NS > 0 {
			y.take(float64(p.RTTP50NS))
		}
	}
	if drawn < 2 {
		return // a point is no curve
	}
	if limit > 0 {
		y.take(limit)
	}
	y.settle()

	width := minWidth - plotLabels - 2
	grid := make([][]rune, plotRows)
	for i := range grid {
		grid[i] = []rune(strings.Repeat(" ", width))
	}
	put := func(load, value float64, mark rune) {
		column := int(math.Round(load / most * float64(width-1)))
		grid[plotRows-1-y.row(value)][column] = mark
	}
	if limit > 0 {
		for column := range grid[0] {
			grid[plotRows-1-y.row(limit)][column] = markLimit
		}
	}
	for _, p := range shown {
		if p.RTTP50NS > 0 {
			put(p.Load, float64(p.RTTP50NS), markMedian)
		}
	}
	for _, p := range shown {
		mark := map[string]rune{stats.ProbeHeld: markHeld, stats.ProbeMissed: markMissed}[p.Outcome]
		switch {
		case p.RTTP99NS <= 0:
			put(p.Load, y.most, markUnknown)
		case mark == 0:
			put(p.Load, float64(p.RTTP99NS), markInvalid)
		default:
			put(p.Load, float64(p.RTTP99NS), mark)
		}
	}
	t.drawKnee(s, y, limit, most, grid)
}

// drawKnee writes the plot with its axes and its legend.
func (t *text) drawKnee(s *stats.Search, y axis, limit, most float64, grid [][]rune) {
	t.line(plain, "")
	for i, row := range grid {
		up := plotRows - 1 - i
		label := ""
		switch {
		case limit > 0 && up == y.row(limit):
			label = Duration(nanoseconds(limit))
		case up == 0 && !y.log:
			label = "0"
		case up%4 == 0:
			label = Duration(nanoseconds(y.value(up)))
		}
		t.line(plain, padLeft(label, plotLabels)+" ┤"+string(row))
	}
	t.line(plain, strings.Repeat(" ", plotLabels+1)+"└"+strings.Repeat("─", len(grid[0])))
	left := padLeft("0", plotLabels+3)
	half := loadOf(s, most/2)
	left += padLeft(half, plotLabels+2+len(grid[0])/2+cells(half)/2-cells(left))
	t.line(plain, left+padLeft(amountOf(s, most), minWidth-cells(left)))
	var legend []string
	for _, m := range []struct {
		mark rune
		what string
	}{
		{markHeld, "p99 held"}, {markMissed, "p99 missed"}, {markInvalid, "p99 invalid"}, {markUnknown, "unknown"},
		{markMedian, "p50"}, {markLimit, "objective"},
	} {
		for _, row := range grid {
			if slices.Contains(row, m.mark) {
				legend = append(legend, string(m.mark)+" "+m.what)
				break
			}
		}
	}
	t.line(plain, strings.Repeat(" ", plotLabels+2)+strings.Join(legend, "  "))
}

// rttLimit returns the limit of the search's objective where that is one on the
// headline, in nanoseconds; 0 where it is not.
func (t *text) rttLimit(s *stats.Search) float64 {
	name := metricOf(s.Objective)
	for _, o := range t.r.Objectives {
		if strings.HasPrefix(name, t.r.Headline().String()+".") && metricOf(o.Objective) == name && o.Unit == "ns" {
			return o.Limit
		}
	}
	return 0
}

// An axis maps values to the rows of a plot, counted from the lowest: by their
// logarithms where they differ by orders of magnitude.
type axis struct {
	least, most float64
	log         bool
}

// take widens the axis to hold v.
func (a *axis) take(v float64) {
	a.least, a.most = min(a.least, v), max(a.most, v)
}

// settle chooses the scale, when all values have been taken.
func (a *axis) settle() {
	a.log = a.most >= 10*a.least
	if !a.log {
		a.least = 0
	}
}

func (a axis) scale(v float64) float64 {
	if a.log {
		return math.Log(v / a.least)
	}
	return v - a.least
}

// row returns the row of a value.
func (a axis) row(v float64) int {
	return int(math.Round(a.scale(v) / a.scale(a.most) * (plotRows - 1)))
}

// value returns the value in the middle of a row.
func (a axis) value(row int) float64 {
	part := float64(row) / (plotRows - 1)
	if a.log {
		return a.least * math.Pow(a.most/a.least, part)
	}
	return a.least + (a.most-a.least)*part
}
