package report

import (
	"bytes"
	"strings"
	"testing"

	"wsstorm/stats"
)

// FuzzSums: whatever two results hold that can be read, adding them up, as processes
// or as cycles, ends in an error or in a result that can be written, read and
// rendered.
func FuzzSums(f *testing.F) {
	var files [][]byte
	for _, r := range results() {
		if r.Schema == "" {
			continue
		}
		var buf bytes.Buffer
		if err := WriteJSON(&buf, r); err != nil {
			f.Fatal(err)
		}
		files = append(files, buf.Bytes())
	}
	for i := range files {
		f.Add(files[i], files[i])
		f.Add(files[i], files[(i+1)%len(files)])
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		a, err := ReadJSON(bytes.NewReader(first), "a")
		if err != nil {
			return
		}
		b, err := ReadJSON(bytes.NewReader(second), "b")
		if err != nil {
			return
		}
		// The same file twice is refused as such: as another process's it is not.
		b.Started = b.Started.Add(1)
		for name, add := range map[string]func([]*stats.Result) (*stats.Result, error){"merge": stats.Merge, "chain": stats.Chain} {
			sum, err := add([]*stats.Result{a, b})
			if err != nil {
				continue
			}
			text := document(t, sum)
			if _, err := ReadJSON(strings.NewReader(text), "sum"); err != nil {
				t.Errorf("%s, written: %v\n%s", name, err, text)
			}
			render(t, sum, TextOptions{})
		}
	})
}
