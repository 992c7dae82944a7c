package objective

import "wsstorm/stats"

// Check holds r to each of own and to NoErrors, and returns what came of each. An
// objective whose metric has no value is missed.
func Check(own []Objective, r *stats.Result) []stats.Objective {
	all := own
	if none, ok := NoErrors(own); ok {
		all = append(all[:len(all):len(all)], none)
	}
	checked := make([]stats.Objective, len(all))
	for i, o := range all {
		checked[i] = o.check(r)
	}
	return checked
}

func (o Objective) check(r *stats.Result) stats.Objective {
	c := stats.Objective{Objective: o.text, Limit: o.limit, Unit: o.unit.String(), Missed: true, Default: o.isDefault}
	v, why := o.valueOf(r)
	if why != "" {
		c.Text = why
		return c
	}
	c.Value = &v
	c.Missed = o.op.holds(v, o.limit)
	return c
}

// valueOf returns what is compared with the limit or, where there is nothing,
// why.
func (o Objective) valueOf(r *stats.Result) (float64, string) {
	if o.row > 0 {
		return o.valueInARow(r.Intervals)
	}
	v, why := o.metric.value(r)
	if why != "" || o.unit != share || o.metric.whole == nil {
		return v, why
	}
	whole := o.metric.whole(r)
	if whole == 0 {
		return 0, "there is nothing that it would be a share of"
	}
	return v / float64(whole), ""
}

// NoErrors returns the objective that every run has, unless own ones say how
// many failures of each class are too many: that there are none, of the classes
// that no objective of own counts.
func NoErrors(own []Objective) (o Objective, ok bool) {
	counted := map[stats.Class]bool{}
	for _, o := range own {
		if !o.op.upward() {
			continue // it tolerates nothing
		}
		for _, class := range o.metric.classes {
			counted[class] = true
		}
	}
	var rest []stats.Class
	for class := range stats.NumClasses {
		if !counted[class] {
			rest = append(rest, class)
		}
	}
	if len(rest) == 0 {
		return Objective{}, false
	}
	name := "errors"
	if len(counted) > 0 {
		name = "other errors"
	}
	m := counting(name, rest)
	return Objective{text: name + ">0", metric: &m, op: ">", unit: count, isDefault: true}, true
}
