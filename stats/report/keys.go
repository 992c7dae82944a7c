package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"wsstorm/stats"
)

// checkKeys checks that every object of a syntactically correct document has
// the keys of its struct, all that are required and no others, none of them
// twice, and that nothing is null: encoding/json lets all of that pass. Values
// of a wrong type it leaves to encoding/json.
func checkKeys(data []byte) error {
	k := keys{data, json.NewDecoder(bytes.NewReader(data))}
	return k.value(reflect.TypeFor[stats.Result]())
}

type keys struct {
	data []byte
	*json.Decoder
}

// next returns the next token and where it begins.
func (k keys) next() (json.Token, int64, error) {
	at := k.InputOffset()
	for at < int64(len(k.data)) && strings.IndexByte(" \t\r\n,:", k.data[at]) >= 0 {
		at++
	}
	token, err := k.Token()
	if err != nil {
		return nil, at, &atError{at, "damaged: " + err.Error()}
	}
	return token, at, nil
}

// value checks the next value, which is to be decoded into a typ; nil where
// that is unknown, because the value is of another type already.
func (k keys) value(typ reflect.Type) error {
	for typ != nil && typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	token, at, err := k.next()
	if err != nil {
		return err
	}
	switch token {
	case nil:
		return &atError{at, "damaged: null where a value belongs"}
	case json.Delim('{'):
		return k.object(typ, at)
	case json.Delim('['):
		var elem reflect.Type
		if typ != nil && typ.Kind() == reflect.Slice {
			elem = typ.Elem()
		}
		for k.More() {
			if err := k.value(elem); err != nil {
				return err
			}
		}
		_, _, err = k.next()
	}
	return err
}

// object checks an object whose brace, at offset start, has been read.
func (k keys) object(typ reflect.Type, start int64) error {
	known, required := members(typ)
	for k.More() {
		token, at, err := k.next()
		if err != nil {
			return err
		}
		key, _ := token.(string)
		member, ok := known[key]
		if !ok && known != nil {
			return &atError{at, fmt.Sprintf("damaged: unknown or repeated key %.60q", key)}
		}
		delete(known, key)
		if err := k.value(member); err != nil {
			return err
		}
	}
	for _, key := range required {
		if _, missing := known[key]; missing {
			return &atError{start, fmt.Sprintf("damaged: the object that begins here has no %q", key)}
		}
	}
	_, _, err := k.next()
	return err
}

// members returns the keys that an object of this type may have, with their
// types, and those that it must have. They are nil where any key may be.
func members(typ reflect.Type) (known map[string]reflect.Type, required []string) {
	if typ == nil {
		return nil, nil
	}
	known = make(map[string]reflect.Type)
	switch {
	case typ.Kind() == reflect.Struct:
		for i := range typ.NumField() {
			key, option, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			known[key] = typ.Field(i).Type
			if option != "omitempty" && option != "omitzero" {
				required = append(required, key)
			}
		}
	case typ == reflect.TypeFor[map[string]*stats.Latency]():
		for m := range stats.NumMetrics {
			known[m.String()] = typ.Elem()
		}
	case typ == reflect.TypeFor[map[string]stats.Figures]():
		for m := range stats.NumMetrics {
			known[m.String()] = typ.Elem()
		}
	case typ == reflect.TypeFor[map[string]stats.Errors](), typ == reflect.TypeFor[stats.ErrorCounts]():
		for c := range stats.NumClasses {
			known[c.String()] = typ.Elem()
		}
	case typ == reflect.TypeFor[map[string]int64](): // percentiles_ns
		for q := range stats.NumQuantiles {
			known[q.String()] = typ.Elem()
		}
	default:
		return nil, nil
	}
	return known, required
}
