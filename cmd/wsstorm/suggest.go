package main

import (
	"slices"
	"strings"
)

// didYouMean returns `; did you mean "x"?` for the candidate that name was
// probably meant to be, and nothing where there is none.
func didYouMean(name string, candidates []string) string {
	if c, ok := nearest(name, candidates); ok {
		return "; did you mean " + c + "?"
	}
	return ""
}

// nearest returns the candidate that differs from name by the fewest typing
// errors, one in three letters at most; failing that, the only one that has name
// as one of its words, as --timeout is one of --connect-timeout's.
func nearest(name string, candidates []string) (string, bool) {
	best, fewest := "", len([]rune(name))/3+1
	for _, c := range candidates {
		if d := distance(strings.ToLower(name), c); d < fewest || d == fewest && best == "" && d < len(c) {
			best, fewest = c, d
		}
	}
	if best != "" {
		return best, true
	}
	var having []string
	for _, c := range candidates {
		if slices.Contains(strings.Split(c, "-"), strings.ToLower(name)) {
			having = append(having, c)
		}
	}
	if len(having) > 0 {
		return strings.Join(having, " or "), true
	}
	return "", false
}

// distance is the optimal string alignment distance: insertions, deletions,
// substitutions and swaps of neighbours.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range y {
		rows[0][j+1] = j + 1
	}
	for i := range x {
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			d := min(rows[i][j]+cost, rows[i][j+1]+1, rows[i+1][j]+1)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				d = min(d, rows[i-1][j-1]+1)
			}
			rows[i+1][j+1] = d
		}
	}
	return rows[len(x)][len(y)]
}
