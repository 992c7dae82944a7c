package stats

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestResultsMatchSchema(t *testing.T) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(ResultSchema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("result.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("result.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	validate := func(t *testing.T, text []byte) error {
		t.Helper()
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return schema.Validate(v)
	}

	for name, r := range map[string]*Result{
		"full": fullResult(), "empty": emptyResult(), "interrupted": interruptedResult(), "broadcast": broadcastResult(),
	} {
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(t, text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}

	full, err := json.Marshal(fullResult())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, new string }{
		{"unknown key", `"driver"`, `"diver"`},
		{"another schema", `result/v1"`, `result/v2"`},
		{"null for a list", `"closes":[`, `"closes":null,"x":[`},
		{"unknown metric", `"rtt":`, `"rrt":`},
		{"negative count", `"received":`, `"received":-`},
		{"unknown level", `"level":"`, `"level":"rather `},
		{"no time", `"started":"2026`, `"started":"x2026`},
	} {
		broken := bytes.Replace(full, []byte(c.old), []byte(c.new), 1)
		if bytes.Equal(broken, full) {
			t.Fatalf("%s: %q does not occur in the document", c.name, c.old)
		}
		if validate(t, broken) == nil {
			t.Errorf("%s: the schema accepts it", c.name)
		}
	}
}

// TestSchemaMatchesStruct walks Result and schema side by side.
func TestSchemaMatchesStruct(t *testing.T) {
	w := schemaWalk{t: t}
	if err := json.Unmarshal(ResultSchema, &w.root); err != nil {
		t.Fatal(err)
	}
	w.walk("result", reflect.TypeFor[Result](), w.root)
}

type schemaWalk struct {
	t    *testing.T
	root map[string]any
}

func (w schemaWalk) walk(path string, typ reflect.Type, node map[string]any) {
	t := w.t
	if ref, ok := node["$ref"].(string); ok {
		node = w.root
		for key := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
			node, _ = node[key].(map[string]any)
		}
		if node == nil {
			t.Fatalf("%s: schema refers to %s, which is not there", path, ref)
		}
	}
	check := func(want string) {
		t.Helper()
		if _, closed := node["enum"]; closed && want == "string" {
			return
		}
		if got := node["type"]; got != want {
			t.Errorf("%s: schema says type %v, want %v", path, got, want)
		}
	}
	if typ == reflect.TypeFor[time.Time]() {
		check("string")
		return
	}
	switch typ.Kind() {
	case reflect.Pointer:
		w.walk(path, typ.Elem(), node)
	case reflect.String:
		if node["const"] != Schema {
			check("string")
		}
	case reflect.Bool:
		check("boolean")
	case reflect.Int, reflect.Int64:
		check("integer")
	case reflect.Float64:
		check("number")
	case reflect.Slice:
		check("array")
		w.walk(path+"[]", typ.Elem(), node["items"].(map[string]any))
	case reflect.Map:
		check("object")
		if every, ok := node["additionalProperties"].(map[string]any); ok {
			w.walk(path+".*", typ.Elem(), every) // any key
			break
		}
		w.object(path, node, mapKeys[path], nil)
		for _, key := range mapKeys[path] {
			if property := w.property(node, key); property != nil {
				w.walk(path+"."+key, typ.Elem(), property)
			}
		}
	case reflect.Struct:
		check("object")
		var keys, required []string
		for f := range fields(typ) {
			key, option, _ := strings.Cut(f.Tag.Get("json"), ",")
			keys = append(keys, key)
			if option != "omitempty" && option != "omitzero" {
				required = append(required, key)
			}
			property := w.property(node, key)
			if property == nil {
				t.Errorf("%s: schema lacks %q", path, key)
				continue
			}
			if property["description"] == nil {
				t.Errorf("%s.%s: schema has no description", path, key)
			}
			w.walk(path+"."+key, f.Type, property)
		}
		w.object(path, node, keys, required)
	default:
		t.Errorf("%s: no rule for %v", path, typ)
	}
}

// object checks that an object of the schema has these keys and no others.
func (w schemaWalk) object(path string, node map[string]any, keys, required []string) {
	t := w.t
	if node["additionalProperties"] != false {
		t.Errorf("%s: schema allows further keys", path)
	}
	properties, _ := node["properties"].(map[string]any)
	got := slices.Sorted(maps.Keys(properties))
	if want := slices.Sorted(slices.Values(keys)); !slices.Equal(got, want) {
		t.Errorf("%s: schema has keys %q, want %q", path, got, want)
	}
	var gotRequired []string
	list, _ := node["required"].([]any)
	for _, key := range list {
		gotRequired = append(gotRequired, key.(string))
	}
	slices.Sort(gotRequired)
	slices.Sort(required)
	if !slices.Equal(gotRequired, required) {
		t.Errorf("%s: schema requires %q, want %q", path, gotRequired, required)
	}
}

func (schemaWalk) property(node map[string]any, key string) map[string]any {
	properties, _ := node["properties"].(map[string]any)
	property, _ := properties[key].(map[string]any)
	return property
}

// fields yields the fields of a struct type.
func fields(typ reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range typ.NumField() {
			if !yield(typ.Field(i)) {
				return
			}
		}
	}
}

// mapKeys are the keys that a map of the document may have, by its path.
var mapKeys = func() map[string][]string {
	keys := make(map[string][]string)
	for m := range NumMetrics {
		keys["result.latency"] = append(keys["result.latency"], m.String())
	}
	for c := range NumClasses {
		keys["result.errors"] = append(keys["result.errors"], c.String())
	}
	for q := range NumQuantiles {
		path := ".percentiles_ns"
		for m := range NumMetrics {
			keys["result.latency."+m.String()+path] = append(keys["result.latency."+m.String()+path], q.String())
		}
		for _, part := range []string{"result.sizes[].rtt", "result.stages[].rtt", "result.groups[].rtt", "result.merged[].latency.*", "result.cycles[].latency.*"} {
			keys[part+path] = append(keys[part+path], q.String())
		}
	}
	return keys
}()

func TestGoldenResult(t *testing.T) {
	got, err := json.MarshalIndent(fullResult(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	const golden = "testdata/result.json"
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	want = recompress(t, want)
	gotLines, wantLines := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range max(len(gotLines), len(wantLines)) {
		if i >= len(gotLines) || i >= len(wantLines) || gotLines[i] != wantLines[i] {
			t.Errorf("line %d and perhaps more: got %q, want %q; -update writes it all anew",
				i+1, gotLines[min(i, len(gotLines)-1)], wantLines[min(i, len(wantLines)-1)])
			break
		}
	}

	var back Result
	if err := json.Unmarshal(want, &back); err != nil {
		t.Fatal(err)
	}
	if want := fullResult(); !reflect.DeepEqual(&back, want) {
		t.Error("read back from the golden file, the result differs")
	}
}

var hdrPattern = regexp.MustCompile(`"hdr": "[^"]*"`)

// recompress encodes the histograms of a document anew: what zlib makes of
// them may change with the version of Go.
func recompress(t *testing.T, document []byte) []byte {
	return hdrPattern.ReplaceAllFunc(document, func(hdr []byte) []byte {
		h, err := hdrhistogram.Decode(hdr[len(`"hdr": "`) : len(hdr)-1])
		if err != nil {
			t.Fatal(err)
		}
		encoded, err := h.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
		if err != nil {
			t.Fatal(err)
		}
		return []byte(`"hdr": "` + string(encoded) + `"`)
	})
}
