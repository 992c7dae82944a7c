package scenarios

import (
	"bytes"
	"embed"
	"io/fs"
	"strings"
)

//go:embed *.flags
var presets embed.FS

const suffix = ".flags"

// Names returns the names of the presets, sorted.
func Names() []string {
	files, err := fs.Glob(presets, "*"+suffix)
	if err != nil {
		panic(err) // the pattern is a constant
	}
	for i, file := range files {
		files[i] = strings.TrimSuffix(file, suffix)
	}
	return files
}

// Source returns the text of a preset. A name that is none of Names gives an
// error that is fs.ErrNotExist.
func Source(name string) ([]byte, error) { return presets.ReadFile(name + suffix) }

// Load returns a preset, parsed. Errors are Source's and Parse's.
func Load(name string) (*File, error) {
	text, err := Source(name)
	if err != nil {
		return nil, err
	}
	return Parse(bytes.NewReader(text), name+suffix)
}
