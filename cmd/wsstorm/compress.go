package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"wsstorm/wsclient"
)

// The words of --compress.
const (
	compressOn        = "on" // --compress by itself
	compressNone      = "none"
	compressNoContext = "no-context"
	compressWindow    = "window:"
)

// anyWindow is what lets the server limit our window as it likes.
// RFC 7692, Section 7.1.2.2.
const anyWindow = 15

// compressFlag adds --compress.
func (f *flags) compressFlag(set *pflag.FlagSet) {
	flag := set.VarPF(&field[*wsclient.DeflateParams]{to: &f.plan.Request.Deflate, noun: compressNoContext + "|" + compressWindow + "N|" + compressNone,
		names: []string{compressNoContext, compressNone}, parse: parseCompress, format: formatCompress}, "compress", "",
		"offer permessage-deflate; no-context: each message by itself, window:N: within 2^N bytes (8 to 15), or "+
			"both (no-context,window:9). Random payloads do not compress: take --payload @FILE")
	flag.NoOptDefVal = compressOn
}

// parseCompress reads a list of what to ask for; nil offers nothing.
func parseCompress(s string) (*wsclient.DeflateParams, error) {
	p := &wsclient.DeflateParams{ClientMaxWindowBits: anyWindow}
	switch s {
	case compressOn:
		return p, nil
	case compressNone:
		return nil, nil
	}
	for item := range strings.SplitSeq(s, ",") {
		bits, isWindow := strings.CutPrefix(item, compressWindow)
		switch {
		case item == compressNoContext:
			p.ServerNoContextTakeover, p.ClientNoContextTakeover = true, true
		case isWindow:
			n, err := strconv.Atoi(bits)
			if err != nil || n < 8 || n > 15 {
				return nil, fmt.Errorf("the window is 2^N bytes, want %s8 to %s15", compressWindow, compressWindow)
			}
			p.ServerMaxWindowBits, p.ClientMaxWindowBits = n, n
		default:
			return nil, errors.New("want --compress by itself, or --compress=no-context, --compress=window:12, or both with a comma between them; none offers nothing")
		}
	}
	return p, nil
}

func formatCompress(p *wsclient.DeflateParams) string {
	if p == nil {
		return compressNone
	}
	var items []string
	if p.ServerNoContextTakeover {
		items = append(items, compressNoContext)
	}
	if p.ServerMaxWindowBits > 0 {
		items = append(items, compressWindow+strconv.Itoa(p.ServerMaxWindowBits))
	}
	if len(items) == 0 {
		return compressOn
	}
	return strings.Join(items, ",")
}
