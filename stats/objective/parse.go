package objective

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// An Objective is a condition under which a run fails. Get one from Parse; the
// zero value is none.
type Objective struct {
	text   string
	metric *metric
	op     operator
	limit  float64
	unit   unit // of the limit: a share where it is one of metric.whole
	row    int  // seconds for which it has to hold; 0: over the window

	isDefault bool // nobody asked for it
}

// String returns the objective as Parse reads it.
func (o Objective) String() string { return o.text }

// Row returns for how long the condition has to hold without a break, 0 where it
// is one on the whole of the measured window.
func (o Objective) Row() time.Duration { return time.Duration(o.row) * time.Second }

// An operator compares a value with a limit.
type operator string

var operators = []operator{">=", "<=", "==", "!=", ">", "<"}

func (op operator) holds(value, limit float64) bool {
	switch op {
	case ">":
		return value > limit
	case ">=":
		return value >= limit
	case "<":
		return value < limit
	case "<=":
		return value <= limit
	case "==":
		return value == limit
	}
	return value != limit
}

// upward reports whether the condition holds for large values.
func (op operator) upward() bool { return op[0] == '>' }

// ordered reports whether the condition holds on one side of the limit.
func (op operator) ordered() bool { return op[0] == '>' || op[0] == '<' }

var errForm = errors.New(`want METRIC>VALUE, perhaps with "for 5s": rtt.p99>25ms, messages.rate<50k or errors>0`)

// Parse reads an objective: the name of a metric, an operator, a value in the
// metric's unit and perhaps "for" and a number of seconds. Blanks may stand
// between them. The error says what would be right; it is an *UnknownError where
// there is no such metric.
func Parse(s string) (Objective, error) {
	at := strings.IndexAny(s, "<>=!")
	if at < 0 {
		return Objective{}, errForm
	}
	name, rest := strings.TrimSpace(s[:at]), s[at:]
	end := len(rest) - len(strings.TrimLeft(rest, "<>=!"))
	op := operator(rest[:end])
	words := strings.Fields(rest[end:])
	if name == "" || len(words) == 0 {
		return Objective{}, errForm
	}
	if !slices.Contains(operators, op) {
		return Objective{}, fmt.Errorf("%s is no operator: want >, >=, <, <=, == or !=", op)
	}
	o := Objective{op: op}
	var ok bool
	if o.metric, ok = named(name); !ok {
		return Objective{}, &UnknownError{name}
	}
	value := strings.Join(words, "")
	if i := slices.Index(words, "for"); i >= 0 {
		value = strings.Join(words[:i], "")
		if err := o.inARow(name, strings.Join(words[i+1:], "")); err != nil {
			return Objective{}, err
		}
	}
	if err := o.compareWith(name, value); err != nil {
		return Objective{}, err
	}
	o.text = name + string(op) + value
	if o.row > 0 {
		o.text += fmt.Sprintf(" for %ds", o.row)
	}
	return o, nil
}

// inARow reads what stands behind "for".
func (o *Objective) inARow(name, seconds string) error {
	if o.metric.second == nil {
		return fmt.Errorf("%s is known of the whole run only; what is known of its seconds, for a \"for\", is %s",
			name, strings.Join(bySecond(), ", "))
	}
	if !o.op.ordered() {
		return fmt.Errorf("%s does not go with \"for\": want >, >=, < or <=", o.op)
	}
	var err error
	o.row, err = inSeconds(seconds)
	return err
}

// compareWith reads the value.
func (o *Objective) compareWith(name, value string) error {
	o.unit = o.metric.unit
	if o.row > 0 {
		o.unit = o.metric.bySecond
	}
	part := o.metric.whole != nil && o.row == 0
	if part && strings.HasSuffix(value, "%") {
		o.unit = share
	}
	limit, err := o.unit.parse(value)
	if part && errors.Is(err, errCount) {
		err = errPart
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	o.limit = limit
	return nil
}
