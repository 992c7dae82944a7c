package stats

import (
	"bytes"
	_ "embed"
	"encoding/json"
)

// ResultSchema is the JSON Schema (2020-12) of the result document. It is not
// to be modified.
//
//go:embed result.schema.json
var ResultSchema []byte

// MarshalJSON returns the result document. What is empty is written as empty,
// never as null.
func (r Result) MarshalJSON() ([]byte, error) {
	type document Result
	d := document(r)
	if d.Flags == nil {
		d.Flags = []string{}
	}
	if d.Latency == nil {
		d.Latency = map[string]*Latency{}
	}
	if d.Errors == nil {
		d.Errors = map[string]Errors{}
	}
	if d.Closes == nil {
		d.Closes = []CloseCount{}
	}
	if d.Intervals == nil {
		d.Intervals = []Interval{}
	}
	if d.Verdict.Findings == nil {
		d.Verdict.Findings = []Finding{}
	}
	if d.Search != nil && d.Search.Probes == nil {
		none := *d.Search
		none.Probes = []Probe{}
		d.Search = &none
	}
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false) // the & of a URL stays one, where the caller's encoder lets it
	if err := e.Encode(d); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}
