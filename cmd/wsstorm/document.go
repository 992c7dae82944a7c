package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// checkDocuments returns what is wrong with the outputs of a command that writes
// something else than the result of a run: text, and a JSON document.
func checkDocuments(command string, outputs []output) error {
	for _, o := range outputs {
		if o.format != "text" && o.format != "json" {
			return usagef("--output %s: %s writes text or json", o, command)
		}
	}
	return checkOutputs(outputs)
}

// writeDocuments writes a document wherever it is to go. All places are tried.
func writeDocuments(outputs []output, stdout io.Writer, document any, text func(color bool) string) error {
	if len(outputs) == 0 {
		outputs = []output{{format: "text"}}
	}
	var errs []error
	for _, o := range outputs {
		var b bytes.Buffer
		if o.format == "text" {
			b.WriteString(text(o.path == "" && hasColor(stdout)))
		} else {
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false)
			e.SetIndent("", "  ")
			if err := e.Encode(document); err != nil {
				errs = append(errs, fmt.Errorf("rendering the document: %w", err))
				continue
			}
		}
		if o.path == "" {
			_, err := stdout.Write(b.Bytes())
			errs = append(errs, writing(err))
		} else {
			errs = append(errs, writeFile(o.path, b.Bytes()))
		}
	}
	return errors.Join(errs...)
}
