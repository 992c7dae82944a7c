package main

import (
	"io"
	"os"
)

// isTerminal reports whether a line on w can be written over. Other character
// devices pass for terminals too: on /dev/null nobody minds.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// hasColor reports whether a reader of w sees colours, and wants to.
func hasColor(w io.Writer) bool {
	return isTerminal(w) && os.Getenv("NO_COLOR") == "" // no-color.org
}

// columns returns the width of a terminal, 0 where w is none.
func columns(w io.Writer) int {
	if f, ok := w.(*os.File); ok && isTerminal(w) {
		return windowColumns(f)
	}
	return 0
}
