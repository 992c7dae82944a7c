package preflight

import (
	"errors"
	"strings"

	"wsstorm/stats/report"
)

// A State says how a limit stands to the run.
type State string

// The states.
const (
	OK        State = "ok"
	Warn      State = "warn"       // the run can start, and may suffer
	TooLittle State = "too little" // the run is bound to fail
	Unknown   State = "unknown"    // not to be read here
)

// An Item is one limit or condition of the machine.
type Item struct {
	Name  string   `json:"name"`           // "ephemeral ports"
	Value string   `json:"value"`          // what there is, with its unit; "" where unknown
	Have  *float64 `json:"have,omitempty"` // the same as a number, where it is one: bytes, cores, or a count
	Need  string   `json:"need"`           // what the run needs; "" for nothing in particular
	Want  *float64 `json:"want,omitempty"` // the same as a number, in the unit of Have
	State State    `json:"state"`
	Note  string   `json:"note,omitempty"` // what the state means, in one clause
	Fix   string   `json:"fix,omitempty"`  // the command that mends it
}

// String returns an item that is not well in one line: what there is, what that
// means, and what mends it.
func (i Item) String() string {
	text := i.Note
	if i.State == Warn {
		text = i.Name
		if i.Value != "" {
			text += " " + i.Value
		}
		text += ": " + i.Note
	}
	if i.Fix != "" {
		text += ": " + i.Fix
	}
	return text
}

// counted returns an item about a number of things.
func counted(name string, have, want int64) Item {
	i := Item{Name: name, State: OK, Value: report.Count(have), Have: number(have)}
	if want > 0 {
		i.Need, i.Want = report.Count(want), number(want)
	}
	return i
}

// sized returns an item about a number of bytes; what is wanted is an estimate.
func sized(name string, have, want int64) Item {
	i := Item{Name: name, State: OK, Value: report.Bytes(float64(have)), Have: number(have)}
	if want > 0 {
		i.Need, i.Want = "about "+report.Bytes(float64(want)), number(want)
	}
	return i
}

func unknown(name string) Item { return Item{Name: name, State: Unknown} }

func number[T int | int64 | uint64 | float64](n T) *float64 {
	f := float64(n)
	return &f
}

// with returns the item in another state, with the reason and the remedy.
func (i Item) with(s State, note, fix string) Item {
	i.State, i.Note, i.Fix = s, note, fix
	return i
}

// Shortage returns an error of one line that names everything that there is too
// little of, nil where there is nothing.
func Shortage(items []Item) error {
	var short []string
	for _, i := range items {
		if i.State == TooLittle {
			short = append(short, i.String())
		}
	}
	if short == nil {
		return nil
	}
	return errors.New(strings.Join(short, "; "))
}

// Warnings returns the items that a run may suffer from.
func Warnings(items []Item) []Item {
	var warned []Item
	for _, i := range items {
		if i.State == Warn {
			warned = append(warned, i)
		}
	}
	return warned
}
