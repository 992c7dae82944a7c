package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"wsstorm/stats"
)

// WriteJSON writes r as a result document, of which nothing is lost: ReadJSON
// returns an equal Result.
func WriteJSON(w io.Writer, r *stats.Result) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		return fmt.Errorf("writing result: %w", err)
	}
	return nil
}

// ReadJSON reads a result document. It refuses one that is damaged, made by a
// later version, or something else altogether, with an error that says name,
// which is the file's, and the byte, counted from 0, at which this shows.
func ReadJSON(r io.Reader, name string) (*stats.Result, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	result, err := parse(data)
	var at *atError
	switch {
	case errors.As(err, &at):
		return nil, fmt.Errorf("%s: byte %d: %s", name, at.offset, at.text)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return result, nil
}

// An atError says what is wrong with a document, and where.
type atError struct {
	offset int64
	text   string
}

func (e *atError) Error() string { return e.text }

func parse(data []byte) (*stats.Result, error) {
	if err := syntax(data); err != nil {
		return nil, err
	}
	if err := version(data); err != nil {
		return nil, err
	}
	if err := checkKeys(data); err != nil {
		return nil, err
	}
	var result stats.Result
	if err := json.Unmarshal(data, &result); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return nil, &atError{wrong.Offset, fmt.Sprintf("damaged: %s is a %s", wrong.Field, wrong.Value)}
		}
		return nil, fmt.Errorf("damaged: %w", err)
	}
	return &result, checkHistograms(data, &result)
}

// syntax checks that data is one JSON object.
func syntax(data []byte) error {
	start := int64(len(data) - len(bytes.TrimLeft(data, " \t\r\n")))
	if start == int64(len(data)) {
		return &atError{start, "not a wsstorm result: it is empty"}
	}
	if data[start] != '{' {
		return &atError{start, fmt.Sprintf("not a wsstorm result: it begins with %q, not with {", data[start])}
	}
	var whole json.RawMessage
	err := json.Unmarshal(data, &whole)
	if wrong, ok := errors.AsType[*json.SyntaxError](err); ok {
		// Offset counts the bytes read, the offending one among them; where
		// the input ends too early, there is none.
		offset := wrong.Offset - 1
		if wrong.Error() == "unexpected end of JSON input" {
			offset = int64(len(data))
		}
		return &atError{offset, "damaged: " + wrong.Error()}
	}
	return err
}

// version checks that the object is a result of the version that is read here.
func version(data []byte) error {
	var document map[string]json.RawMessage
	if err := json.Unmarshal(data, &document); err != nil {
		return err
	}
	raw, ok := document["schema"]
	if !ok {
		return &atError{0, "not a wsstorm result: it has no schema"}
	}
	var schema string
	family, _, _ := strings.Cut(stats.Schema, "/")
	offset := int64(bytes.Index(data, raw))
	if json.Unmarshal(raw, &schema) != nil || !strings.HasPrefix(schema, family+"/") {
		return &atError{offset, fmt.Sprintf("not a wsstorm result: its schema is %.60s", raw)}
	}
	if schema != stats.Schema {
		return &atError{offset, fmt.Sprintf("made by another version of wsstorm: its schema is %.60q, and this version reads %q", schema, stats.Schema)}
	}
	return nil
}

// checkHistograms decodes every histogram: a damaged one would otherwise show
// only when a merge or another format needs it.
func checkHistograms(data []byte, r *stats.Result) error {
	check := func(name string, l *stats.Latency) error {
		h, err := l.Histogram()
		if err == nil && h.TotalCount() != l.Count {
			err = fmt.Errorf("it has %d values, and count is %d", h.TotalCount(), l.Count)
		}
		if err != nil {
			offset := max(0, bytes.Index(data, []byte(`"`+l.HDR+`"`)))
			return &atError{int64(offset), fmt.Sprintf("damaged: histogram of %s: %v", name, err)}
		}
		return nil
	}
	for m := range stats.NumMetrics {
		if l := r.Latency[m.String()]; l != nil {
			if err := check(m.String(), l); err != nil {
				return err
			}
		}
	}
	for _, s := range r.Sizes {
		if s.RTT != nil {
			if err := check("rtt of size "+s.Bytes, s.RTT); err != nil {
				return err
			}
		}
	}
	for i, s := range r.Stages {
		if s.RTT != nil {
			if err := check(fmt.Sprintf("rtt of stage %d", i+1), s.RTT); err != nil {
				return err
			}
		}
	}
	for _, g := range r.Groups {
		if g.RTT != nil {
			if err := check("rtt of group "+g.Name, g.RTT); err != nil {
				return err
			}
		}
	}
	return nil
}
