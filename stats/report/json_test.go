package report

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"wsstorm/stats"
)

func document(t *testing.T, r *stats.Result) string {
	t.Helper()
	var buf bytes.Buffer
	if err := WriteJSON(&buf, r); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func TestJSONLosesNothing(t *testing.T) {
	for name, r := range results() {
		if r.Schema == "" {
			continue // not filled by a Collector
		}
		text := document(t, r)
		got, err := ReadJSON(strings.NewReader(text), name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if again := document(t, got); again != text {
			t.Errorf("%s: written again, the document differs: got:\n%s\nwant:\n%s", name, again, text)
		}
		if !reflect.DeepEqual(got.Latency, r.Latency) || !reflect.DeepEqual(got.Verdict, r.Verdict) || !reflect.DeepEqual(got.Messages, r.Messages) {
			t.Errorf("%s: read back: got %+v, want %+v", name, got, r)
		}
		// A result renders the same from the file.
		if got, want := render(t, got, TextOptions{}), render(t, r, TextOptions{}); got != want {
			t.Errorf("%s: from the file, the report is:\n%s\nwant:\n%s", name, got, want)
		}
	}
}

func TestJSONKeepsURLReadable(t *testing.T) {
	r := closedLoop()
	r.URL = "ws://h/?a=1&b=<2>"
	if text := document(t, r); !strings.Contains(text, `"url": "`+r.URL+`"`) {
		t.Errorf("the document does not contain %s as it is", r.URL)
	}
}

func TestReadJSONRefuses(t *testing.T) {
	r := results()["errors"]
	good := document(t, r)
	hdr := r.Sizes[1].RTT.HDR
	// change replaces the first occurrence of old; at is what the offset of
	// the error points to then.
	change := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("%q does not occur in the document", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for _, c := range []struct {
		name, text string
		at         string // what stands at the byte that the error names; empty: the end
		want       string
	}{
		{"empty", " \n", "", "not a wsstorm result: it is empty"},
		{"text", "Summary:\n", "Summary", `not a wsstorm result: it begins with 'S', not with {`},
		{"a list", "[1]", "[1]", `not a wsstorm result: it begins with '[', not with {`},
		{"another tool's", `{"metrics": {}}`, `{"metrics"`, "not a wsstorm result: it has no schema"},
		{"another schema", `{"schema": "k6/v1"}`, `"k6/v1"`, `not a wsstorm result: its schema is "k6/v1"`},
		{"a schema that is no name", `{"schema": 1}`, `1}`, `not a wsstorm result: its schema is 1`},
		{"a later version", change(`result/v1"`, `result/v2"`), `"wsstorm.result/v2"`,
			`made by another version of wsstorm: its schema is "wsstorm.result/v2", and this version reads "wsstorm.result/v1"`},
		{"cut off", good[:len(good)/2], "", "damaged: unexpected end of JSON input"},
		{"a wrong character", change(`"window_s": 10`, `"window_s": 1o`), `o,`, "damaged: invalid character 'o' after object key:value pair"},
		{"something behind it", good + "x", "x", "damaged: invalid character 'x' after top-level value"},
		{"two documents", good + good, "{\n  \"schema\"", "damaged: invalid character '{' after top-level value"},
		{"an unknown key", change(`"window_s"`, `"window_m"`), `"window_m"`, `damaged: unknown or repeated key "window_m"`},
		{"a key in another case", change(`"window_s"`, `"Window_s"`), `"Window_s"`, `damaged: unknown or repeated key "Window_s"`},
		{"a key twice", change(`"window_s": 10,`, `"window_s": 10, "window_s" : 11,`), `"window_s" : 11`, `damaged: unknown or repeated key "window_s"`},
		{"a key missing", change(`"window_s": 10,`, ``), `{`, `damaged: the object that begins here has no "window_s"`},
		{"a key missing further in", change(`"count": 60000,`, ``), "{\n      \n      \"min_ns\"", `damaged: the object that begins here has no "count"`},
		{"an unknown metric", change(`"rtt": {`, `"rrt": {`), `"rrt"`, `damaged: unknown or repeated key "rrt"`},
		{"an unknown class", change(`"refused": {`, `"refuse": {`), `"refuse"`, `damaged: unknown or repeated key "refuse"`},
		{"an unknown quantile", change(`"99.9": `, `"99.8": `), `"99.8"`, `damaged: unknown or repeated key "99.8"`},
		{"null", change(`"window_s": 10,`, `"window_s": null,`), `null`, "damaged: null where a value belongs"},
		{"a wrong type", change(`"window_s": 10,`, `"window_s": "10",`), `,`, "damaged: window_s is a string"},
		{"an object for a number", change(`"window_s": 10,`, `"window_s": {"a": [1]},`), ``, "damaged: window_s is a object"},
		{"a damaged histogram", change(hdr, hdr[:40]+"!"+hdr[41:]), `"` + hdr[:40] + "!",
			"damaged: histogram of rtt of size 125: decoding histogram: illegal base64 data at input byte 40"},
		{"a histogram of another count", change(`"count": 60000,`, `"count": 60001,`), `"` + r.Latency["rtt"].HDR,
			"damaged: histogram of rtt: it has 60000 values, and count is 60001"},
	} {
		_, err := ReadJSON(strings.NewReader(c.text), "results/old.json")
		if err == nil {
			t.Errorf("%s: no error", c.name)
			continue
		}
		var offset int
		var text string
		rest, ok := strings.CutPrefix(err.Error(), "results/old.json: byte ")
		if n, _ := fmt.Sscanf(rest, "%d:", &offset); !ok || n != 1 || offset > len(c.text) {
			t.Errorf("%s: got error %q, want name and offset first", c.name, err)
			continue
		}
		_, text, _ = strings.Cut(rest, ": ")
		if text != c.want {
			t.Errorf("%s: got error %q, want %q", c.name, text, c.want)
		}
		if at := c.text[offset:]; !strings.HasPrefix(at, c.at) || c.at == "" && c.want[:3] != "dam" && at != "" {
			t.Errorf("%s: byte %d is at %.30q, want %.30q", c.name, offset, at, c.at)
		}
	}

	broken := errors.New("broken")
	if _, err := ReadJSON(iotest.ErrReader(broken), "a.json"); !errors.Is(err, broken) || !strings.Contains(err.Error(), "a.json") {
		t.Errorf("a reader that fails: got error %v, want one about a.json", err)
	}
}

// FuzzReadJSON: whatever a file holds, reading it ends in a result or in an
// error, and a result can be written, read and rendered again.
func FuzzReadJSON(f *testing.F) {
	for _, r := range []*stats.Result{nothing(), interrupted()} {
		var buf bytes.Buffer
		if err := WriteJSON(&buf, r); err != nil {
			f.Fatal(err)
		}
		f.Add(buf.Bytes())
	}
	f.Add([]byte(`{"schema":"wsstorm.result/v1","tool":[{"a":null}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ReadJSON(bytes.NewReader(data), "f")
		if err != nil {
			return
		}
		text := document(t, r)
		again, err := ReadJSON(strings.NewReader(text), "f")
		if err != nil {
			t.Fatalf("written again: %v\n%s", err, text)
		}
		if got := document(t, again); got != text {
			t.Errorf("written twice: got:\n%s\nwant:\n%s", got, text)
		}
		render(t, r, TextOptions{})
	})
}
