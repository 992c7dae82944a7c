package scenarios

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

func TestParseWords(t *testing.T) {
	tests := []struct {
		line string
		want []string
	}{
		{"--size 0,1,125", []string{"--size", "0,1,125"}},
		{"  --text\t--quiet  ", []string{"--text", "--quiet"}},
		{"--size=64-4KiB # a range", []string{"--size=64-4KiB"}},
		{"-H 'X: a  #b'", []string{"-H", "X: a  #b"}},
		{`-H "X: it's"`, []string{"-H", "X: it's"}},
		{`-H 'X: it'\''s'`, []string{"-H", "X: it's"}},
		{`-H "a \"b\" \\ \n"`, []string{"-H", `a "b" \ \n`}},
		{`-H X:\ a`, []string{"-H", "X: a"}},
		{"--close-reason ''", []string{"--close-reason", ""}},
		{`--close-reason "grüße"`, []string{"--close-reason", "grüße"}},
		{"ws://host/#x", []string{"ws://host/#x"}},
		{"--cookie a=$HOME~*", []string{"--cookie", "a=$HOME~*"}},
		{"--size 1\r", []string{"--size", "1"}},
	}
	for _, tt := range tests {
		f, err := Parse(strings.NewReader(tt.line+"\n"), "x.flags")
		if err != nil {
			t.Errorf("Parse(%q): %v", tt.line, err)
			continue
		}
		if len(f.Lines) != 1 || !reflect.DeepEqual(f.Lines[0].Args, tt.want) {
			t.Errorf("Parse(%q) = %v, want %q", tt.line, f.Lines, tt.want)
		}
	}
}

func TestParseFile(t *testing.T) {
	const text = "\uFEFF\n#\n# What it is.\n# More.\n\n--size 1 # one\n--text\n"
	f, err := Parse(strings.NewReader(text), "my.flags")
	if err != nil {
		t.Fatal(err)
	}
	want := &File{
		Name:        "my.flags",
		Description: "What it is.",
		Lines:       []Line{{"my.flags", 6, []string{"--size", "1"}}, {"my.flags", 7, []string{"--text"}}},
	}
	if !reflect.DeepEqual(f, want) {
		t.Errorf("got %+v, want %+v", f, want)
	}
	if got, want := f.Lines[1].Pos(), "my.flags:7"; got != want {
		t.Errorf("Pos: got %q, want %q", got, want)
	}
}

func TestParseErrorsNameFileAndLine(t *testing.T) {
	tests := []struct {
		text string
		want string
	}{
		{"--size 1\n-H 'X: a\n", "x.flags:2: a quote is not closed"},
		{"-H \"X: a", "x.flags:1: a quote is not closed"},
		{"\n\n--size \\\n1", `x.flags:3: a backslash at the end: a flag and its value stand on one line`},
		{"--size 1\n\x7fELF", "x.flags:2: byte 0x7f at column 1: not a text file"},
		{"a\xff", "x.flags:1: byte 0xff at column 2: not a text file"},
		{"# fine\n" + strings.Repeat("a", maxLine+1), "x.flags:2: longer than 65536 bytes: not a scenario file"},
	}
	for _, tt := range tests {
		_, err := Parse(strings.NewReader(tt.text), "x.flags")
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || err.Error() != tt.want {
			t.Errorf("Parse(%.20q): got %v, want %s", tt.text, err, tt.want)
		}
	}
	broken := errors.New("broken disk")
	if _, err := Parse(iotest.ErrReader(broken), "x.flags"); !errors.Is(err, broken) {
		t.Errorf("Parse of a broken reader: got %v, want %v", err, broken)
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range Names() {
		text, err := Source(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	for _, text := range []string{
		"", "#", "'", `"\`, `''""`, `a\ b'c d'"e f"`, "-H 'X: it'\\''s' # c", "\uFEFF--size 1\r\n", "a\x00b", "\xff", "\u2028 \u00a0",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, err := Parse(strings.NewReader(text), "f")
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Line < 1 || syntax.Line > strings.Count(text, "\n")+1 {
				t.Fatalf("error without its line: %v", err)
			}
			return
		}
		// What was read can be written, and reads the same again.
		var again strings.Builder
		last := 0
		for _, line := range file.Lines {
			if line.Number <= last || len(line.Args) == 0 {
				t.Fatalf("line %d after line %d, with %d words", line.Number, last, len(line.Args))
			}
			fmt.Fprint(&again, strings.Repeat("\n", line.Number-max(last, 1)))
			last = line.Number
			for i, arg := range line.Args {
				if i > 0 {
					again.WriteByte(' ')
				}
				again.WriteString(Quote(arg))
			}
		}
		reread, err := Parse(strings.NewReader(again.String()), "f")
		if err != nil {
			t.Fatalf("%q does not read again: %v", again.String(), err)
		}
		if !reflect.DeepEqual(reread.Lines, file.Lines) {
			t.Fatalf("%q reads as %v, want %v", again.String(), reread.Lines, file.Lines)
		}
	})
}
