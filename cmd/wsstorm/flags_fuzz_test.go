package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"wsstorm/scenarios"
)

// FuzzValues holds every flag to: an error is one line; what is accepted is written
// in a form that is accepted, and is written the same again.
func FuzzValues(f *testing.F) {
	for _, tt := range valueTests {
		f.Add(tt.flag, tt.in)
	}
	f.Fuzz(func(t *testing.T, name, in string) {
		set := func(ins ...string) ([]string, error) {
			flag := newFlags().all.Lookup(name)
			for _, in := range ins {
				if err := flag.Value.Set(in); err != nil {
					return nil, err
				}
			}
			if l, ok := flag.Value.(interface{ values() []string }); ok {
				return l.values(), nil
			}
			return []string{flag.Value.String()}, nil
		}
		if newFlags().all.Lookup(name) == nil {
			return
		}
		first, err := set(in)
		if err != nil {
			if text := err.Error(); text == "" || strings.Contains(text, "\n") && !strings.Contains(in, "\n") {
				t.Errorf("--%s %q: got the error %q, want one line", name, in, text)
			}
			return
		}
		second, err := set(first...)
		if err != nil || strings.Join(second, "\x00") != strings.Join(first, "\x00") {
			t.Errorf("--%s %q, written %q: got %q, error %v", name, in, first, second, err)
		}
	})
}

// FuzzStormFlags: whatever is asked of connections that are closed, come back and
// are spread over addresses, is a run that --print-flags prints in a form that asks
// for the same, or a usage error; never what the engine has to refuse later.
func FuzzStormFlags(f *testing.F) {
	f.Add("0.3", "handshake:0.7,rst:0.3", "1s", "500ms", "jitter:1s,30s", "exp:30s", "127.0.0.2-9", "127.0.0.1", "5k")
	f.Add("30%", "vanish", "", "", "immediate", "", "10.0.0.0/24,2001:db8::/64", "::1", "1M")
	f.Add("", "fin", "", "1h", "fixed:1ms", "uniform:0s,1ns", "fe80::1%lo", "", "")
	f.Add("1", "", "2540400h", "2540400h", "jitter:1ns,2540400h", "fixed:2540400h", "0.0.0.0/0", "::/0", "16M")
	f.Fuzz(func(t *testing.T, share, mode, at, within, reconnect, lifetime, source, to, connections string) {
		var words []string
		for _, w := range []struct{ flag, value string }{
			{"close-share", share}, {"close-mode", mode}, {"close-at", at}, {"close-within", within},
			{"reconnect", reconnect}, {"lifetime", lifetime}, {"source-ip", source}, {"connect-to", to},
			{"connections", connections},
		} {
			if w.value != "" {
				words = append(words, "--"+w.flag+"="+w.value)
			}
		}
		words = append(words, "ws://127.0.0.1:9001/")
		r, err := readRequest(words)
		if err != nil {
			var usage *usageError
			if !errors.As(err, &usage) && !errors.Is(err, pflag.ErrHelp) {
				t.Errorf("%q: got %v, want a usage error", words, err)
			}
			return
		}
		first := printed(t, r)
		file, err := scenarios.Parse(strings.NewReader(first), "f")
		if err != nil {
			t.Fatalf("%q, printed:\n%s\n%v", words, first, err)
		}
		var again []string
		for _, line := range file.Lines {
			again = append(again, line.Args...)
		}
		if r, err = readRequest(again); err != nil {
			t.Fatalf("%q, printed:\n%s\n%v", words, first, err)
		}
		if second := printed(t, r); second != first {
			t.Errorf("%q, printed:\n%s\nand again:\n%s", words, first, second)
		}
	})
}

func printed(t *testing.T, r *request) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.print(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
