package objective

import (
	"maps"
	"slices"
	"strings"
)

// An UnknownError is an objective about a metric that does not exist.
type UnknownError struct {
	Metric string
}

func (e *UnknownError) Error() string {
	return "there is no metric " + e.Metric + "; there are " + e.Choice()
}

// Choice lists the metrics that there are: those that begin like the unknown one
// or, where none does, all of them. What ends alike stands together:
// "rtt|ping.p50|max".
func (e *UnknownError) Choice() string {
	all := families()
	first, _, _ := strings.Cut(e.Metric, ".")
	if own := slices.DeleteFunc(slices.Clone(all), func(f family) bool { return f.name != first }); len(own) > 0 {
		return join(own)
	}
	short := slices.Sorted(maps.Keys(shortForms))
	return join(all) + "; in short " + strings.Join(short, "|")
}

// Names returns the name of every metric, short forms among them.
func Names() []string {
	var names []string
	for _, m := range metrics {
		names = append(names, m.name)
	}
	return append(names, slices.Sorted(maps.Keys(shortForms))...)
}

// bySecond returns the names of the metrics that intervals know.
func bySecond() []string {
	var names []string
	for _, m := range metrics {
		if m.second != nil {
			names = append(names, m.name)
		}
	}
	return names
}

// A family is the metrics whose names begin with the same word, and the rests of
// their names; "" for a metric that is called like its family.
type family struct {
	name    string
	members []string
}

func families() []family {
	var all []family
	for _, m := range metrics {
		name, member, _ := strings.Cut(m.name, ".")
		if len(all) == 0 || all[len(all)-1].name != name {
			all = append(all, family{name: name})
		}
		last := &all[len(all)-1]
		last.members = append(last.members, member)
	}
	return all
}

// join lists families, those with the same members as one.
func join(families []family) string {
	var parts []string
	for len(families) > 0 {
		n := 1
		for n < len(families) && slices.Equal(families[n].members, families[0].members) {
			n++
		}
		var names []string
		for _, f := range families[:n] {
			names = append(names, f.name)
		}
		prefix := strings.Join(names, "|")
		members := families[0].members
		if members[0] == "" {
			parts, members = append(parts, prefix), members[1:]
		}
		if len(members) > 0 {
			parts = append(parts, prefix+"."+strings.Join(members, "|"))
		}
		families = families[n:]
	}
	return strings.Join(parts, "; ")
}
