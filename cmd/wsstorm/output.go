package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"wsstorm/stats"
	"wsstorm/stats/report"
)

// checkOutputs returns what is wrong with the places where reports are to go. A
// long run must not end with a report that cannot be written.
func checkOutputs(outputs []output) error {
	for i, o := range outputs {
		if at := slices.IndexFunc(outputs[:i], func(other output) bool { return samePlace(o.path, other.path) }); at >= 0 {
			where := "standard output"
			if o.path != "" {
				where = o.path
			}
			return usagef("--output %s contradicts --output %s: both go to %s; --output %s=FILE writes a file", o, outputs[at], where, o.format)
		}
		if o.path == "" || isStepSummary(o.path) {
			continue
		}
		if err := tryFile(o.path); err != nil {
			return usagef("--output %s: %v", o, err)
		}
	}
	return nil
}

// checkApart returns what is wrong between the reports of a run and what is saved
// beside them, by another flag; path is empty where it was not given.
func checkApart(outputs []output, flag, path string) error {
	for _, o := range outputs {
		if path != "" && o.path != "" && samePlace(o.path, path) {
			return usagef("--output %s contradicts --%s %s: both go to %s", o, flag, path, o.path)
		}
	}
	return nil
}

// samePlace reports whether what is written to one path would replace what was
// written to the other. A device, a pipe or the summary of a step takes both, and
// counts as the same by its name only.
func samePlace(a, b string) bool {
	switch {
	case a == b:
		return true
	case a == "" || b == "" || isStepSummary(a) || isStepSummary(b):
		return false
	}
	one, err := os.Stat(a)
	other, err2 := os.Stat(b)
	if err == nil && err2 == nil { // one file of two names, on a disk that knows no capitals too
		return one.Mode().IsRegular() && os.SameFile(one, other)
	}
	return realPath(a) == realPath(b)
}

// realPath returns the one path of a file that need not exist yet, or path where
// that is not known.
func realPath(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil {
		return filepath.Join(dir, filepath.Base(abs))
	}
	return abs
}

// tryFile reports whether a file could be written, and leaves everything as it
// was.
func tryFile(path string) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return errors.New("it is a directory")
	case err == nil && !info.Mode().IsRegular():
		return nil // a device or a pipe: opening it may block, or say something
	}
	f, err := createBeside(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// writeOutputs writes the result wherever it is to go. All are tried.
func writeOutputs(r *stats.Result, outputs []output, stdout io.Writer) error {
	return writeRest(r, outputs, stdout, report.TextOptions{})
}

// writeRest is writeOutputs where standard output has a part of the text report
// already, which the options leave out.
func writeRest(r *stats.Result, outputs []output, stdout io.Writer, rest report.TextOptions) error {
	if len(outputs) == 0 {
		outputs = []output{{format: formats[0].name}}
	}
	var errs []error
	for _, o := range outputs {
		var b bytes.Buffer
		f, metric, err := parseFormat(o.format)
		as := rendering{metric: metric}
		if o.path == "" {
			as.place = rest
			as.place.Color, as.place.Width = hasColor(stdout), columns(stdout)
		}
		if err == nil {
			err = f.render(&b, r, as)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("rendering the result as %s: %w", o.format, err))
			continue
		}
		switch {
		case o.path == "":
			_, err := stdout.Write(b.Bytes())
			errs = append(errs, writing(err))
		case isStepSummary(o.path):
			errs = append(errs, appendFile(o.path, b.Bytes()))
		default:
			errs = append(errs, writeFile(o.path, b.Bytes()))
		}
	}
	return errors.Join(errs...)
}

// told reports whether standard output gets a report in one of some formats.
func told(outputs []output, formats ...string) bool {
	if len(outputs) == 0 {
		return true // text, where nothing is said
	}
	return slices.ContainsFunc(outputs, func(o output) bool { return o.path == "" && slices.Contains(formats, o.format) })
}

// writing says where a write to standard output went wrong.
func writing(err error) error {
	if err == nil {
		return nil
	}
	var path *os.PathError // says "write /dev/stdout" of what may be anything
	if errors.As(err, &path) {
		err = path.Err
	}
	return fmt.Errorf("writing to standard output: %w", err)
}

// writeFile writes a file whole or not at all: to a new file beside it, which
// then takes its name. A device or a pipe is written to as it is.
func writeFile(path string, data []byte) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(path, data, 0o666)
	}
	// Through a symbolic link, the file that it leads to is replaced.
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	f, err := createBeside(path)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// appendFile writes to the end of a file.
func appendFile(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// createBeside creates a new file in the directory of path. Its permissions are
// path's, or those that a new file gets (os.CreateTemp's would be for its owner
// alone).
func createBeside(path string) (*os.File, error) {
	mode := os.FileMode(0o666)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	name := fmt.Sprintf("%s.%08x.tmp", path, rand.Uint32())
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	var why *os.PathError // names a file that the user did not
	if errors.As(err, &why) {
		err = fmt.Errorf("creating a file in %s: %w", filepath.Dir(path), why.Err)
	}
	return f, err
}
