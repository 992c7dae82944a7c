package scenarios

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A File is a scenario as it was read.
type File struct {
	Name        string // as given to Parse
	Description string // the first comment, one line; empty where there is none
	Lines       []Line // those that hold words, in order
}

// A Line is one line of a scenario file.
type Line struct {
	File   string
	Number int      // from 1
	Args   []string // at least one
}

// Pos returns where the line stands, "echo.flags:4".
func (l Line) Pos() string { return fmt.Sprintf("%s:%d", l.File, l.Number) }

// A SyntaxError says which line of a scenario file cannot be read, and why.
type SyntaxError struct {
	File string
	Line int // from 1
	Text string
}

// Error returns file, line and text: "echo.flags:4: a quote is not closed".
func (e *SyntaxError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Text) }

// maxLine bounds a line, in bytes: a header with a large token fits, and a
// binary file is refused before it is read whole.
const maxLine = 64 << 10

// Parse reads a scenario. The name of the file serves the positions in lines
// and errors only. A line that cannot be read is a *SyntaxError; other errors
// are r's.
func Parse(r io.Reader, name string) (*File, error) {
	f := &File{Name: name}
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 0, 4096), maxLine)
	n := 0
	for in.Scan() {
		n++
		text := in.Text()
		if n == 1 {
			text = strings.TrimPrefix(text, "\uFEFF") // some editors still write one
		}
		args, comment, err := split(text)
		if err != nil {
			return nil, &SyntaxError{name, n, err.Error()}
		}
		if f.Description == "" {
			f.Description = comment
		}
		if len(args) > 0 {
			f.Lines = append(f.Lines, Line{name, n, args})
		}
	}
	if err := in.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			return nil, &SyntaxError{name, n + 1, fmt.Sprintf("longer than %d bytes: not a scenario file", maxLine)}
		}
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return f, nil
}

// split takes a line apart into words and the text of its comment.
func split(line string) (args []string, comment string, err error) {
	var word strings.Builder
	inWord := false
	var quote rune // the quote that is open, or 0
	escaped := false
	for i, c := range line {
		if c == utf8.RuneError || c != '\t' && unicode.IsControl(c) {
			return nil, "", fmt.Errorf("byte %#02x at column %d: not a text file", line[i], i+1)
		}
		switch {
		case escaped:
			// In double quotes a backslash stands for itself, unless it
			// guards a quote or another backslash, as in a shell.
			if quote == '"' && c != '"' && c != '\\' {
				word.WriteByte('\\')
			}
			word.WriteRune(c)
			escaped = false
		case c == '\\' && quote != '\'':
			inWord, escaped = true, true
		case quote != 0:
			if c == quote {
				quote = 0
			} else {
				word.WriteRune(c)
			}
		case c == '\'' || c == '"':
			inWord, quote = true, c
		case c == ' ' || c == '\t':
			if inWord {
				args = append(args, word.String())
				word.Reset()
				inWord = false
			}
		case c == '#' && !inWord:
			return args, strings.TrimSpace(line[i+1:]), nil
		default:
			inWord = true
			word.WriteRune(c)
		}
	}
	switch {
	case quote != 0:
		return nil, "", errors.New("a quote is not closed")
	case escaped:
		return nil, "", errors.New("a backslash at the end: a flag and its value stand on one line")
	case inWord:
		args = append(args, word.String())
	}
	return args, "", nil
}

// Quote returns arg in the form in which Parse, and a shell, read it as one
// word. arg must be UTF-8 without control characters.
func Quote(arg string) string {
	plain := func(c rune) bool {
		return c < utf8.RuneSelf && (unicode.IsLetter(c) || unicode.IsDigit(c)) || strings.ContainsRune("-_./:,=@%+", c)
	}
	if arg != "" && strings.IndexFunc(arg, func(c rune) bool { return !plain(c) }) < 0 {
		return arg
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}
