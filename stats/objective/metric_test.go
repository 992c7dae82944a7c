package objective

import (
	"reflect"
	"strings"
	"testing"

	"wsstorm/stats"
)

// Any number that stands for the whole run can be asked for: each of them is
// changed in turn, and some metric has to change with it.
func TestEveryNumberIsAMetric(t *testing.T) {
	// What was planned, and what stands for a part of the run only.
	others := []string{"Load.", "WindowS", "Sizes", "Stages", "Closes", "Intervals", "Verdict.", "Objectives", "Closing.AtS", "Closing.WithinS", "Recovery.Herd."}
	r := full()
	before := values(r)
	eachNumber(reflect.ValueOf(r).Elem(), "", func(path string, change func(), restore func()) {
		for _, o := range others {
			if strings.HasPrefix(path, "."+o) {
				return
			}
		}
		change()
		defer restore()
		for name, v := range values(r) {
			if v != before[name] {
				return
			}
		}
		t.Errorf("no metric tells Result%s", path)
	})
}

func values(r *stats.Result) map[string]float64 {
	all := map[string]float64{}
	for _, m := range metrics {
		all[m.name], _ = m.value(r)
	}
	return all
}

// full returns a result in which every number is there, and is not 0.
func full() *stats.Result {
	r := &stats.Result{Latency: map[string]*stats.Latency{}, Errors: map[string]stats.Errors{}, WindowS: 1}
	for m := range stats.NumMetrics {
		l := &stats.Latency{Percentiles: map[string]int64{}}
		for q := range stats.NumQuantiles {
			l.Percentiles[q.String()] = 1
		}
		r.Latency[m.String()] = l
	}
	for c := range stats.NumClasses {
		r.Errors[c.String()] = stats.Errors{}
	}
	r.Closing, r.Recovery = new(stats.Closing), new(stats.Recovery)
	r.Compression, r.Fairness, r.Client.SchedLatency = new(stats.Compression), new(stats.Fairness), new(stats.Quantiled)
	eachNumber(reflect.ValueOf(r).Elem(), "", func(_ string, change, _ func()) { change() })
	return r
}

// eachNumber calls yield for every number in v, with what adds 1 to it and what
// takes that back.
func eachNumber(v reflect.Value, path string, yield func(path string, change, restore func())) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			eachNumber(v.Elem(), path, yield)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && v.Type().Field(i).Name != "Started" {
				eachNumber(v.Field(i), path+"."+v.Type().Field(i).Name, yield)
			}
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			// An element of a map cannot be set: a copy is, and put back.
			e := reflect.New(v.Type().Elem()).Elem()
			e.Set(v.MapIndex(key))
			eachNumber(e, path+"."+key.String(), func(path string, change, restore func()) {
				yield(path, func() { change(); v.SetMapIndex(key, e) }, func() { restore(); v.SetMapIndex(key, e) })
			})
		}
	case reflect.Int, reflect.Int64:
		yield(path, func() { v.SetInt(v.Int() + 1) }, func() { v.SetInt(v.Int() - 1) })
	case reflect.Float64:
		yield(path, func() { v.SetFloat(v.Float() + 1) }, func() { v.SetFloat(v.Float() - 1) })
	}
}

// TestConnectionsCut: a share of the bad readers, and unknown without any.
func TestConnectionsCut(t *testing.T) {
	r := &stats.Result{Groups: []stats.Group{
		{Connections: 100, Cut: 50}, // not aside: none of them
		{Connections: 6, Cut: 1, Aside: true}, {Connections: 2, Cut: 1, Aside: true},
	}}
	for condition, missed := range map[string]bool{
		"connections.cut<100%": true, "connections.cut<25%": false, "connections.cut<=25%": true, "connections.cut>2": false,
	} {
		o, err := Parse(condition)
		if err != nil {
			t.Fatal(err)
		}
		if got := Check([]Objective{o}, r)[0]; got.Missed != missed {
			t.Errorf("%s: got %+v, want missed: %v", condition, got, missed)
		}
	}
	o, _ := Parse("connections.cut>0")
	if got := Check([]Objective{o}, new(stats.Result))[0]; got.Value != nil || got.Text == "" {
		t.Errorf("without bad readers: got %+v, want no value, and why", got)
	}
}
