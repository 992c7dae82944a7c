package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"wsstorm/loadgen"
)

// payload is the value of --payload.
type payload struct {
	kind loadgen.PayloadKind
	path string // of the file, for loadgen.PayloadFile
}

func parsePayload(s string) (payload, error) {
	switch path, file := strings.CutPrefix(s, "@"); {
	case file && path == "":
		return payload{}, errors.New("the name of the file is missing")
	case file:
		return payload{loadgen.PayloadFile, path}, nil
	case s == "random":
		return payload{kind: loadgen.PayloadRandom}, nil
	case s == "zero":
		return payload{kind: loadgen.PayloadZero}, nil
	}
	if _, err := os.Stat(s); err == nil {
		return payload{}, fmt.Errorf("want random, zero or @FILE; did you mean @%s?", s)
	}
	return payload{}, fmt.Errorf("want random, zero or @FILE%s", didYouMean(s, []string{"random", "zero"}))
}

func formatPayload(p payload) string {
	switch p.kind {
	case loadgen.PayloadFile:
		return "@" + p.path
	case loadgen.PayloadZero:
		return "zero"
	}
	return "random"
}

// read returns the bytes of the file, nil for the other kinds.
func (p payload) read() ([]byte, error) {
	if p.kind != loadgen.PayloadFile {
		return nil, nil
	}
	f, err := os.Open(p.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	// One byte more than the engine takes tells a file that is too large, be
	// it a device that never ends.
	data, err := io.ReadAll(io.LimitReader(f, loadgen.MaxSize+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) > loadgen.MaxSize:
		return nil, fmt.Errorf("%s is larger than a message may be (%s)", p.path, formatSize(loadgen.MaxSize))
	case len(data) == 0:
		return nil, fmt.Errorf("%s is empty", p.path)
	}
	return data, nil
}
